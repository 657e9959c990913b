// The HTTP tap on the wire: what passes it is what was sent, both ways, whatever it is; who gives up is felt by
// the other; who is not of this machine is refused; and what is recorded says what happened.

import { once } from 'node:events';
import { request as send } from 'node:http';
import { connect } from 'node:net';
import process from 'node:process';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Entry, HttpEntry, MessageEntry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { inOrder, journal, journals, sha256, temporaryFolder, until } from '../kit.ts';
import { ask, bodyOf, json, rpc, tapAt, upstream } from './kit.ts';

const HELLO = { id: 1, method: 'tools/call', params: { name: 'hello' } };

function texts(entries: readonly Entry[]): string[] {
  return inOrder(entries)
    .filter((entry): entry is MessageEntry => entry.type === 'message')
    .map(({ from, channel, exchange, text }) => `${exchange} ${from} ${channel} ${text}`);
}

function https(entries: readonly Entry[]): string[] {
  return inOrder(entries)
    .filter((entry): entry is HttpEntry => entry.type === 'http')
    .map(({ exchange, phase, method, path, status, ended }) =>
      [exchange, phase, method, path, status, ended].filter((part) => part !== undefined).join(' '),
    );
}

describe('what passes', () => {
  test('headers as they came, in their order and case, twice where they came twice', async () => {
    const seen: string[][] = [];
    const far = await upstream((request, response) => {
      seen.push(request.rawHeaders);
      response.writeHead(201, 'Made', [
        'X-One',
        '1',
        'x-two',
        'a',
        'x-two',
        'b',
        'Set-Cookie',
        'c=1',
        'Set-Cookie',
        'd=2',
        'Connection',
        'x-hop',
        'x-hop',
        'gone',
        'Content-Length',
        '0',
      ]);
      response.end();
    });
    const tap = await tapAt(far.url, await temporaryFolder());
    const { headers, status } = await ask(`${tap.origin}/any/path?q=1`, {
      method: 'PUT',
      headers: {
        'X-Mine': ['1', '2'],
        'MCP-Protocol-Version': '2026-07-28',
        'Mcp-Param-X': '=?base64?eA==?=',
        Connection: 'close, X-Private',
        'X-Private': 'p',
        'content-length': '0',
      },
    });
    expect(status).toBe(201);
    expect(headers.join('|')).toContain(
      'X-One|1|x-two|a|x-two|b|Set-Cookie|c=1|Set-Cookie|d=2|Content-Length|0',
    );
    expect(headers.join('|')).not.toContain('gone');
    const [request = []] = seen;
    expect(request.join('|')).toContain(
      'X-Mine|1|X-Mine|2|MCP-Protocol-Version|2026-07-28|Mcp-Param-X|=?base64?eA==?=',
    );
    expect(request.join('|')).not.toContain('X-Private');
    expect(request[request.findIndex((name) => name.toLowerCase() === 'host') + 1]).toBe(
      new URL(far.url).host,
    );
    expect(await tap.end()).toBe(0);
  });

  test('large bodies, both ways, with and without a length', async () => {
    const big = Buffer.alloc(20 << 20, 'abcdefghij');
    const heard: string[] = [];
    const far = await upstream(async (request, response) => {
      heard.push(sha256(await bodyOf(request)));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(big);
    });
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state);
    for (const headers of [{}, { 'content-length': String(big.length) }]) {
      const { body } = await ask(tap.url, { headers, body: [big] });
      expect(sha256(body)).toBe(sha256(big));
    }
    expect(heard).toEqual([sha256(big), sha256(big)]);
    await tap.end();
    const { entries } = await journal(state);
    const frames = entries.filter((entry) => entry.type === 'frame');
    expect(frames.map(({ why, bytes, sha256: hash }) => [why, bytes, hash])).toEqual(
      Array(4).fill(['over-cap', big.length, sha256(big)]),
    );
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])(
    'a body in %s as its bytes, its messages decoded, with the hash of what crossed',
    async (coding, code) => {
      const answer = code(
        JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: 'x'.repeat(1000) } }),
      );
      const far = await upstream((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding });
        response.end(answer);
      });
      const state = await temporaryFolder();
      const tap = await tapAt(far.url, state);
      const { body } = await rpc(tap.url, HELLO, { 'accept-encoding': coding });
      expect(body).toEqual(answer);
      await tap.end();
      const { entries } = await journal(state);
      expect(texts(entries).at(-1)).toContain('1 server response {"jsonrpc":"2.0","id":1,"result"');
      const ended = entries.find((entry) => entry.type === 'http' && entry.phase === 'ended');
      expect(ended).toMatchObject({
        coded: [{ from: 'server', coding, bytes: answer.length, sha256: sha256(answer) }],
      });
    },
  );

  test('a redirect is not followed, and leads to the tap where it would have led to its server', async () => {
    const far = await upstream((request, response) => {
      response
        .writeHead(307, {
          location:
            request.url === '/away' ? 'http://elsewhere.invalid/x' : `${far.origin}/other?a=1`,
        })
        .end();
    });
    const tap = await tapAt(far.url, await temporaryFolder());
    const [{ headers }, away] = [await rpc(tap.url, HELLO), await ask(`${tap.origin}/away`)];
    expect(headers).toContain(`${tap.origin}/other?a=1`);
    expect(away.headers).toContain('http://elsewhere.invalid/x');
    await tap.end();
  });
});

