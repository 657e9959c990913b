// Runs all tests as someone would who has just cloned the repository: browser, build, vitest.
// Arguments go to vitest (npm test -- test/model). The last line is always the count.
// With --long, those that take long, of test/long/ and any `.long.test.ts`, and nothing else. With --hosts, those of
// test/hosts/: they install released hosts, which are 500 MB. With --conformance, the protocol's own suite.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { provideChromium } from './chromium.mjs';
import { runNode } from './run.mjs';

const flags = ['--long', '--hosts', '--conformance'];
const flag = flags.find((one) => process.argv.includes(one));
const long = flag !== undefined;
const given = process.argv.slice(2).filter((argument) => !flags.includes(argument));
const own = flag === '--long' ? ['test/long', '.long.test.ts'] : [`test/${flag?.slice(2)}`];
const wanted = long && given.length === 0 ? own : given;

// Below the patience of common build machines, so that a test that hangs is reported by us and not by them.
const minutes = long ? 120 : 10;
const deadline = performance.now() + minutes * 60_000;

/**
 * @typedef {object} Report what we read of vitest's JSON report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {readonly { status: string, assertionResults: readonly unknown[] }[]} testResults one for each file
 */

const { code, report } = await test();
process.stdout.write(`${count(code, report)}\n`);
process.exitCode = code;

/** @returns {Promise<{ code: number, report?: Report | undefined }>} */
async function test() {
  const chromium = await provideChromium();
  if (chromium === undefined) return { code: 2 };

  const build = await runNode('scripts/build.mjs', [], {
    show: 'all',
    timeoutMs: left(),
  });
  if (build.code !== 0) return { code: build.code };

  const folder = mkdtempSync(join(tmpdir(), 'wiretape-test-'));
  try {
    const file = join(folder, 'report.json');
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    // The hosts are installed once, by the file that comes first.
    const hosts = process.env['WIRETAPE_HOSTS'] ?? join(folder, 'hosts');
    if (flag === '--hosts') args.push('--no-file-parallelism');
    const tests = await runNode('node_modules/vitest/vitest.mjs', [...args, ...wanted], {
      show: 'all',
      timeoutMs: left(),
      env: {
        CHROMIUM_PATH: chromium,
        WIRETAPE_HOSTS: hosts,
        ...(long ? { WIRETAPE_LONG: '1' } : {}),
      },
    });
    if (tests.timedOut)
      process.stderr.write(`The tests were ended: they took longer than ${minutes} minutes.\n`);
    return { code: tests.code, report: readReport(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function left() {
  return Math.max(1000, deadline - performance.now());
}

/** @param {string} file @returns {Report | undefined} */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Vitest writes the report at its end; without one it crashed or was ended.
    return undefined;
  }
}

/**
 * @param {number} code exit code of vitest
 * @param {Report | undefined} report
 */
function count(code, report) {
  if (report === undefined) return '0 passed, 1 failed';
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that fails before its first test has no failed test in the report, and must be counted all the same.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  // Nor has one that breaks after its last, through an error that nobody caught.
  const failed = Math.max(report.numFailedTests + broken, code === 0 ? 0 : 1);
  return `${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
