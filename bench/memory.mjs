// What the stdio tap holds in memory (figure F20), beside Node itself, in the same run.
// node bench/memory.mjs [WORD]: prints the peak of resident memory for each kind of traffic, or those with the word.
// Two floors: Node that waits, and Node that only copies the same pipes. Linux only, since it reads /proc.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const GOAL = 64;
const MIB = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), 'wiretape-bench-'));
const main = process.env['WIRETAPE_MAIN'] ?? resolve(import.meta.dirname, '../dist/cli/main.js');
const node = process.execPath;

/** Says so many bytes in lines of this length, as fast as they are taken, then waits for the end of its input. */
const FLOOD = `
  const [out, bytes, length] = [process[process.argv[1]], Number(process.argv[2]), Number(process.argv[3])];
  const words = '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"';
  const line = words + 'the quick brown fox 42 '.repeat(length / 23 + 1).slice(0, length - words.length - 4) + '"}}\\n';
  const few = Buffer.from(line.repeat(Math.max(1, Math.floor(65536 / length))));
  let left = bytes;
  const more = () => {
    while (left > 0) {
      left -= few.length;
      if (!out.write(few)) return out.once('drain', more);
    }
    process.stderr.write('\\u0004');
  };
  more();
  process.stdin.resume();`;

/** Copies what it is started between, and nothing else. */
const COPY = `
  const [command, ...args] = process.argv.slice(1);
  const child = require('node:child_process').spawn(command, args);
  process.stdin.pipe(child.stdin);
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);`;

/** @typedef {{ server: string[], input?: number, stallMs?: number }} Traffic `input`: the length of a line to say */
/** @type {Record<string, Traffic>} */
const kinds = {
  'nothing said': { server: ['cat'] },
  'one message of 256 MiB, both ways': { server: ['cat'], input: 256 * MIB },
  'one message of 8 MiB, both ways': { server: ['cat'], input: 8 * MIB - 100 },
  'stdout, 1 GiB of 100 B': { server: flood('stdout', 100) },
  'stdout, 1 GiB of 10 kB': { server: flood('stdout', 10_000) },
  'stdout, 1 GiB of 1 MB': { server: flood('stdout', 1e6) },
  'stdout, 1 GiB of 7 MB': { server: flood('stdout', 7e6) },
  'stdout, 1 GiB of 1 MB, nobody reads for 5 s': { server: flood('stdout', 1e6), stallMs: 5000 },
  'stderr, 1 GiB of 100 B': { server: flood('stderr', 100) },
  'stderr, 1 GiB on one line': { server: flood('stderr', 1024 * MIB) },
};

process.stdout.write(`${''.padEnd(48)}copy    tap   above waiting Node (goal ${GOAL} MiB)\n`);
const waiting = await peak([node, '-e', 'process.stdin.resume()'], { server: [] });
for (const [name, traffic] of Object.entries(kinds)) {
  if (!name.includes(process.argv[2] ?? '')) continue;
  const copy = await peak([node, '-e', COPY, '--', ...traffic.server], traffic);
  const state = join(folder, 'state');
  const tap = await peak([node, main, 'tap', '--state', state, '--', ...traffic.server], traffic);
  rmSync(state, { recursive: true });
  const cells = [copy, tap, tap - waiting].map((mib) => mib.toFixed(0).padStart(6));
  process.stdout.write(`${name.padEnd(46)}${cells.join(' ')}\n`);
}
process.stdout.write(`waiting Node: ${waiting.toFixed(0)} MiB\n`);
rmSync(folder, { recursive: true, force: true });

/** @param {'stdout' | 'stderr'} stream @param {number} length */
function flood(stream, length) {
  return [node, '-e', FLOOD, '--', stream, String(1024 * MIB), String(length)];
}

/** The most memory that a command held while this traffic went through it, in MiB. */
async function peak(
  /** @type {string[]} */ [command = '', ...args],
  /** @type {Traffic} */ traffic,
) {
  const child = spawn(command, args, { stdio: 'pipe' });
  const closed = new Promise((close) => child.on('close', close));
  let most = 0;
  const look = () => {
    most = Math.max(most, residentPeak(child.pid));
  };
  const timer = setInterval(look, 20);
  await delay(traffic.stallMs ?? 0);
  const over = end(child, traffic);
  if (traffic.input !== undefined) await say(child.stdin, traffic.input);
  else if (traffic.server.includes('cat') || traffic.server.length === 0) await delay(1000);
  else await over;
  child.stdin.end();
  await closed;
  clearInterval(timer);
  return most;
}

/** Reads all that comes; resolves when the server has said that it is done. */
function end(/** @type {import('node:child_process').ChildProcessWithoutNullStreams} */ child) {
  child.stdout.resume();
  return new Promise((/** @type {(value: void) => void} */ done) => {
    child.stderr.on('data', (chunk) => {
      if (chunk.includes(4)) done();
    });
  });
}

async function say(/** @type {import('node:stream').Writable} */ to, /** @type {number} */ length) {
  const part = Buffer.alloc(MIB, 'x');
  to.write('{"jsonrpc":"2.0","id":1,"result":"');
  for (let at = 0; at < length; at += part.length)
    if (!to.write(part.subarray(0, length - at)))
      await new Promise((drained) => to.once('drain', drained));
  to.write('"}\n');
}

/** Linux keeps the peak of a process itself: proc(5), VmHWM. */
function residentPeak(/** @type {number | undefined} */ pid) {
  try {
    return (
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    );
  } catch {
    return 0;
  }
}