describe('who gives up', () => {
  test('a client that closes is felt by the server at once', async () => {
    let felt = false;
    const far = await upstream((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
      response.on('close', () => {
        felt = true;
      });
    });
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state);
    const client = send(tap.url, {
      method: 'POST',
      headers: { 'mcp-protocol-version': '2026-07-28' },
    });
    client.on('error', () => {});
    client.end(JSON.stringify({ jsonrpc: '2.0', ...HELLO }));
    const [response] = await once(client, 'response');
    await once(response, 'data');
    client.destroy();
    await until(() => felt);
    await tap.end();
    const { entries } = await journal(state);
    expect(https(entries).at(-1)).toBe('1 ended client-closed');
    // In 2026-07-28 that is how a call is cancelled.
    expect(viewsOf(entries)[0]?.session.calls).toMatchObject([{ state: 'cancelled' }]);
  });

  test('a response that breaks off breaks off', async () => {
    const far = await upstream((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    });
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state);
    await expect(rpc(tap.url, HELLO)).rejects.toThrow('aborted');
    await until(
      async () => https((await journal(state)).entries).at(-1) === '1 ended server-closed',
    );
    await tap.end();
  });

  test('nobody there is 502, and said', async () => {
    const far = await upstream(() => {});
    await far.close();
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state);
    const { status, body } = await rpc(tap.url, HELLO);
    expect(status).toBe(502);
    const message = `No answer from ${far.origin}: connection refused`;
    expect(JSON.parse(String(body))).toEqual({
      jsonrpc: '2.0',
      error: { code: -32000, message },
      id: null,
    });
    await until(() => tap.said().includes('cannot be reached'));
    await tap.end();
    const { entries } = await journal(state);
    expect(https(entries)).toEqual(['1 opened POST /mcp', '1 ended unreachable']);
    expect(viewsOf(entries)[0]?.session.calls).toMatchObject([
      { state: 'failed', exchangeEnd: { reason: 'connection refused' } },
    ]);
  });
});

