/** Two requests of one session with one id in flight: one gets the answer of the other, and the other none. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { analyse } from '../../../analysis/index.ts';
import { viewsOf } from '../../../model/view.ts';
import { headerOf } from '../../../tap/http/headers.ts';
import { rpc, tapAt } from '../../tap/http/kit.ts';
import { journals, temporaryFolder, until } from '../../tap/kit.ts';

/** A server of the SDK with sessions. Its tool answers what it was told, once it is let go. */
async function serverWithSessions() {
  const waiting = new Map<string, () => void>();
  const server = new McpServer({ name: 'patient', version: '1.0.0' });
  server.registerTool('say', { inputSchema: { text: z.string() } }, async ({ text }) => {
    await new Promise<void>((resolve) => waiting.set(text, resolve));
    return { content: [{ type: 'text', text }] };
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'one' });
  await server.connect(transport as never);
  const http = createServer((request, response) => void transport.handleRequest(request, response));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  return { url, waiting };
}

const CALL = {
  'mcp-protocol-version': '2025-11-25',
  accept: 'application/json, text/event-stream',
};

test('crossed answers of SDK 1.32 are found in the recording of a tap', async () => {
  const { url, waiting } = await serverWithSessions();
  const state = await temporaryFolder();
  const tap = await tapAt(url, state);
  const clientInfo = { name: 'two-handed', version: '1.0.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const opened = await rpc(tap.url, { id: 0, method: 'initialize', params }, CALL);
  const headers = { ...CALL, 'mcp-session-id': headerOf(opened.headers, 'mcp-session-id') ?? '' };
  await rpc(tap.url, { method: 'notifications/initialized' }, headers);
  const say = (text: string) => {
    const call = { id: 7, method: 'tools/call', params: { name: 'say', arguments: { text } } };
    const answer = rpc(tap.url, call, headers).then(
      ({ body }) => String(body),
      () => 'none',
    );
    return until(() => waiting.has(text)).then(() => ({ answer }));
  };
  const first = await say('first');
  const second = await say('second');
  waiting.get('first')?.();
  // What the server has for the first request goes to the stream of the second.
  expect(await second.answer).toContain('first');
  waiting.get('second')?.();
  await tap.end();
  expect(await first.answer).not.toContain('"text"');

  const findings = analyse((await journals(state)).flatMap(({ entries }) => viewsOf(entries)));
  const reused = findings.find(({ rule }) => rule === 'id-reused-in-flight');
  expect(reused).toMatchObject({
    rule: 'id-reused-in-flight',
    code: 'P-ID-02',
    tier: 'PROVEN',
    severity: 'critical',
    evidence: [
      { role: 'request that was unanswered' },
      { role: 'request with the same id' },
      { role: 'the only answer' },
    ],
  });
});
