// A program with taps inside itself that ends without closing them: node unclosed.mjs ENTRY STATE KIND HOW [RECORDING]
// KIND: the version of the SDK, and what is tapped; HOW: how it ends, with a call still open. Or it `closes` all of them
// when it hears a line. OTLP in its environment: where its spans go.
import { once } from 'node:events';
import process from 'node:process';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';

const [entry = '', state = '', kind = '', how = '', record] = process.argv.slice(2);
const { tapFetch, tapServer, tapTransport } = await import(entry);

const { OTLP } = process.env;
const otlp = OTLP ? { otlp: JSON.parse(OTLP) } : {};
const options = { name: kind, state, ...(record ? { record } : {}), ...otlp };
/** What is closed besides the client. */
const closers = [];
function closable(tapped) {
  closers.push(tapped);
  return tapped;
}
const info = { name: 'unclosed', version: '1.0.0' };
const url = new URL('http://localhost/mcp');

/** A server with a tool that answers and one that never does. */
function served(server) {
  server.registerTool('now', {}, () => ({ content: [{ type: 'text', text: 'NOW' }] }));
  server.registerTool('never', {}, () => new Promise(() => {}));
  return server;
}

/** A fetch that is answered in this process. */
function local(factory) {
  const handler = createMcpHandler(factory);
  return (input, init) => handler.fetch(new Request(input, init));
}

const factory = () => served(new McpServer(info));
const negotiated = { versionNegotiation: { mode: 'auto' } };

const CLIENTS = {
  async transportV1() {
    const [near, far] = InMemoryTransport.createLinkedPair();
    await served(new McpServerV1(info)).connect(far);
    return [new ClientV1(info), tapTransport(near, { ...options, side: 'client' })];
  },
  async serverV1() {
    const [near, far] = InMemoryTransport.createLinkedPair();
    await tapServer(served(new McpServerV1(info)), options).connect(far);
    return [new ClientV1(info), near];
  },
  transportV2() {
    const command = { command: process.execPath, args: [process.argv[1], entry, state, 'serve'] };
    const transport = new StdioV2({ ...command, stderr: 'ignore' });
    return [new ClientV2(info), tapTransport(transport, { ...options, side: 'client' })];
  },
  fetchV1: () => [
    new ClientV1(info),
    new HttpV1(url, { fetch: closable(tapFetch(local(factory), options)) }),
  ],
  fetchV2: () => [
    new ClientV2(info, negotiated),
    new HttpV2(url, { fetch: closable(tapFetch(local(factory), options)) }),
  ],
  factoryV2: () => [
    new ClientV2(info, negotiated),
    new HttpV2(url, { fetch: local(closable(tapServer(factory, options))) }),
  ],
};

const ENDS = {
  falls: () => {},
  exits: () => process.exit(3),
  throws: () => {
    throw new Error('as it may');
  },
  async closes(client) {
    await once(process.stdin, 'data');
    await client.close();
    for (const tapped of closers) await tapped.close();
    process.exit(0);
  },
  killed: () => process.kill(process.pid, 'SIGKILL'),
};

if (kind === 'serve') {
  const { serveStdio } = await import('@modelcontextprotocol/server/stdio');
  serveStdio(factory);
} else {
  const [client, transport] = await CLIENTS[kind]();
  await client.connect(transport);
  // Waiting for an answer keeps a program alive.
  if (how !== 'falls' && how !== 'closes')
    client.callTool({ name: 'never', arguments: {} }).catch(() => {});
  await client.callTool({ name: 'now', arguments: {} });
  ENDS[how](client);
}
