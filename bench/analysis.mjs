// What analysis costs (figure F9): all rules over 10⁴, 10⁵ and 10⁶ messages of several servers, and all of them on one file.
// node bench/analysis.mjs [MESSAGES...]: prints seconds of this machine and of its processors, memory, and how time grows.
// Each measurement is a process of its own; entries come from lines one by one, as a recording is read. Nothing here fails.
// Where others load the machine, compare multiples of the fixed loop: a million texts parsed, in the same process.

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const dist = process.env['WIRETAPE_DIST'] ?? resolve(import.meta.dirname, '../dist');
const GOALS = { seconds: 10, megabytes: 600, growth: 12 };
const WORKLOADS = ['several servers', 'one hot file'];
const SESSIONS = 8;
const MIB = 1 << 20;
const FILE = '/home/ann/plan.md';
const NOTE_TOOLS = ['create_note', 'update_note', 'get_note', 'list_notes', 'delete_note'];
const FILE_TOOLS = ['write_file', 'edit_file', 'read_text_file'];

const [first, ...rest] = process.argv.slice(2);
if (first === '--one') await one(rest[0] ?? '', Number(rest[1]));
else all(first === undefined ? [1e4, 1e5, 1e6] : [first, ...rest].map(Number));

/** @param {number[]} sizes */
function all(sizes) {
  for (const workload of WORKLOADS) {
    let before = 0;
    for (const size of sizes) {
      const { read, analysed, processors, peak, live, floor, findings, loop } = measured(
        workload,
        size,
      );
      const seconds = read + analysed;
      const growth = before === 0 ? '' : `   growth ${(processors / before).toFixed(1)} ×`;
      before = processors;
      process.stdout.write(
        `${workload.padEnd(15)} ${String(size).padStart(8)} messages   ${seconds.toFixed(2)} s (read ${read.toFixed(2)}, analysed ${analysed.toFixed(2)}), of processors ${processors.toFixed(2)} s or ${(processors / loop).toFixed(1)} loops   ${((processors / size) * 1e6).toFixed(1)} µs a message   peak ${peak.toFixed(0)} MB, held ${live.toFixed(0)} MB (Node alone ${floor.toFixed(0)})   findings ${findings}${growth}\n`,
      );
    }
  }
  const { seconds, megabytes, growth } = GOALS;
  process.stdout.write(
    `F9 at 1,000,000 messages: goal < ${seconds} s, < ${megabytes} MB; 10 × the data ≤ ${growth} × the time\n`,
  );
}

/**
 * @param {string} workload
 * @param {number} size
 */
