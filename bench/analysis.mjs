// What analysis costs (figure F9): all rules over 10⁴, 10⁵ and 10⁶ messages of several servers, and all of them on one file.
// node bench/analysis.mjs [MESSAGES...]: prints seconds of this machine and of its processors, memory, and how time grows.
// Each measurement is a process of its own. Counted is all from the text of a recording's lines to its findings: reading
// (lines to entries, entries to sessions) and each part of the analysis, all in that process from its start, compiling
// included. Only the making of the lines is taken off: it is timed alone, since it goes on while they are read.
// Memory is that of the whole process at its peak, Node and the recording itself included. Nothing here fails.
// Where others load the machine, compare multiples of the fixed loop: a million texts parsed, in the same process.

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { openRooms } from './rooms.mjs';

const GOALS = { seconds: 10, megabytes: 600, growth: 12 };
const WORKLOADS = ['several servers', 'one hot file'];
const SESSIONS = 8;
const MIB = 1 << 20;
const FILE = '/home/ann/plan.md';
const NOTE_TOOLS = ['create_note', 'update_note', 'get_note', 'list_notes', 'delete_note'];
const FILE_TOOLS = ['write_file', 'edit_file', 'read_text_file'];

const room = openRooms();
const [first, ...rest] = process.argv.slice(2);
if (first === '--one') await one(rest[0] ?? '', Number(rest[1]));
else all(first === undefined ? [1e4, 1e5, 1e6] : [first, ...rest].map(Number));

/** @param {number[]} sizes */
function all(sizes) {
  for (const workload of WORKLOADS) {
    let before = 0;
    for (const size of sizes) {
      const { parts, peak, live, floor, findings, loop, making } = measured(workload, size);
      const [seconds, processors] = [0, 1].map((at) =>
        Object.values(parts).reduce((sum, times) => sum + (times[at] ?? 0), 0),
      );
      const growth = before === 0 ? '' : `   growth ${(processors / before).toFixed(1)} ×`;
      before = processors;
      process.stdout.write(
        `${workload.padEnd(15)} ${String(size).padStart(8)} messages   ${seconds.toFixed(2)} s, of processors ${processors.toFixed(2)} s or ${(processors / loop).toFixed(1)} loops   ${((processors / size) * 1e6).toFixed(1)} µs a message   peak ${peak.toFixed(0)} MB, held ${live.toFixed(0)} MB (Node alone ${floor.toFixed(0)})   findings ${findings}${growth}\n`,
      );
      for (const [part, [own, cpu]] of Object.entries(parts)) {
        process.stdout.write(
          `   ${part.padEnd(24)} ${own.toFixed(2).padStart(7)} s, of processors ${cpu.toFixed(2).padStart(7)} s\n`,
        );
      }
      process.stdout.write(`   (making the lines, not counted: ${making[1].toFixed(2)} s)\n`);
    }
  }
  const { seconds, megabytes, growth } = GOALS;
  process.stdout.write(
    `F9 at 1,000,000 messages: goal < ${seconds} s, < ${megabytes} MB; 10 × the data ≤ ${growth} × the time\n`,
  );
}

/**
 * @typedef {[seconds: number, processors: number]} Times
 * @typedef {{ parts: Record<string, Times>, making: Times, loop: number, floor: number, peak: number, live: number, findings: number }} Measured
 */

/**
 * @param {string} workload
 * @param {number} size
 * @returns {Measured}
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
  const { analyse } = await room('analysis/index.js');
  const { materialOf } = await room('analysis/material.js');
  const { viewsOf } = await room('model/view.js');
  const { decodeEntry } = await room('model/line.js');
  const loop = fixedLoop();
  const floor = process.resourceUsage().maxRSS / 1024;
  /** @type {Record<string, Times>} */
  const parts = {};
  /**
   * @template T
   * @param {string} name
   * @param {() => T} work
   */
  const part = (name, work) => {
    const { result, times } = timed(work);
    parts[name] = times;
    return result;
  };
  const { times: making } = timed(() => drain(linesOf(workload, size)));
  const views = part('reading', () => viewsOf(entriesOf(linesOf(workload, size), decodeEntry)));
  parts['reading'] = [0, 1].map((at) => (parts['reading']?.[at] ?? 0) - (making[at] ?? 0));
  const material = materialOf(views);
  part('operations', material.operations);
  part('lost updates', material.lostUpdates);
  part('conflicts', material.conflicts);
  part('protocol and crossings', () => views.map(material.broken));
  const findings = part('all other rules', () => analyse(views, { material })).length;
  const peak = process.resourceUsage().maxRSS / 1024;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const live = (heapUsed + external) / MIB;
  process.stdout.write(
    JSON.stringify({ parts, making, loop, floor, peak, live, findings, held: views.length }),
  );
}

/**
 * @template T
 * @param {() => T} work
 * @returns {{ result: T, times: Times }}
 */
function timed(work) {
  const before = process.cpuUsage();
  const began = performance.now();
  const result = work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { result, times: [seconds, (user + system) / 1e6] };
}

/** @param {Iterable<string>} lines */
function drain(lines) {
  let length = 0;
  for (const line of lines) length += line.length;
  return length;
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
