// What the stdio tap costs (figures F1 to F4), beside its peers, in the same run.
// node bench/tap.mjs [ROUNDS]: prints medians over the rounds. Nothing here ever fails: only ratios
// inside one run say anything, and a busy machine says little.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'wiretape-bench-'));
const here = import.meta.dirname;
const main = process.env['WIRETAPE_MAIN'] ?? resolve(here, '../dist/cli/main.js');
const server = [process.execPath, join(here, 'tap-server.mjs')];

/** @type {Record<string, string[]>} */
const lines = {
  direct: server,
  tap: [process.execPath, main, 'tap', '--state', join(folder, 'state'), '--', ...server],
  'sdk proxy': [process.execPath, join(here, 'tap-proxy.mjs'), ...server],
};
const hop = compileHop();
if (hop) lines['c hop'] = [hop, ...server];

/** @typedef {{ p50: number, p99: number, inFlight: number, large: number }} Result */
/** @type {Record<string, Result[]>} */
const results = Object.fromEntries(Object.keys(lines).map((name) => [name, []]));

for (let round = 0; round < rounds; round++) {
  for (const [name, command] of Object.entries(lines)) {
    const result = await measure(command);
    results[name]?.push(result);
  }
}
report();
rmSync(folder, { recursive: true, force: true });

/** @param {string[]} command @returns {Promise<Result>} */
async function measure(command) {
  const peer = connect(command);
  await peer.many({ count: 500, atOnce: 1, size: 100 });
  const times = await peer.many({ count: 2000, atOnce: 1, size: 100 });
  await peer.many({ count: 3000, atOnce: 32, size: 100 });
  const busy = await timed(() => peer.many({ count: 10_000, atOnce: 32, size: 100 }));
  await peer.many({ count: 5, atOnce: 1, size: 1e6 });
  const large = await timed(() => peer.many({ count: 60, atOnce: 1, size: 1e6 }));
  await peer.close();
  times.sort((a, b) => a - b);
  return {
    p50: (times[times.length >> 1] ?? 0) * 1000,
    p99: (times[Math.floor(times.length * 0.99)] ?? 0) * 1000,
    inFlight: 10_000 / busy,
    large: 60 / large,
  };
}

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A client that speaks lines. @param {string[]} command */
function connect([command = '', ...args]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  /** @type {Map<number, () => void>} */
  const waiting = new Map();
  let next = 0;
  let head = '';
  let tail = '';
  child.stdout.on('data', (chunk) => {
    // Only the ends of an answer are read, where its id stands: a client that parses would hide what is measured.
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      keep(chunk, start, end);
      const id = Number(/"id":(\d+)/.exec(head)?.[1] ?? /"id":(\d+)/.exec(tail)?.[1]);
      waiting.get(id)?.();
      waiting.delete(id);
      head = tail = '';
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk, start, chunk.length);
  });
  /** @param {Buffer} chunk @param {number} start @param {number} end */
  const keep = (chunk, start, end) => {
    if (head.length < 60) head += chunk.toString('latin1', start, Math.min(end, start + 60));
    tail = (tail + chunk.toString('latin1', Math.max(start, end - 40), end)).slice(-40);
  };
  /** @param {number} size */
  const ask = (size) =>
    new Promise((/** @type {(value: void) => void} */ resolve) => {
      const id = next++;
      waiting.set(id, () => resolve());
      const params = `{"name":"echo","arguments":{"size":${size},"text":"the quick brown fox"}}`;
      child.stdin.write(`{"method":"tools/call","params":${params},"jsonrpc":"2.0","id":${id}}\n`);
    });
  return {
    /** @param {{ count: number, atOnce: number, size: number }} wanted @returns {Promise<number[]>} */
    async many({ count, atOnce, size }) {
      /** @type {number[]} */
      const times = [];
      let left = count;
      const worker = async () => {
        while (left-- > 0) {
          const start = performance.now();
          await ask(size);
          times.push(performance.now() - start);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      return times;
    },
    close: () =>
      new Promise((resolve) => {
        child.on('close', resolve);
        child.stdin.end();
      }),
  };
}

function compileHop() {
  const program = join(folder, 'hop');
  try {
    execFileSync(process.env['CC'] ?? 'cc', ['-O2', '-o', program, join(here, 'tap-hop.c')], {
      stdio: 'ignore',
    });
    return program;
  } catch {
    return undefined;
  }
}

function report() {
  /** @param {string} name @param {keyof Result} key */
  const median = (name, key) => {
    const all = (results[name] ?? []).map((result) => result[key]).sort((a, b) => a - b);
    return all[all.length >> 1] ?? Number.NaN;
  };
  process.stdout.write('                p50 µs   p99 µs   32 in flight/s   1 MB results/s\n');
  for (const name of Object.keys(lines)) {
    const cells = [
      median(name, 'p50').toFixed(0).padStart(8),
      median(name, 'p99').toFixed(0).padStart(8),
      median(name, 'inFlight').toFixed(0).padStart(16),
      median(name, 'large').toFixed(0).padStart(16),
    ];
    process.stdout.write(`${name.padEnd(14)}${cells.join(' ')}\n`);
  }
  const added = (/** @type {string} */ name) => median(name, 'p50') - median('direct', 'p50');
  const share = (/** @type {keyof Result} */ key, /** @type {string} */ of) =>
    (median('tap', key) / median(of, key)).toFixed(2);
  process.stdout.write(
    [
      `F1 added p50, tap / sdk proxy: ${(added('tap') / added('sdk proxy')).toFixed(2)} (goal 0.65)`,
      `F2 added p50, tap / c hop:     ${hop ? (added('tap') / added('c hop')).toFixed(2) : 'no C compiler'} (goal 3.5)`,
      `F3 32 in flight, tap / direct: ${share('inFlight', 'direct')} (goal 0.7)`,
      `F4 1 MB results, tap / direct: ${share('large', 'direct')} (goal 0.6); tap / sdk proxy: ${share('large', 'sdk proxy')} (goal 2)`,
      '',
    ].join('\n'),
  );
}
