// What live spans cost a tap: the CPU of all its threads and the median of a call, with and without --otlp, in turns
// of one run, in front of a receiver that takes everything. Figures are ratios of the same run: node bench/otel.mjs

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '..');
const CALLS = Number(process.argv[2] ?? 5000);
const ROUNDS = 3;
/** Of the system, in µs. */
const TICK = 10_000;

const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200).end());
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const url = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (receiver.address()).port}`;

/** @type {Record<'without' | 'with', { cpu: number, p50: number }[]>} */
const figures = { without: [], with: [] };
for (let round = 0; round < ROUNDS; round++) {
  figures.without.push(await measure([]));
  figures.with.push(await measure(['--otlp', url]));
}
receiver.close();
receiver.closeAllConnections();
for (const name of /** @type {const} */ (['cpu', 'p50'])) {
  const [without, spans] = [median(figures.without, name), median(figures.with, name)];
  process.stdout.write(
    `${name.padEnd(4)} ${without.toFixed(1)} µs a call without, ${spans.toFixed(1)} µs with spans: ${(spans / without).toFixed(2)} ×\n`,
  );
}

/**
 * One tap, and so many calls one after the other.
 *
 * @param {readonly string[]} options
 */
async function measure(options) {
  const state = mkdtempSync(join(tmpdir(), 'wiretape-otel-'));
  const main = join(root, 'dist/cli/main.js');
  const server = [process.execPath, join(root, 'test/tap/servers/answer.mjs')];
  const words = [main, 'tap', '--state', state, ...options, '--', ...server];
  const tap = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const took = [];
    for (let id = 0; id < CALLS; id++) {
      const start = performance.now();
      tap.stdin.write(
        `{"jsonrpc":"2.0","id":${id},"method":"ask","params":{"text":"number ${id}"}}\n`,
      );
      await once(tap.stdout, 'data');
      took.push((performance.now() - start) * 1000);
    }
    const cpu = cpuOf(tap.pid ?? 0) / CALLS;
    return { cpu, p50: took.sort((a, b) => a - b)[CALLS >> 1] ?? 0 };
  } finally {
    tap.stdin.end();
    await once(tap, 'close');
    rmSync(state, { recursive: true, force: true });
  }
}

/** @param {number} pid @returns {number} what all its threads used so far, in µs */
function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** @param {{ cpu: number, p50: number }[]} rounds @param {'cpu' | 'p50'} name */
function median(rounds, name) {
  return rounds.map((one) => one[name]).sort((a, b) => a - b)[rounds.length >> 1] ?? 0;
}
