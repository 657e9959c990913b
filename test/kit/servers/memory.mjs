// A memory server that keeps every write: server-memory's tools and schemas, with the read, change
// and write of its file under one lock that its own calls and other processes wait for.

import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { withLock } from './lock.mjs';

const file = process.env['MEMORY_FILE_PATH'] ?? '';
const text = { type: 'string' };
const entity = {
  type: 'object',
  properties: { name: text, entityType: text, observations: { type: 'array', items: text } },
  required: ['name', 'entityType', 'observations'],
};
const entities = { type: 'array', items: entity };
const closed = { openWorldHint: false };

const tools = [
  {
    name: 'create_entities',
    inputSchema: { type: 'object', properties: { entities }, required: ['entities'] },
    annotations: { ...closed, readOnlyHint: false, destructiveHint: false },
  },
  {
    name: 'delete_entities',
    inputSchema: {
      type: 'object',
      properties: { entityNames: { type: 'array', items: text } },
      required: ['entityNames'],
    },
    annotations: { ...closed, readOnlyHint: false, destructiveHint: true },
  },
  {
    name: 'read_graph',
    inputSchema: { type: 'object', properties: {} },
    annotations: { ...closed, readOnlyHint: true },
  },
];

const server = new Server(
  { name: 'memory-server', version: '0.6.3' },
  { capabilities: { tools: {} } },
);
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
  withLock(`${file}.lock`, async () => answer(await act(params.name, params.arguments ?? {}))),
);

async function act(name, args) {
  const graph = load();
  if (name === 'read_graph') return { entities: graph, relations: [] };
  if (name === 'delete_entities') {
    await save(graph.filter((one) => !args.entityNames.includes(one.name)));
    return { success: true, message: 'Entities deleted successfully' };
  }
  const known = new Set(graph.map((one) => one.name));
  const added = args.entities.filter((one) => !known.has(one.name));
  await save([...graph, ...added]);
  return { entities: added };
}

function load() {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  } catch {
    return [];
  }
}

async function save(graph) {
  const fresh = `${file}.${process.pid}.tmp`;
  await writeFile(fresh, graph.map((one) => JSON.stringify(one)).join('\n'));
  await rename(fresh, file);
}

function answer(result) {
  return {
    content: [{ type: 'text', text: JSON.stringify(result, null, 2) }],
    structuredContent: result,
  };
}

await server.connect(new StdioServerTransport());
