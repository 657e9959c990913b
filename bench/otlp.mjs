// What it costs to take in spans of others over OTLP/HTTP (figure F7), beside bare inserts into SQLite with one index
// of the very lines that are stored, in the same run; and how long the collector keeps others waiting meanwhile.
// node bench/otlp.mjs [REQUESTS] [ROUNDS]: prints µs of CPU a span and spans a second, the best of the rounds. Nothing here fails.
//
// The collector is a process of its own, as `wiretape serve` starts it: redaction on, each request answered after the
// transaction that stores it. It is measured from its first request on, with the start of its thread and the compiling
// of all it runs, so the fewer requests, the more of that is in the figures: 40 of them (20,480 spans) take half a second.
// The floor runs alone in this process, as durable as the store, 512 rows a transaction.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import schema from 'otlp-schema/build/src/generated/root.js';
import { Agent, request } from 'undici';

const requests = Number(process.argv[2] ?? 200);
const rounds = Number(process.argv[3] ?? 3);
const PER_REQUEST = 512;
const IN_FLIGHT = 4;
const dist = process.env['WIRETAPE_DIST'] ?? resolve(import.meta.dirname, '../dist');
/** @param {string} path */
const room = (path) => import(pathToFileURL(resolve(dist, path)).href);
const { openStore, LOCAL } = await room('collector/index.js');
const Request = schema.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

const PAYLOAD = JSON.stringify({
  query: 'the quick brown fox jumps over the lazy dog. '.repeat(13),
});
/** @type {Record<string, () => object[]>} */
const SHAPES = {
  '4 attributes, one of 600 B': () => [
    { key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } },
    { key: 'gen_ai.tool.name', value: { stringValue: 'read_graph' } },
    { key: 'gen_ai.tool.call.arguments', value: { stringValue: PAYLOAD } },
    { key: 'attempt', value: { intValue: 1 } },
  ],
  '20 attributes': () =>
    Array.from({ length: 20 }, (_, index) => ({
      key: `app.attribute.number_${index}`,
      value:
        index % 4 === 0 ? { intValue: index * 17 } : { stringValue: `a value of words ${index}` },
    })),
};

for (const [name, attributes] of Object.entries(SHAPES)) {
  const bodies = Array.from({ length: requests }, (_, index) => bodyOf(index, attributes()));
  const spans = requests * PER_REQUEST;
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const { cpu, wall, wait, lines } = await ingested(bodies);
    if (lines.length !== spans) throw new Error(`${lines.length} of ${spans} spans are stored`);
    results.push({ cpu, wall, wait, floor: await inserted(lines) });
  }
  /** @param {(one: typeof results[number]) => number} of */
  const best = (of) => Math.min(...results.map(of));
  const [cpu, wall] = [best((one) => one.cpu), best((one) => one.wall)];
  const floor = { cpu: best((one) => one.floor.cpu), wall: best((one) => one.floor.wall) };
  const bytes = Math.round(bodies[0].length / PER_REQUEST);
  process.stdout.write(
    `${name.padEnd(27)} ${bytes} B a span   ingest ${perSpan(cpu, spans)} µs CPU, ${rate(spans, wall)}/s   ` +
      `bare inserts ${perSpan(floor.cpu, spans)} µs CPU, ${rate(spans, floor.wall)}/s   ` +
      `F7 ${(floor.wall / wall).toFixed(2)} × (goal 0.45), by CPU ${(floor.cpu / cpu).toFixed(2)} ×   ` +
      `others wait at most ${best((one) => one.wait).toFixed(0)} ms\n`,
  );
}

/**
 * @param {number} index
 * @param {object[]} attributes
 */
function bodyOf(index, attributes) {
  const traceId = Buffer.alloc(16, 1);
  traceId.writeUInt32BE(index + 1);
  const spans = Array.from({ length: PER_REQUEST }, (_, place) => {
    const spanId = Buffer.alloc(8, 2);
    spanId.writeUInt32BE(place + 1);
    const start = 1_790_000_000_000_000_000n + BigInt(place) * 1_000_000n;
    const times = { startTimeUnixNano: String(start), endTimeUnixNano: String(start + 900_000n) };
    return {
      traceId,
      spanId,
      name: 'execute_tool read_graph',
      kind: 3,
      ...times,
      attributes,
      flags: 257,
    };
  });
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] };
  const scopeSpans = [{ scope: { name: 'agent-sdk', version: '2.0.0' }, spans }];
  return Request.encode(Request.fromObject({ resourceSpans: [{ resource, scopeSpans }] })).finish();
}