describe('who may ask', () => {
  test.each([
    ['another Host', { host: 'evil.example' }],
    ['another Origin', { origin: 'http://evil.example' }],
    ['Origin: null', { origin: 'null' }],
    ['a Host that only begins well', { host: '127.0.0.1.evil.example' }],
  ])('%s is refused, and never reaches the server', async (_, headers) => {
    let asked = 0;
    const far = await upstream((_request, response) => {
      asked++;
      json(response, {});
    });
    const tap = await tapAt(far.url, await temporaryFolder());
    expect((await rpc(tap.url, HELLO, headers)).status).toBe(403);
    expect((await rpc(tap.url, HELLO, { origin: 'http://localhost:6274' })).status).toBe(200);
    expect(asked).toBe(1);
    await tap.end();
  });

  test('a request for another server is refused', async () => {
    const far = await upstream((_request, response) => json(response, {}));
    const tap = await tapAt(far.url, await temporaryFolder());
    const socket = connect(Number(new URL(tap.url).port), '127.0.0.1');
    socket.write('GET http://elsewhere.invalid/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [text] = await once(socket, 'data');
    expect(String(text)).toMatch(/^HTTP\/1.1 400 /);
    socket.destroy();
    await tap.end();
  });
});

describe('which session', () => {
  const initialize = {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {} },
  };

  test('an initialize begins one, its name finds it, an unknown name is joined, DELETE ends it', async () => {
    let count = 0;
    const far = await upstream(async (request, response) => {
      const text = String(await bodyOf(request));
      const headers = text.includes('initialize') ? { 'mcp-session-id': `id-${++count}` } : {};
      json(response, { jsonrpc: '2.0', id: 0, result: {} }, headers);
    });
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state);
    await rpc(tap.url, initialize);
    await rpc(tap.url, initialize);
    for (const id of ['id-2', 'id-1', 'old']) await rpc(tap.url, HELLO, { 'mcp-session-id': id });
    await ask(tap.url, { method: 'DELETE', headers: { 'mcp-session-id': 'id-1' } });
    await rpc(tap.url, HELLO, { 'mcp-session-id': 'id-1' });
    await tap.end();
    const all = (await journals(state)).map(({ entries }) => inOrder(entries));
    const told = all.map((entries) => {
      const [head] = entries;
      const end = entries.at(-1);
      const joined = head?.type === 'session' && head.joined ? 'joined' : 'begun';
      return `${joined} ${https(entries).filter((line) => line.includes('opened')).length} ${end?.type === 'end' && end.reason}`;
    });
    expect(told).toEqual([
      'begun 3 deleted by the client',
      'begun 2 the tap ended',
      'joined 1 the tap ended',
      'joined 1 the tap ended',
    ]);
    expect(JSON.stringify(all)).not.toMatch(/id-[12]|"old"/);
  });

  test('callers without a session are told apart by what they show, and their host is known', async () => {
    const far = await upstream(async (request, response) => {
      request.resume();
      json(response, { jsonrpc: '2.0', id: 1, result: { resultType: 'complete' } });
    });
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state);
    await rpc(tap.url, HELLO);
    await rpc(tap.url, HELLO, { authorization: 'Bearer first-of-all-tokens-1' });
    await rpc(tap.url, HELLO);
    await rpc(tap.url, HELLO, { authorization: 'Bearer second-of-all-tokens-2' });
    await tap.end();
    const all = await journals(state);
    expect(all.map(({ entries }) => texts(entries).length)).toEqual([4, 2, 2]);
    expect(all.map(({ entries }) => inOrder(entries)[0])).toMatchObject(
      Array(3).fill({ transport: 'http', upstream: far.url, host: { pid: process.pid } }),
    );
    expect(JSON.stringify(all)).not.toContain('of-all-tokens');
  });

  test('a login on the same server is recorded without its bodies and its query', async () => {
    const far = await upstream(async (request, response) => {
      request.resume();
      json(response, { access_token: 'tokentokentoken', client_secret: 'psstpsstpsst' });
    });
    const state = await temporaryFolder();
    const tap = await tapAt(far.url, state, ['--capture', 'raw']);
    await ask(`${tap.origin}/token?code=codecodecode`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: ['code=codecodecode&client_secret=psstpsstpsst'],
    });
    await ask(`${tap.origin}/register`, { body: ['{"client_name":"x"}'] });
    await tap.end();
    const all = JSON.stringify(await journals(state));
    expect(all).toContain('/token?…');
    expect(all).not.toMatch(/codecodecode|tokentokentoken/);
  });
});

