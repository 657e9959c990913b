// Any recording of exchanges, and any requests: nothing throws but a connection that is cut or given up, nothing hangs a
// report, and the same twice is the same.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { standIns } from '../../../replay/index.ts';
import { client, exit, gap, http, type Step, server, tape } from '../../kit/entries.ts';
import { URL_OF_ALL } from './asking.ts';

const SEED = 20261126;

const id = fc.constantFrom(0, '', 1, '1', null);
const method = fc.constantFrom(
  'initialize',
  'tools/call',
  'server/discover',
  'subscriptions/listen',
);
const message = fc.oneof(
  fc.record({ jsonrpc: fc.constant('2.0'), id, method }),
  fc.record({
    jsonrpc: fc.constant('2.0'),
    method: fc.constantFrom('notifications/cancelled', 'x'),
  }),
  fc.record({ jsonrpc: fc.constant('2.0'), id, result: fc.constantFrom({}, [], null) }),
);
const said = fc.oneof(
  { weight: 6, arbitrary: message.map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.array(message, { maxLength: 3 }).map((all) => JSON.stringify(all)) },
  { weight: 1, arbitrary: fc.constantFrom('', '{', '{\n"id":1}', '['.repeat(300)) },
);
const exchange = fc.integer({ min: 1, max: 3 });
const channel = fc.constantFrom('response', 'stream', undefined);
const header = fc.constantFrom<[string, string]>(
  ['content-type', 'text/event-stream'],
  ['content-type', 'application/json'],
  ['mcp-session-id', '#00112233'],
  ['last-event-id', '#00112233'],
  ['cache-control', '\r\n'],
);
const step = fc.oneof(
  fc.tuple(said, exchange).map(([text, one]) => client(text, { exchange: one })),
  fc.tuple(said, exchange, channel, fc.boolean()).map(([text, one, on, resumes]) =>
    server(text, {
      exchange: one,
      ...(on ? { channel: on } : {}),
      ...(resumes ? { resumes: { exchange: 1, event: '#00112233' } } : {}),
      ...(on === 'stream' ? { sse: { head: 'id: 1\ndata: ', tail: '\n\n', id: '1' } } : {}),
    }),
  ),
  fc
    .tuple(exchange, fc.constantFrom('POST', 'GET', 'DELETE'), fc.array(header))
    .map(([one, verb, headers]) => http(one, 'opened', { method: verb, path: '/mcp', headers })),
  fc
    .tuple(exchange, fc.constantFrom(200, 202, 204, 404, 42, 1e9, -1), fc.array(header))
    .map(([one, status, headers]) => http(one, 'head', { status, headers })),
  fc
    .tuple(
      exchange,
      fc.constantFrom('complete', 'server-closed', 'client-closed', 'unreachable', '?'),
    )
    .map(([one, ended]) => http(one, 'ended', { ended })),
  fc.constantFrom<Step>(gap(1), exit(1)),
);
const request = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'DELETE', 'PUT'),
  body: said,
  lastEvent: fc.option(fc.constantFrom('1', '')),
  isNamed: fc.boolean(),
});
type Asked = typeof request extends fc.Arbitrary<infer T> ? T : never;

test(`anything at all, twice (seed ${SEED})`, async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 25 }),
    fc.array(request, { maxLength: 8 }),
    async (steps, asked) => {
      expect(await played(steps, asked)).toEqual(await played(steps, asked));
    },
  );
  await fc.assert(property, { numRuns: 300, seed: SEED });
});

/** Asks one after the other and reads nothing; then gives up all that is still open. */
async function played(steps: readonly Step[], asked: readonly Asked[]): Promise<unknown> {
  const servers = standIns(tape('anything', steps));
  const fetch = servers.fetch('anything');
  const gives = new AbortController();
  let session: string | null = null;
  const statuses: Promise<unknown>[] = [];
  for (const { method: verb, body, lastEvent, isNamed } of asked) {
    const answering: Promise<Response> = fetch(URL_OF_ALL, {
      method: verb,
      signal: gives.signal,
      headers: {
        ...(isNamed && session !== null ? { 'mcp-session-id': session } : {}),
        ...(lastEvent === null ? {} : { 'last-event-id': lastEvent }),
      },
      ...(verb === 'POST' ? { body } : {}),
    });
    statuses.push(answering.then(({ status }) => status, nameOf));
    const answered: Response | null = await Promise.race([answering.catch(() => null), turns()]);
    session = answered?.headers.get('mcp-session-id') ?? session;
  }
  gives.abort();
  await servers.close();
  return [await Promise.all(statuses), servers.report(), servers.transcript().hash];
}

/** How a fetch may fail: the connection was cut, or given up. */
function nameOf({ name }: Error): string {
  expect(['TypeError', 'AbortError']).toContain(name);
  return name;
}

/** Long enough for whatever comes without more being said. */
async function turns(): Promise<null> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return null;
}
