// What a recorded server costs (figure F10), beside the SDK's own client and server in memory, in the same run; and
// whether one recording has one transcript, whoever asks in which order (F16).
// node bench/replay.mjs [CALLS] [ROUNDS]: prints calls a second, the best of the rounds, and the ratio. Nothing here fails.

import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { openRooms } from './rooms.mjs';

const calls = Number(process.argv[2] ?? 5000);
const rounds = Number(process.argv[3] ?? 7);
const room = openRooms();
const { createPlayer, recordedSessions, standIns, transcript } = await room('replay/index.js');
const { messageOrFrame } = await room('model/line.js');

const CLIENT = { name: 'bench', version: '1.0.0' };
const SERVER = { name: 'notes', version: '1.0.0' };
const TEXTS = { '100 B': 'x'.repeat(100), '10 kB': 'the quick brown fox '.repeat(500) };

for (const [size, text] of Object.entries(TEXTS)) {
  const content = [{ type: 'text', text }];
  const entries = recorded(content);
  for (const inFlight of [1, 32]) {
    const inMemory = await best(() => linked(content), inFlight);
    const replayed = await best(async () => standIns(entries).transport('notes'), inFlight);
    const figures = [inMemory, replayed].map((one) => `${Math.round(one)}`.padStart(8)).join('');
    const ratio = (replayed / inMemory).toFixed(2);
    process.stdout.write(
      `results of ${size.padEnd(6)} ${String(inFlight).padStart(2)} in flight  calls a second: in memory, stand-in ${figures}   F10 ${ratio} × (goal 1)\n`,
    );
  }
}

/** Replays of one recording whose client asks in another order and with other ids each time. */
const REPLAYS = 10_000;
const [overlapping] = recordedSessions(recorded([{ type: 'text', text: 'x' }], 16));
const hashes = new Set();
for (let seed = 1; seed <= REPLAYS; seed++) hashes.add(hashOf(seed));
process.stdout.write(
  `${REPLAYS} replays of 16 calls at once, seeds 1 to ${REPLAYS}: F16 ${hashes.size} transcript (goal 1)\n`,
);

/** @param {number} seed */
function hashOf(seed) {
  const player = createPlayer(overlapping);
  const draw = seeded(seed);
  const asked = overlapping.entries
    .filter((/** @type {any} */ { from }) => from === 'client')
    .map((/** @type {any} */ { value }) => value);
  const calls = asked.slice(2).map((/** @type {any} */ value) => ({ value, at: draw() }));
  calls.sort((/** @type {any} */ a, /** @type {any} */ b) => a.at - b.at);
  const said = [...asked.slice(0, 2), ...calls.map((/** @type {any} */ { value }) => value)];
  player.start();
  for (const value of said) {
    const id = 'id' in value ? { id: `${seed}-${Math.floor(draw() * 1e9)}` } : {};
    player.receive({ ...value, ...id });
  }
  return transcript([player.transcript()]).hash;
}

/**
 * Numbers from 0 to below 1, the same for the same seed.
 *
 * @param {number} seed
 */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A client and a server of the SDK, linked in memory.
 *
 * @param {{ type: string, text: string }[]} content
 */
async function linked(content) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = new Server(SERVER, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, async () => ({ content }));
  await server.connect(far);
  return near;
}

/**
 * What the tap would have recorded of the same client and server; `atOnce`: of so many calls before
 * the first answer, else of all `calls` one after the other.
 *
 * @param {{ type: string, text: string }[]} content
 * @param {number} [atOnce]
 */
function recorded(content, atOnce) {
  const turns = (/** @type {number} */ count) =>
    Array.from({ length: count }, (_, at) => [
      ['client', { id: at + 1, method: 'tools/call', params: { name: 'read', arguments: { at } } }],
      ['server', { id: at + 1, result: { content } }],
    ]);
  const said = [
    [
      'client',
      {
        id: 0,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT },
      },
    ],
    [
      'server',
      {
        id: 0,
        result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: SERVER },
      },
    ],
    ['client', { method: 'notifications/initialized' }],
    ...(atOnce === undefined
      ? turns(calls).flat()
      : [...turns(atOnce).map(([asked]) => asked), ...turns(atOnce).map(([, answer]) => answer)]),
  ];
  const session = '01BENCHREPAY00000000000000';
  const clock = { wall: '2026-01-01T00:00:00.000Z', monotonic: '0', boot: 'bench' };
  const redaction = { rules: 'default/3', key: '00000000' };
  const head = {
    type: 'session',
    session,
    seq: 0,
    at: 0,
    name: 'notes',
    transport: 'stdio',
    fidelity: 'bytes',
    tap: 'wiretape',
    capture: 'redacted',
    redaction,
    clock,
    workflow: null,
  };
  return [
    head,
    ...said.map(([from, message], index) => {
      const at = (index + 1) * 100;
      const channel = from === 'client' ? 'stdin' : 'stdout';
      const place = { type: 'message', session, seq: index + 1, at, sent: at, from, channel };
      return messageOrFrame(place, JSON.stringify({ jsonrpc: '2.0', ...Object(message) }));
    }),
  ];
}

/**
 * Calls a second of the best round; connecting is not counted.
 *
 * @param {() => Promise<any>} transport
 * @param {number} inFlight
 */
async function best(transport, inFlight) {
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const client = new Client(CLIENT);
    await client.connect(await transport());
    let next = 0;
    const start = performance.now();
    const lane = async () => {
      while (next < calls) await client.callTool({ name: 'read', arguments: { at: next++ } });
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    most = Math.max(most, (calls / (performance.now() - start)) * 1000);
    await client.close();
  }
  return most;
}