test('a stream resumed elsewhere belongs to the request that it began with', async () => {
  const far = await upstream(async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (request.method === 'POST') {
      request.resume();
      response.end('id: secret-place-1\ndata: \n\n');
    } else {
      response.end(
        'id: secret-place-2\nevent: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n',
      );
    }
  });
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state);
  const headers = { 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25' };
  await rpc(tap.url, HELLO, headers);
  await ask(tap.url, { method: 'GET', headers: { ...headers, 'last-event-id': 'secret-place-1' } });
  await tap.end();
  const { entries } = await journal(state);
  const answer = inOrder(entries).find(
    (entry) => entry.type === 'message' && entry.from === 'server',
  );
  expect(answer).toMatchObject({
    exchange: 2,
    resumes: { exchange: 1, event: expect.stringMatching(/^#[0-9a-f]{8}$/) },
  });
  expect(viewsOf(entries)[0]?.session.calls).toMatchObject([{ state: 'answered', exchange: 1 }]);
});

describe('a login', () => {
  const metadata = (origin: string) => ({
    resource: `${origin}/mcp`,
    authorization_servers: ['https://as.invalid'],
    n: 1.5,
  });
  const loginServer = async () => {
    const far = await upstream((request, response) => {
      request.resume();
      if (request.url?.startsWith('/.well-known/oauth-protected-resource'))
        json(response, metadata(far.origin));
      else if (request.headers.authorization === 'Bearer fixed-token-of-mine-1')
        json(response, { jsonrpc: '2.0', id: 1, result: {} });
      else
        response
          .writeHead(401, {
            'www-authenticate': `Bearer resource_metadata="${far.origin}/.well-known/oauth-protected-resource"`,
          })
          .end();
    });
    return far;
  };

  test('passes as it is, and what will become of it is said; a fixed token works', async () => {
    const far = await loginServer();
    const tap = await tapAt(far.url, await temporaryFolder(), ['--name', 'notes']);
    const refused = await rpc(tap.url, HELLO);
    expect(refused.headers.join(' ')).toContain(`resource_metadata="${far.origin}/`);
    await until(() => tap.said().includes('notes asks its clients to log in'));
    const { body } = await ask(`${tap.origin}/.well-known/oauth-protected-resource`, {
      method: 'GET',
    });
    expect(JSON.parse(String(body))).toEqual(metadata(far.origin));
    expect(
      (await rpc(tap.url, HELLO, { authorization: 'Bearer fixed-token-of-mine-1' })).status,
    ).toBe(200);
    await tap.end();
  });

  test('is led through the tap when asked for, with the warning', async () => {
    const far = await loginServer();
    const tap = await tapAt(far.url, await temporaryFolder(), ['--oauth', 'rewrite']);
    const refused = await rpc(tap.url, HELLO);
    expect(refused.headers.join(' ')).toContain(`resource_metadata="${tap.origin}/.well-known/`);
    const { body } = await ask(`${tap.origin}/.well-known/oauth-protected-resource`, {
      method: 'GET',
    });
    expect(JSON.parse(String(body))).toEqual(metadata(tap.origin));
    await until(() =>
      tap.said().includes('A server that checks for whom a token is made refuses them'),
    );
    await tap.end();
  });
});

test.each([
  ['relative', () => '/messages?sessionId=abc'],
  ['of the server', (origin: string) => `${origin}/messages?sessionId=abc`],
  ['of somebody else', () => 'https://elsewhere.invalid/messages?sessionId=abc'],
])('the endpoint of the older transport, told as an address that is %s', async (which, of) => {
  const far = await upstream((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const block = `event: endpoint\ndata: ${of(far.origin)}\n\n`;
    response.write(block.slice(0, 10), () => response.end(`${block.slice(10)}: more\n\n`));
  });
  const state = await temporaryFolder();
  const tap = await tapAt(`${far.origin}/sse`, state);
  const { body } = await ask(tap.url, { method: 'GET', headers: { accept: 'text/event-stream' } });
  const told = which === 'of the server' ? of(tap.origin) : of(far.origin);
  expect(String(body)).toBe(`event: endpoint\ndata: ${told}\n\n: more\n\n`);
  await tap.end();
  const { entries } = await journal(state);
  // What is recorded is what the server said, without the name of its session.
  expect(JSON.stringify(entries)).toContain(of(far.origin).replace('=abc', '=#'));
  expect(inOrder(entries).at(-1)).toMatchObject({ type: 'end', reason: 'closed' });
});
