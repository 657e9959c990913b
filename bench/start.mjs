// What starting a command costs, beside Node that starts and does nothing, in the same run.
// node bench/start.mjs [WORD]: prints the processor time and the wall time of each command, or of those with the word.
// Processor time is what the process itself counts as it ends; the runs take turns, and the median is printed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

const RUNS = 15;
const folder = mkdtempSync(join(tmpdir(), 'wiretape-bench-'));
const main = process.env['WIRETAPE_MAIN'] ?? resolve(import.meta.dirname, '../dist/cli/main.js');
const state = ['--state', join(folder, 'state')];

const COUNT = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(3, String(user + system));
});`;
const counted = `--import=data:text/javascript,${encodeURIComponent(
  `import { createRequire } from 'node:module'; const require = createRequire('file:///x.js'); ${COUNT}`,
)}`;

/** @type {Record<string, readonly string[]>} */
const commands = {
  'bare node': ['-e', '0'],
  'tap -- true': [main, 'tap', ...state, '--', 'true'],
  '--version': [main, '--version'],
  '--help': [main, '--help'],
  ls: [main, 'ls', ...state],
  status: [main, 'status', ...state],
  check: [main, 'check', ...state],
  'replay server --help': [main, 'replay', 'server', '--help'],
};

const word = process.argv[2] ?? '';
const names = Object.keys(commands).filter((name) => name === 'bare node' || name.includes(word));
/** @type {Map<string, { cpu: number[], wall: number[] }>} */
const taken = new Map(names.map((name) => [name, { cpu: [], wall: [] }]));
// The first of each only warms up what the system reads.
for (let run = 0; run <= RUNS; run++) {
  for (const name of names) {
    const { cpu, wall } = time(commands[name] ?? []);
    if (run === 0) continue;
    taken.get(name)?.cpu.push(cpu);
    taken.get(name)?.wall.push(wall);
  }
}
const bare = median(taken.get('bare node')?.cpu ?? []);
process.stdout.write(`${''.padEnd(24)}processor       wall   processor, of bare Node\n`);
for (const [name, { cpu, wall }] of taken) {
  const ratio = (median(cpu) / bare).toFixed(2);
  process.stdout.write(`${name.padEnd(24)}${ms(median(cpu))} ${ms(median(wall))}   ${ratio} x\n`);
}
rmSync(folder, { recursive: true, force: true });

/** Milliseconds of one run. @param {readonly string[]} args */
function time(args) {
  const start = performance.now();
  const { output, status } = spawnSync(process.execPath, [counted, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return { cpu: Number(output[3]) / 1000, wall: performance.now() - start };
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(0)} ms`.padStart(9);
}
