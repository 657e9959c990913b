// Servers over HTTP that are no help: what they do is the end of an exchange, and no other address is
// ever asked.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { ClientReport } from '../../../replay/client/index.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { bodyOf, json, upstream } from '../../tap/http/kit.ts';
import { replayWith } from './direct.ts';

const recorded = tape('http', [
  ...opening(),
  client(toolCall(1, 'a')),
  server(toolText(1, 'a')),
  client(toolCall(2, 'b')),
  server(toolText(2, 'b')),
]);

interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: {
    readonly id?: number;
    readonly method?: string;
    readonly params?: { readonly name: string };
  };
}

/** A server that shakes hands, and answers the call `a` as it is told. */
async function serverWhich(
  does: (response: ServerResponse, asked: Asked) => void,
): Promise<{ readonly url: URL; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const { url } = await upstream(async (request, response) => {
    const text = (await bodyOf(request)).toString();
    const one = {
      method: request.method ?? '',
      headers: request.headers,
      body: text === '' ? {} : JSON.parse(text),
    };
    asked.push(one);
    const { id, method, params } = one.body;
    if (method === 'initialize') {
      const serverInfo = { name: 'test-server', version: '1.0.0' };
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo };
      json(response, { jsonrpc: '2.0', id, result }, { 'mcp-session-id': 'session-1' });
    } else if (params?.name === 'a') does(response, one);
    else if (request.method === 'GET' && request.headers['last-event-id'] !== undefined)
      does(response, one);
    else if (id !== undefined)
      json(response, { jsonrpc: '2.0', ...toolText(id, params?.name ?? '') });
    else response.writeHead(request.method === 'POST' ? 202 : 405).end();
  });
  return { url: new URL(url), asked };
}

const told = ({ differences }: ClientReport) =>
  differences
    .filter(({ method }) => method === 'tools/call')
    .map((one) => [one.class, one.subject, one.detail]);

const stream = (response: ServerResponse, text: string): ServerResponse => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
  return response;
};
const answer = `data: ${JSON.stringify({ jsonrpc: '2.0', ...toolText(1, 'a') })}\n\n`;

test('sends the session and the revision that the live server gave, and ends the session', async () => {
  const { url, asked } = await serverWhich(
    (response) => void stream(response, `: hello\n\n${answer}`).end(),
  );
  const { differences } = await replayWith(recorded, url);
  expect(differences).toMatchObject([{ pointer: '/result/protocolVersion', live: '"2025-06-18"' }]);
  const [first, ...others] = asked;
  expect(first?.headers).not.toHaveProperty('mcp-session-id');
  for (const { headers } of others) {
    expect(headers).toMatchObject({
      'mcp-session-id': 'session-1',
      'mcp-protocol-version': '2025-06-18',
    });
  }
  expect(asked.at(-1)).toMatchObject({ method: 'DELETE' });
  expect(asked.filter(({ method }) => method === 'GET')).toHaveLength(1);
});

describe('an answer that does not come', () => {
  test.each<[string, (response: ServerResponse) => void, string]>([
    ['a fault of the server', (response) => void response.writeHead(500).end('oops'), 'HTTP 500'],
    [
      'a stream that ends',
      (response) => void stream(response, ': nothing\n\n').end(),
      'its exchange ended without an answer',
    ],
    [
      'a connection that breaks',
      (response) => void stream(response, 'data: {').destroy(),
      'the connection broke: ',
    ],
  ])('%s', async (_, does, detail) => {
    const { url } = await serverWhich((response) => does(response));
    expect(told(await replayWith(recorded, url))).toEqual([
      ['unanswered', 'a', expect.stringContaining(detail)],
    ]);
  });

  test('silence', async () => {
    const { url } = await serverWhich(() => {});
    const report = await replayWith(recorded, url, { timeout: 2000 });
    expect(told(report)).toEqual([['unanswered', 'a', 'no answer in 2 s']]);
    expect(report.coverage.sent).toBe(3);
  });
});

test('a stream that breaks off is resumed behind its last event', async () => {
  const { url, asked } = await serverWhich((response, { headers }) => {
    if (headers['last-event-id'] === 'e-1') stream(response, answer).end();
    else stream(response, 'id: e-1\nretry: 10\ndata: \n\n').end();
  });
  expect(told(await replayWith(recorded, url))).toEqual([]);
  expect(asked.filter(({ headers }) => headers['last-event-id'] === 'e-1')).toHaveLength(1);
});

test('an error without an id is the answer to the only request of its exchange', async () => {
  const { url } = await serverWhich((response) => {
    const error = { code: -32000, message: 'Bad Request' };
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', error, id: null }));
  });
  expect(told(await replayWith(recorded, url))).toEqual([['error-or-result', 'a', undefined]]);
});

test('nothing is followed to another address', async () => {
  let hits = 0;
  const other = await upstream((_, response) => {
    hits++;
    response.end();
  });
  const { url } = await serverWhich((response) => {
    response.writeHead(307, { location: other.url }).end();
  });
  expect(told(await replayWith(recorded, url))).toEqual([['unanswered', 'a', 'HTTP 307']]);
  expect(hits).toBe(0);
});
