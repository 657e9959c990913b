// What the HTTP tap costs (figures F5 and F6), beside its peers, in the same run.
// node bench/http.mjs [ROUNDS]: prints medians over the rounds. Nothing here ever fails: only ratios inside one run
// say anything. The peers bridge transports, which a tap does not; what is compared is what each adds to the way.
// mcp-proxy (HTTP to stdio) and mcp-remote (stdio to HTTP) are fetched into a temporary folder.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

const PEERS = { proxy: 'mcp-proxy@6.7.19', remote: 'mcp-remote@0.15.1' };
const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'wiretape-bench-'));
const here = import.meta.dirname;
const main = process.env['WIRETAPE_MAIN'] ?? resolve(here, '../dist/cli/main.js');
/** @type {import('node:child_process').ChildProcess[]} */
const running = [];

execFileSync(
  'npm',
  [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
    ...Object.values(PEERS),
  ],
  { stdio: 'ignore' },
);
const direct = `http://127.0.0.1:${await said(start([join(here, 'http-server.mjs')]), /^(\d+)/)}/mcp`;
const tap = await said(
  start([main, 'tap', '--upstream', direct, '--state', join(folder, 'state')]),
  /recorded at ([^\s,]+) in place of /,
);
const port = 20_000 + (process.pid % 20_000);
const proxy = `http://127.0.0.1:${port}/mcp`;
start([
  bin('mcp-proxy'),
  '--port',
  String(port),
  '--',
  process.execPath,
  join(here, 'tap-server.mjs'),
]);

/** @type {Record<string, { call: (events?: number) => Promise<number> }>} */
const lines = {
  direct: http(direct),
  tap: http(tap),
  'mcp-proxy': http(proxy),
  'mcp-remote': stdio([bin('mcp-remote'), direct, '--allow-http', '--transport', 'http-only']),
};
/** @type {Record<string, number[]>} */
const p50 = {};
/** @type {Record<string, number[]>} */
const events = {};
for (const [name, line] of Object.entries(lines)) {
  await ready(line);
  [p50[name], events[name]] = [[], []];
}
for (let round = 0; round < rounds; round++) {
  for (const [name, line] of Object.entries(lines)) p50[name]?.push(await medianOfCalls(line));
  for (const name of ['direct', 'tap']) {
    const started = performance.now();
    await lines[name]?.call(100_000);
    events[name]?.push(100_000 / ((performance.now() - started) / 1000));
  }
}
report();
for (const child of running) child.kill();
rmSync(folder, { recursive: true, force: true });
process.exit(0);

/** @param {string} name */
function bin(name) {
  return join(folder, 'node_modules/.bin', name);
}

/** @param {string[]} args */
function start(args) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  running.push(child);
  child.stderr.resume();
  return child;
}

/** What a program says on either output. @param {ReturnType<typeof start>} child @param {RegExp} shape @returns {Promise<string>} */
function said(child, shape) {
  return new Promise((done) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part) => {
        text += part;
        const [, found] = shape.exec(text) ?? [];
        if (found !== undefined) done(found);
      });
    }
  });
}

/** @param {{ call: () => Promise<number> }} line */
async function medianOfCalls(line) {
  for (let warm = 0; warm < 200; warm++) await line.call();
  const times = [];
  for (let count = 0; count < 1000; count++) times.push(await line.call());
  times.sort((a, b) => a - b);
  return (times[times.length >> 1] ?? 0) * 1000;
}

/** Until it answers. @param {{ call: () => Promise<number> }} line */
async function ready(line) {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await line.call();
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** A client that speaks HTTP; a call gives how long it took, in ms. @param {string} url */
function http(url) {
  const agent = new Agent({ keepAlive: true });
  let id = 0;
  /** @type {string | undefined} */
  let session;
  /** @param {object} message @returns {Promise<void>} */
  const post = (message) =>
    new Promise((done, fail) => {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session ? { 'mcp-session-id': session } : {}),
      };
      const request = send(url, { method: 'POST', agent, headers }, (response) => {
        const given = response.headers['mcp-session-id'];
        if (typeof given === 'string') session = given;
        response.resume();
        response.on('end', () =>
          (response.statusCode ?? 500) < 300
            ? done()
            : fail(new Error(String(response.statusCode))),
        );
      });
      request.on('error', fail);
      request.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
    });
  let isOpen = false;
  return {
    async call(events = 0) {
      if (!isOpen) {
        const clientInfo = { name: 'bench', version: '1.0.0' };
        await post({
          id: id++,
          method: 'initialize',
          params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
        });
        await post({ method: 'notifications/initialized' });
        isOpen = true;
      }
      const started = performance.now();
      await post({
        id: id++,
        method: 'tools/call',
        params: { name: 'echo', arguments: { size: 100, text: 'x', events } },
      });
      return performance.now() - started;
    },
  };
}

/** A client that speaks lines. @param {string[]} args */
function stdio(args) {
  const child = start(args);
  /** @type {Map<number, () => void>} */
  const waiting = new Map();
  let rest = '';
  let id = 0;
  child.stdout.on('data', (part) => {
    const all = (rest + part).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) {
      const found = JSON.parse(line);
      waiting.get(found.id)?.();
      waiting.delete(found.id);
    }
  });
  /** @param {string} method @param {object} params @returns {Promise<void>} */
  const ask = (method, params) =>
    new Promise((done) => {
      waiting.set(id, done);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: id++, method, params })}\n`);
    });
  /** @type {Promise<void> | undefined} */
  let opened;
  return {
    async call() {
      const clientInfo = { name: 'bench', version: '1.0.0' };
      opened ??= ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
      await opened;
      const started = performance.now();
      await ask('tools/call', { name: 'echo', arguments: { size: 100, text: 'x' } });
      return performance.now() - started;
    },
  };
}

function report() {
  /** @param {number[] | undefined} all */
  const median = (all = []) => [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
  const base = median(p50['direct']);
  const added = (/** @type {string} */ name) => median(p50[name]) - base;
  process.stdout.write('                p50 µs   added µs   events/s\n');
  for (const name of Object.keys(lines)) {
    const streamed = median(events[name]);
    const cells = [median(p50[name]).toFixed(0).padStart(8), added(name).toFixed(0).padStart(10)];
    process.stdout.write(
      `${name.padEnd(14)}${cells.join(' ')} ${Number.isNaN(streamed) ? '' : streamed.toFixed(0).padStart(10)}\n`,
    );
  }
  const share = (/** @type {string} */ name) => (added('tap') / added(name)).toFixed(2);
  process.stdout.write(
    [
      `F5 added p50, tap / mcp-proxy:  ${share('mcp-proxy')} (goal 0.5)`,
      `F5 added p50, tap / mcp-remote: ${share('mcp-remote')} (goal 0.15)`,
      `F6 events, tap / direct:        ${(median(events['tap']) / median(events['direct'])).toFixed(2)} (goal 0.6)`,
      '',
    ].join('\n'),
  );
}
