// `tapTransport`: transports of SDK v1 and v2, of clients and servers, patched in place. What the two ends of one
// connection record is the same conversation, and neither the SDK nor the answers notice.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { Client as ClientV2, InMemoryTransport as MemoryV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport as MemoryV1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpServer as ServerV2 } from '@modelcontextprotocol/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canonicalJson } from '../../model/canonical.ts';
import type { Entry, MessageEntry } from '../../model/entry.ts';
import { readRecording } from '../../model/recording.ts';
import { viewsOf } from '../../model/view.ts';
import { tapTransport } from '../../tap/index.ts';
import { ROOT } from '../kit/built.ts';
import { inOrder, journal, journals, temporaryFolder } from './kit.ts';

const info = { name: 'in-process', version: '1.0.0' };

/** A server with one tool, which tells of its progress before it answers. */
function serverOf(version: 1 | 2) {
  const server = version === 1 ? new ServerV1(info) : new ServerV2(info);
  const shout = async () => {
    await server.server.notification({ method: 'notifications/resources/list_changed' });
    return { content: [{ type: 'text' as const, text: 'HELLO' }] };
  };
  server.server.registerCapabilities({ resources: { listChanged: true } });
  if (server instanceof ServerV1)
    server.registerTool('shout', { description: 'says it loudly' }, shout);
  else server.registerTool('shout', { description: 'says it loudly' }, shout);
  return server;
}

function messages(entries: readonly Entry[]): string[] {
  return inOrder(entries)
    .filter((entry): entry is MessageEntry => entry.type === 'message')
    .map(({ from, value }) => `${from} ${canonicalJson(value)}`);
}

/** The conversation without the order of the two directions, which each end sees its own way. */
function bySide(entries: readonly Entry[]): string[][] {
  const all = messages(entries);
  return ['client', 'server'].map((side) => all.filter((line) => line.startsWith(side)));
}

describe.each([1, 2] as const)('SDK v%i', (version) => {
  test('both ends of a connection in one process record the same conversation', async () => {
    const [clientState, serverState] = [await temporaryFolder(), await temporaryFolder()];
    const [near, far] = (version === 1 ? MemoryV1 : MemoryV2).createLinkedPair();
    const prototype = Object.getPrototypeOf(near);
    const tapped = tapTransport(near, { name: 'shouter', side: 'client', state: clientState });
    expect(tapped).toBe(near);
    expect(Object.getPrototypeOf(near)).toBe(prototype);
    tapTransport(far, { name: 'shouter', side: 'server', state: serverState, environment: {} });
    const server = serverOf(version);
    await server.connect(far as never);
    const client = version === 1 ? new ClientV1(info) : new ClientV2(info);
    await client.connect(near as never);
    const answer = await client.callTool({ name: 'shout', arguments: {} });
    expect(answer).toMatchObject({ content: [{ type: 'text', text: 'HELLO' }] });
    await client.close();
    await server.close();

    const [ours, theirs] = [await journal(clientState), await journal(serverState)];
    expect(ours.problems).toEqual([]);
    expect(bySide(ours.entries)).toEqual(bySide(theirs.entries));
    const texts = messages(ours.entries);
    expect(texts).toContain(
      'server {"jsonrpc":"2.0","method":"notifications/resources/list_changed"}',
    );
    expect(new Set(texts).size).toBe(texts.length);
    expect(inOrder(ours.entries)[0]).toMatchObject({
      type: 'session',
      name: 'shouter',
      transport: 'in-process',
      fidelity: 'objects',
      host: { pid: process.pid },
    });
    expect(inOrder(ours.entries).at(-1)).toMatchObject({ type: 'end', reason: 'closed' });
    const [view] = viewsOf(ours.entries);
    expect(view?.session.calls.map(({ method, state }) => `${method} ${state}`)).toEqual([
      'initialize answered',
      'tools/call answered',
    ]);
  });
});

