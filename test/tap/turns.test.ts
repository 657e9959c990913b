// Real SDK clients, v1 and v2, whose requests say which turn and which trace they belong to; who reads the recording need not guess.
import { join } from 'node:path';
import process from 'node:process';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { orderOf } from '../../analysis/order.ts';
import { markRequests, viewsOf } from '../../index.ts';
import { member } from '../../model/json.ts';
import { toSpans } from '../../model/otel/to-spans.ts';
import type { Call } from '../../model/session.ts';
import { ROOT } from '../kit/built.ts';
import { journals, tapped, temporaryFolder } from './kit.ts';

interface AnyClient {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
  callTool(call: object): Promise<unknown>;
}

const info = { name: 'host', version: '1.0.0' };
const CLIENTS = {
  'SDK v1': { client: () => new ClientV1(info), Transport: StdioV1 },
  'SDK v2': { client: () => new ClientV2(info), Transport: StdioV2 },
  'SDK v2, any era': {
    client: () => new ClientV2(info, { versionNegotiation: { mode: 'auto' } }),
    Transport: StdioV2,
  },
} as const;

const TRACE = 'c'.repeat(32);

test.each(Object.entries(CLIENTS))('%s', async (_, { client, Transport }) => {
  const state = await temporaryFolder();
  const server = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  let turn = 0;
  const inject = (carrier: Record<string, string>): void => {
    carrier['traceparent'] = `00-${TRACE}-${String(turn + 1).padStart(16, '0')}-01`;
  };
  const clients: AnyClient[] = [];
  for (const name of ['one', 'two']) {
    const options = ['--name', name];
    const [command = '', ...args] = await tapped([process.execPath, server], { state, options });
    const transport = new Transport({ command, args, stderr: 'ignore' });
    const own = client() as AnyClient;
    await own.connect(markRequests(transport, { turn: () => `turn ${turn}`, inject }) as never);
    clients.push(own);
  }
  const [one, two] = clients;
  const echo = (who: AnyClient | undefined, message: string) =>
    who?.callTool({ name: 'echo', arguments: { message } });
  turn = 1;
  // One after the other, and on two servers: no traffic shows that this is one turn.
  await echo(one, 'first');
  await echo(two, 'first');
  turn = 2;
  const own = { traceparent: `00-${'d'.repeat(32)}-${'1'.repeat(16)}-01` };
  await one?.callTool({ name: 'echo', arguments: { message: 'second' }, _meta: own });
  for (const each of clients) await each.close();

  const views = viewsOf((await journals(state)).flatMap(({ entries }) => entries));
  const calls = views
    .flatMap(({ session }) => session.calls)
    .filter(({ method }) => method === 'tools/call');
  expect(calls.map((call) => call.turn).sort()).toEqual(['turn 1', 'turn 1', 'turn 2']);
  const [first, other] = calls.filter((call) => call.turn === 'turn 1') as [Call, Call];
  expect(first.session).not.toBe(other.session);
  expect(orderOf(views).together(first)).toEqual([first, other]);
  // Every request and notification of the client is of the host's trace, but where the client names another one itself.
  const said = views
    .flatMap((view) => toSpans(view).spans)
    .filter(({ attributes }) => attributes['wiretape.from'] === 'client')
    // The SDK probes for the era through a transport of its own.
    .filter(({ name }) => name !== 'server/discover');
  const traces = new Set(said.map(({ traceId }) => traceId));
  expect(traces).toEqual(new Set([TRACE, 'd'.repeat(32)]));
  const parents = calls.map(({ request, session }) => {
    const view = views.find((each) => each.session.id === session);
    return member(view?.value(request), 'params', '_meta', 'traceparent');
  });
  expect(parents).toContain(own.traceparent);
});

test('a function of the host that throws keeps nothing from being sent, and is told of once', async () => {
  const warnings: string[] = [];
  const warn = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const sent: unknown[] = [];
  const transport = { send: async (message: unknown) => void sent.push(message) };
  const throws = (reason: unknown) => (): never => {
    throw reason;
  };
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  markRequests(transport, { turn: throws(new Error('no turn')), inject: throws(null) });
  await transport.send(ping);
  await transport.send(ping);
  expect(sent).toEqual([ping, ping]);

  const other = { send: async (message: unknown) => void sent.push(message) };
  const inject = (carrier: Record<string, string>): never => {
    carrier['traceparent'] = 'half';
    throw new Error('broken');
  };
  markRequests(other, { turn: () => 'turn 1', inject });
  await other.send(ping);
  expect(sent.at(-1)).toEqual({ ...ping, params: { _meta: { 'wiretape/turn': 'turn 1' } } });
  // Warnings come when the turn of the process is over.
  await expect
    .poll(() => warnings)
    .toEqual([
      'wiretape: markRequests: inject fails, and marks nothing then: it threw what is no error',
      'wiretape: markRequests: turn fails, and marks nothing then: no turn',
      'wiretape: markRequests: inject fails, and marks nothing then: broken',
    ]);
});