/**
 * Sends all bodies, some at once, to a collector that just started; gives what is then stored.
 *
 * @param {Uint8Array[]} bodies
 */
async function ingested(bodies) {
  const state = mkdtempSync(join(tmpdir(), 'wiretape-bench-'));
  const args = [resolve(dist, 'cli/main.js'), 'serve', '--port', '0', '--json', '--state', state];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let said = '';
    while (!said.includes('}')) said += String((await once(child.stdout, 'data'))[0]);
    const { address } = JSON.parse(said);
    const dispatcher = new Agent({ connections: IN_FLIGHT + 1 });
    const token = (/** @type {string} */ use) =>
      readFileSync(join(state, 'tokens', use), 'utf8').trim();
    const headers = {
      authorization: `Bearer ${token('write')}`,
      'content-type': 'application/x-protobuf',
    };
    // What a page would feel: how long the cheapest question of all takes meanwhile. Asked seldom, since the answers
    // cost the collector time that is no part of taking in spans.
    const asking = new AbortController();
    const wait = longestWait(`${address}/api/status`, token('read'), asking.signal, dispatcher);
    const waiting = [...bodies];
    const before = cpuOf(child.pid ?? 0);
    const start = performance.now();
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        for (let body = waiting.shift(); body; body = waiting.shift()) {
          const answer = await request(`${address}/v1/traces`, {
            method: 'POST',
            headers,
            body,
            dispatcher,
          });
          if (answer.statusCode !== 200)
            throw new Error(`${answer.statusCode} ${await answer.body.text()}`);
          await answer.body.dump();
        }
      }),
    );
    const wall = performance.now() - start;
    const cpu = cpuOf(child.pid ?? 0) - before;
    asking.abort();
    const longest = await wait;
    await dispatcher.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    return { cpu, wall, wait: longest, lines: await stored(state, bodies.length) };
  } finally {
    child.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
  }
}

/**
 * @param {string} url
 * @param {string} token
 * @param {AbortSignal} signal
 * @param {Agent} dispatcher
 */
async function longestWait(url, token, signal, dispatcher) {
  let longest = 0;
  while (!signal.aborted) {
    const start = performance.now();
    const answer = await request(url, {
      headers: { authorization: `Bearer ${token}` },
      dispatcher,
    });
    await answer.body.dump();
    longest = Math.max(longest, performance.now() - start);
    await new Promise((done) => setTimeout(done, 25));
  }
  return longest;
}

/**
 * @param {string} state
 * @param {number} traces
 */
async function stored(state, traces) {
  const store = await openStore({ path: join(state, 'store/store.db') });
  const lines = [];
  for (let index = 0; index < traces; index++) {
    const id = Buffer.alloc(16, 1);
    id.writeUInt32BE(index + 1);
    const range = { after: 0, limit: 1e6, bytes: 1 << 30 };
    const found = await store.of(LOCAL).spansOf([id.toString('hex')], range);
    for (const { line } of found) lines.push(line);
  }
  await store.close();
  return lines;
}

/**
 * The floor: one table with one index, durable as the store is.
 *
 * @param {string[]} lines
 */
async function inserted(lines) {
  const folder = mkdtempSync(join(tmpdir(), 'wiretape-bench-'));
  const database = new DatabaseSync(join(folder, 'floor.db'));
  try {
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE span (id BLOB NOT NULL UNIQUE, line TEXT NOT NULL) STRICT;',
    );
    const insert = database.prepare('INSERT INTO span VALUES (?, ?)');
    const keys = lines.map((line) =>
      Buffer.from(JSON.parse(line).traceId + JSON.parse(line).spanId, 'hex'),
    );
    const before = process.cpuUsage();
    const start = performance.now();
    for (let at = 0; at < lines.length; at += PER_REQUEST) {
      database.exec('BEGIN');
      for (let row = at; row < at + PER_REQUEST; row++) insert.run(keys[row], lines[row]);
      database.exec('COMMIT');
    }
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { cpu: user + system, wall };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The CPU time of a process so far, in µs (proc(5): utime and stime, in hundredths of a second).
 *
 * @param {number} pid
 */
function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/**
 * @param {number} cpu
 * @param {number} spans
 */
function perSpan(cpu, spans) {
  return (cpu / spans).toFixed(1);
}

/**
 * @param {number} spans
 * @param {number} ms
 */
function rate(spans, ms) {
  return Math.round((spans / ms) * 1000);
}