test('a v2 client that asks for the era finds its server as without a tap', async () => {
  const folder = await temporaryFolder();
  const script = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const record = join(folder, 'a.tape.jsonl');
  const transport = new StdioV2({ command: process.execPath, args: [script], stderr: 'ignore' });
  tapTransport(transport, { name: 'everything', side: 'client', state: folder, record });
  const client = new ClientV2(info, { versionNegotiation: { mode: 'auto' } });
  await client.connect(transport);
  const answer = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  await client.close();
  expect(answer).toMatchObject({ content: [{ text: 'Echo: hello' }] });
  const { readFile } = await import('node:fs/promises');
  const recording = readRecording(await readFile(record));
  expect(recording).toMatchObject({ ok: true, problems: [] });
  const [view] = viewsOf(recording.ok ? recording.entries : []);
  expect(view?.session).toMatchObject({ client: info, phase: 'ended', anomalies: [] });
  expect(
    view?.session.calls.some(
      ({ method, outcome }) => method === 'tools/call' && outcome === 'result',
    ),
  ).toBe(true);
});

test('a transport that keeps its handlers elsewhere is recorded as well (v1, HTTP)', async () => {
  const [clientState, serverState] = [await temporaryFolder(), await temporaryFolder()];
  const far = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'only' });
  tapTransport(far, { name: 'http', side: 'server', state: serverState });
  const server = serverOf(1);
  await server.connect(far as never);
  const http = createServer((request, response) => void far.handleRequest(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close().closeAllConnections());
  const { port } = http.address() as AddressInfo;
  const near = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`));
  tapTransport(near, { name: 'http', side: 'client', state: clientState });
  const client = new ClientV1(info);
  await client.connect(near as never);
  await client.callTool({ name: 'shout', arguments: {} });
  await client.close();
  await server.close();
  const [ours, theirs] = [await journal(clientState), await journal(serverState)];
  expect(bySide(ours.entries)[0]).toEqual(bySide(theirs.entries)[0]);
  const [heard, said] = [bySide(ours.entries)[1] ?? [], bySide(theirs.entries)[1] ?? []];
  // Nobody listens to what the server says outside of an answer, so that does not arrive.
  expect(said).toEqual(expect.arrayContaining(heard));
  expect(heard.some((line) => line.includes('HELLO'))).toBe(true);
});

test('what cannot be a text is a gap, and the message passes', async () => {
  const state = await temporaryFolder();
  const [near, far] = MemoryV1.createLinkedPair();
  tapTransport(near, { name: 'odd', side: 'client', state });
  const heard: unknown[] = [];
  far.onmessage = (message) => heard.push(message);
  await near.start();
  await far.start();
  const odd = { jsonrpc: '2.0', method: 'x', params: { big: 1n } } as never;
  await near.send(odd);
  await near.send({ jsonrpc: '2.0', method: 'y' });
  await near.close();
  expect(heard).toEqual([odd, { jsonrpc: '2.0', method: 'y' }]);
  const { entries } = await journal(state);
  expect(inOrder(entries).map(({ type, seq }) => `${seq} ${type}`)).toEqual([
    '0 session',
    '1 gap',
    '2 message',
    '3 end',
  ]);
});

test('without a state folder that can be written the messages pass, and that is said', async () => {
  const folder = await temporaryFolder();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(folder, 'state'), 'a file');
  const [near, far] = MemoryV1.createLinkedPair();
  tapTransport(near, { name: 'x', side: 'client', state: join(folder, 'state') });
  const heard: unknown[] = [];
  far.onmessage = (message) => heard.push(message);
  await near.send({ jsonrpc: '2.0', method: 'y' });
  await near.close();
  expect(heard).toHaveLength(1);
  expect(await journals(join(folder, 'state'))).toEqual([]);
});

test('a transport of nobody knows which side is refused, before anything is recorded', () => {
  const nobody = { name: 'notes' } as Parameters<typeof tapTransport>[1];
  expect(() => tapTransport({}, nobody)).toThrow(/side: 'client' or 'server'/);
});