function measured(workload, size) {
  const args = [
    '--expose-gc',
    ...process.execArgv,
    import.meta.filename,
    '--one',
    workload,
    String(size),
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/**
 * @param {string} workload
 * @param {number} size
 */
async function one(workload, size) {
  /** @param {string} path */
  const room = (path) => import(pathToFileURL(resolve(dist, path)).href);
  const { analyse } = await room('analysis/index.js');
  const { viewsOf } = await room('model/view.js');
  const { decodeEntry } = await room('model/line.js');
  const loop = fixedLoop();
  const floor = process.resourceUsage().maxRSS / 1024;
  const before = process.cpuUsage();
  const began = performance.now();
  const views = viewsOf(entriesOf(linesOf(workload, size), decodeEntry));
  const read = performance.now();
  const findings = analyse(views).length;
  const done = performance.now();
  const peak = process.resourceUsage().maxRSS / 1024;
  const { user, system } = process.cpuUsage(before);
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(
    JSON.stringify({
      ...{ read: (read - began) / 1000, analysed: (done - read) / 1000, floor, peak, findings },
      ...{
        processors: (user + system) / 1e6,
        loop,
        live: (heapUsed + external) / MIB,
        held: views.length,
      },
    }),
  );
}

/** Seconds of the processors for a piece of work that never changes. */
function fixedLoop() {
  const text = JSON.stringify(onNotes(2, 0, 'the quick brown fox jumps over the lazy dog'));
  const before = process.cpuUsage();
  for (let at = 0; at < 1e6; at++) JSON.parse(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/**
 * @param {Iterable<string>} lines
 * @param {(line: string) => any} decodeEntry
 */
function* entriesOf(lines, decodeEntry) {
  for (const line of lines) {
    const decoded = decodeEntry(line);
    if (!decoded.ok) throw new Error(line);
    yield decoded.entry;
  }
}

/**
 * The lines of a recording: each session shakes hands, lists its tools, and calls them two at a time,
 * one message of each session after the other.
 *
 * @param {string} workload
 * @param {number} size how many messages
 */
function* linesOf(workload, size) {
  const hot = workload === 'one hot file';
  const names = Array.from({ length: SESSIONS }, (_, at) => (hot ? 'files' : `server-${at}`));
  const sessions = names.map((name, at) => sessionOf(name, at, hot));
  for (const { head } of sessions) yield head;
  for (let sent = 0; sent < size; sent++) {
    const session = sessions[sent % SESSIONS];
    if (session) yield session.next(sent * 50);
  }
}

/**
 * @param {string} name
 * @param {number} place
 * @param {boolean} hot
 */
function sessionOf(name, place, hot) {
  const id = `01BENCH${'0'.repeat(18)}${place}`;
  const tools = hot ? FILE_TOOLS : NOTE_TOOLS;
  let seq = 0;
  let call = 0;
  const early = opening(hot ? 'secure-filesystem-server' : name, tools);
  const head = JSON.stringify({
    ...{ type: 'session', session: id, seq: seq++, at: 0, name, transport: 'stdio' },
    ...{ fidelity: 'bytes', tap: 'bench', capture: 'redacted' },
    redaction: { rules: 'default/1', key: '9f2c11d0' },
    clock: { wall: '2026-11-22T09:00:00.000Z', monotonic: '5000000000', boot: 'bench' },
    launch: { command: 'node', args: ['server.js'], env: {} },
    workflow: null,
  });
  /** @type {{ from: string, message: object }[]} */
  let turn = early;
  return {
    head,
    /** @param {number} at */
    next(at) {
      if (turn.length === 0) {
        const two = [call++, call++].map((number) => calling(number, place, hot));
        turn = [...two.map(([request]) => request), ...two.map(([, response]) => response)];
      }
      const { from, message } = /** @type {{ from: string, message: object }} */ (turn.shift());
      const channel = from === 'client' ? 'stdin' : 'stdout';
      const text = JSON.stringify(message);
      return `{"type":"message","session":"${id}","seq":${seq++},"at":${at},"sent":${at + 5},"from":"${from}","channel":"${channel}","message":${text}}`;
    },
  };
}

/**
 * @param {string} server
 * @param {string[]} tools
 */
function opening(server, tools) {
  const jsonrpc = '2.0';
  const revision = { protocolVersion: '2025-11-25', capabilities: { tools: {} } };
  const schema = {
    type: 'object',
    properties: { id: { type: 'string' }, path: { type: 'string' } },
  };
  return [
    client({
      jsonrpc,
      id: 0,
      method: 'initialize',
      params: { ...revision, clientInfo: { name: 'bench', version: '1' } },
    }),
    answer({ jsonrpc, id: 0, result: { ...revision, serverInfo: { name: server, version: '1' } } }),
    client({ jsonrpc, method: 'notifications/initialized' }),
    client({ jsonrpc, id: 'list', method: 'tools/list' }),
    answer({
      jsonrpc,
      id: 'list',
      result: { tools: tools.map((name) => ({ name, inputSchema: schema })) },
    }),
  ];
}

/** @param {object} message */
function client(message) {
  return { from: 'client', message };
}

/** @param {object} message */
function answer(message) {
  return { from: 'server', message };
}

/**
 * One call and its answer.
 *
 * @param {number} number
 * @param {number} place
 * @param {boolean} hot
 */
function calling(number, place, hot) {
  const words = `note ${number} of ${place}, the quick brown fox jumps over the lazy dog`;
  const [name, args, text] = hot ? onFile(number, words) : onNotes(number, place, words);
  const id = number + 1;
  return [
    client({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }),
    answer({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } }),
  ];
}

/**
 * @param {number} number
 * @param {string} words
 * @returns {[string, object, string]}
 */
function onFile(number, words) {
  if (number % 4 === 3) return ['read_text_file', { path: FILE }, `plan\n${words}`];
  if (number % 4 === 2) return ['write_file', { path: FILE, content: words }, 'Successfully wrote'];
  const edits = [{ oldText: `line ${number}`, newText: words }];
  return ['edit_file', { path: FILE, edits }, `\`\`\`diff\n+${words}\n\`\`\``];
}

/**
 * @param {number} number
 * @param {number} place
 * @param {string} words
 * @returns {[string, object, string]}
 */
function onNotes(number, place, words) {
  const id = `note-${place}-${number % 1000}`;
  const [create, update, get, list, remove] = NOTE_TOOLS;
  switch (number % 8) {
    case 0:
    case 1:
      return [
        create ?? '',
        { title: words, tags: ['a', 'b'] },
        JSON.stringify({ id: `note-${place}-${number}` }),
      ];
    case 2:
    case 3:
      return [update ?? '', { id, text: words }, 'done'];
    case 4:
      return [list ?? '', {}, JSON.stringify([{ id, title: words }])];
    case 5:
      return [remove ?? '', { id }, 'done'];
    default:
      return [get ?? '', { id }, JSON.stringify({ id, title: words })];
  }
}
