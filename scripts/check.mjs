// Everything that can be said about the sources without running them.
// `npm run check` runs all steps, `npm run check -- format knip` only those named.
// One line a step; only a failing step shows what it found.

import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { runNode } from './run.mjs';

// More than two at once make each other slower: most of these tools use several threads themselves.
const atOnce = Math.min(2, availableParallelism());

const tsc = 'node_modules/@typescript/native/bin/tsc';
const entries = [
  'index.ts',
  'tap/index.ts',
  'collector/index.ts',
  'replay/index.ts',
  'replay/vitest.ts',
  'cli/main.ts',
  'ui/main.ts',
];

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} about
 * @property {string} tool path of the program
 * @property {readonly string[]} args
 * @property {() => string | undefined} [missing] what the step waits for; it is left out while this says something
 */

/** @type {readonly Step[]} The slow ones first, so that the quick ones fill the other place meanwhile. */
const steps = [
  {
    name: 'svelte',
    about: 'components: types, markup, accessibility',
    tool: 'node_modules/svelte-check/bin/svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--tsgo', '--fail-on-warnings', '--output', 'human'],
    missing: () => (hasSvelteFiles() ? undefined : 'ui/ has no components yet'),
  },
  {
    name: 'knip',
    about: 'no dead file, export or dependency',
    tool: 'node_modules/knip/bin/knip.js',
    args: ['--no-progress'],
    // As long as an entry is missing, everything that waits for it would look dead.
    missing: () => entries.find((entry) => !existsSync(entry)),
  },
  {
    name: 'format',
    about: 'formatting and lint rules',
    tool: 'node_modules/@biomejs/biome/bin/biome',
    args: ['ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=50', '.'],
  },
  {
    name: 'types',
    about: 'types of all rooms, tests and scripts',
    tool: tsc,
    args: ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json'],
  },
  {
    name: 'build-types',
    about: 'types of what is shipped, resolved as Node does',
    tool: tsc,
    args: ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.build.json'],
  },
  {
    name: 'model',
    about: 'model/ is pure',
    tool: tsc,
    args: ['--noEmit', '--pretty', 'false', '-p', 'model'],
  },
  {
    name: 'analysis',
    about: 'analysis/ is pure',
    tool: tsc,
    args: ['--noEmit', '--pretty', 'false', '-p', 'analysis'],
  },
  {
    name: 'lock',
    about: 'the lock file serves every system',
    tool: 'scripts/lock.mjs',
    args: [],
  },
  {
    name: 'package',
    about: 'package.json and the built files agree',
    tool: 'node_modules/publint/src/cli.js',
    args: ['run', '--strict', '.'],
    missing: () => (existsSync('dist/index.js') ? undefined : 'dist/ is not built (npm run build)'),
  },
];

function hasSvelteFiles() {
  return (
    existsSync('ui') &&
    readdirSync('ui', { recursive: true }).some((file) => String(file).endsWith('.svelte'))
  );
}

/** @param {Step} step */
async function take(step) {
  const waitsFor = step.missing?.();
  if (waitsFor !== undefined) {
    say(step, 'left out', `waits: ${waitsFor}`);
    return true;
  }
  const start = performance.now();
  const { code, output } = await runNode(step.tool, step.args, {
    timeoutMs: 180_000,
    env: { NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  say(step, code === 0 ? 'ok' : 'failed', `${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (code !== 0) process.stdout.write(`${output.trimEnd()}\n\n`);
  return code === 0;
}

/** @param {Step} step @param {string} result @param {string} remark */
function say(step, result, remark) {
  process.stdout.write(`${result.padEnd(9)} ${step.name.padEnd(12)} ${step.about} (${remark})\n`);
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no step ${unknown.join(', ')}; steps are ${steps.map((step) => step.name).join(', ')}.\n`,
  );
  process.exit(2);
}

const waiting = steps.filter((step) => names.length === 0 || names.includes(step.name));
let failures = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      if (!(await take(step))) failures += 1;
    }
  }),
);
process.exitCode = failures > 0 ? 1 : 0;
