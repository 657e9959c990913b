// A server of ours in two versions, on the SDK: `--second` says another thing in one place. In both
// a note gets a new id in each run, and its labels come in another order in each run: `--runs FILE`
// counts them. `--http` serves over HTTP, its address is the first line of stdout.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const isSecond = process.argv.includes('--second');
const run = runNumber(process.argv[process.argv.indexOf('--runs') + 1]);
const notes = new Map();
const said = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

/** How often a server was started with this file, this time included. */
function runNumber(file) {
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  writeFileSync(file, String(before + 1));
  return before + 1;
}

/** The items of a set, in the order of this run. */
function inAnyOrder(items) {
  const start = run % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

const text = { type: 'string' };
const tools = {
  create_note: {
    properties: { title: text, labels: { type: 'array', items: text } },
    call({ title, labels }) {
      const note = { id: randomUUID(), title, state: isSecond ? 'new' : 'draft' };
      notes.set(note.id, note);
      return said({ ...note, labels: inAnyOrder(labels) });
    },
  },
  read_note: {
    properties: { id: text },
    call({ id }) {
      const note = notes.get(id);
      if (!note) return { ...said({ error: `There is no note ${id}.` }), isError: true };
      return said({ id, title: note.title });
    },
  },
  count_notes: { properties: {}, call: () => said({ count: notes.size }) },
};

function notesServer() {
  const server = new Server({ name: 'notes', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Object.entries(tools).map(([name, { properties }]) => ({
      name,
      inputSchema: { type: 'object', properties },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    tools[params.name].call(params.arguments ?? {}),
  );
  return server;
}

async function serveHttp() {
  const sessions = new Map();
  const http = createServer(async (request, response) => {
    let transport = sessions.get(request.headers['mcp-session-id']);
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => sessions.set(id, transport),
      });
      await notesServer().connect(transport);
    }
    await transport.handleRequest(request, response);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  process.stdout.write(`http://127.0.0.1:${http.address().port}/mcp\n`);
}

if (process.argv.includes('--http')) await serveHttp();
else await notesServer().connect(new StdioServerTransport());
