// What a recorded server costs (figure F10), beside the SDK's own client and server in memory, in the same run.
// node bench/replay.mjs [CALLS] [ROUNDS]: prints calls a second, the best of the rounds, and the ratio. Nothing here fails.

import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const calls = Number(process.argv[2] ?? 5000);
const rounds = Number(process.argv[3] ?? 7);
const dist = process.env['WIRETAPE_DIST'] ?? resolve(import.meta.dirname, '../dist');
/** @param {string} path */
const room = (path) => import(pathToFileURL(resolve(dist, path)).href);
const { standIns } = await room('replay/index.js');
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
 * What the tap would have recorded of the same client and server.
 *
 * @param {{ type: string, text: string }[]} content
 */
function recorded(content) {
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
    ...Array.from({ length: calls }, (_, at) => [
      ['client', { id: at + 1, method: 'tools/call', params: { name: 'read', arguments: { at } } }],
      ['server', { id: at + 1, result: { content } }],
    ]).flat(),
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
