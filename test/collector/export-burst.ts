/**
 * A burst of calls through real taps into a real collector that exports, to an endpoint that fails in
 * every way, while collector and tap are ended and killed: in the end each request that is recorded
 * stands at the endpoint, once by its span id.
 */
import { once } from 'node:events';
import { expect } from 'vitest';
import { spanIdOf } from '../../model/otel/identity.ts';
import { built } from '../kit/built.ts';
import { type OtlpEndpoint, openOtlpEndpoint } from '../kit/otlp-endpoint.ts';
import { random, server, start, tapped, temporaryFolder, until } from '../tap/kit.ts';

/** Calls that wait for their answer at a time. */
const IN_FLIGHT = 64;

export async function checkBurst(calls: number, seed: number, patience = 60_000): Promise<void> {
  const state = await temporaryFolder();
  const next = random(seed);
  const endpoint = await openOtlpEndpoint();
  endpoint.behave(() => {
    const lot = next();
    if (lot < 0.08) return 'hang';
    if (lot < 0.16) return 'break';
    if (lot < 0.24) return { status: 429, headers: { 'retry-after': '0' } };
    return lot < 0.4 ? { status: 503 } : 'take';
  });

  let collector = await serve(state, endpoint);
  const first = burst(await tapped(server('answers'), { state, options: ['--name', 'first'] }));
  first.upTo(calls / 2);
  await until(() => first.answered() > calls / 4);
  collector.child.kill('SIGKILL');
  await collector.ended;
  collector = await serve(state, endpoint);
  await until(() => first.answered() >= calls / 2 && endpoint.spans.size > 0, patience);
  // Its tap dies with calls on their way.
  first.upTo(2 * calls);
  await until(() => first.answered() > calls / 2 + IN_FLIGHT);
  first.child.kill('SIGKILL');
  await first.done;
  const second = burst(await tapped(server('answers'), { state, options: ['--name', 'second'] }));
  second.upTo(calls / 2);
  await until(() => second.answered() > calls / 4);
  collector.child.kill('SIGTERM');
  await collector.ended;
  await until(() => second.answered() >= calls / 2);
  second.child.stdin.end();
  await second.done;
  collector = await serve(state, endpoint);
  endpoint.behave(() => 'take');

  const status = await until(() => allSent(collector, 2), patience);
  expect(status).toMatchObject({ behind: 0, refused: 0 });
  const requests = await recordedRequests(collector);
  const sent = [...endpoint.spans.values()].filter(({ name }) => name === 'ping');
  expect(requests.length).toBeGreaterThanOrEqual(calls);
  expect(new Set(sent.map(({ spanId }) => spanId))).toEqual(new Set(requests.map(spanIdOf)));
  expect(sent.map(({ attributes }) => attributes['wiretape.request']).sort()).toEqual(
    requests.sort(),
  );
  const times = endpoint.requests.reduce((sum, { count }) => sum + count, 0);
  expect(times).toBeGreaterThanOrEqual(endpoint.spans.size);
}

interface Serving {
  readonly child: ReturnType<typeof start>;
  readonly ended: Promise<unknown>;
  readonly address: string;
  readonly token: string;
}

async function serve(state: string, { address: to }: OtlpEndpoint): Promise<Serving> {
  const args = ['serve', '--state', state, '--port', '0', '--export', to];
  const child = start([process.execPath, await built(), ...args], {
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
  });
  const ended = once(child, 'close');
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part;
  });
  child.stderr.resume();
  const [, address = '', token = ''] = await until(
    () => /(http:\S+)\/#token=(\S+)/.exec(said) ?? undefined,
  );
  return { child, ended, address, token };
}

/** Asks some at a time, as often as it is allowed to. */
function burst(command: readonly string[]) {
  const child = start(command);
  let allowed = 0;
  let asked = 0;
  let answered = 0;
  const ask = (): void => {
    const count = Math.min(IN_FLIGHT - (asked - answered), allowed - asked);
    const ids = Array.from({ length: Math.max(0, count) }, () => ++asked);
    child.stdin.write(ids.map((id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`).join(''));
  };
  child.stderr.resume();
  child.stdout.on('data', (part: Buffer) => {
    answered += part.reduce((sum, byte) => sum + (byte === 0x0a ? 1 : 0), 0);
    ask();
  });
  return {
    child,
    done: once(child, 'close'),
    answered: () => answered,
    upTo(count: number) {
      allowed = count;
      ask();
    },
  };
}

async function ask(collector: Serving, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${collector.token}` };
  return fetch(`${collector.address}${path}`, { headers });
}

async function allSent(collector: Serving, sessions: number) {
  const { sessionCount, liveCount, exports } = await (await ask(collector, '/api/status')).json();
  return sessionCount === sessions && liveCount === 0 && exports[0].behind === 0 && exports[0];
}

/** The references of all requests that the collector has. */
async function recordedRequests(collector: Serving): Promise<string[]> {
  const sessions: { id: string }[] = await (await ask(collector, '/api/sessions')).json();
  const references: string[] = [];
  for (const { id } of sessions) {
    const lines = (await (await ask(collector, `/api/export?sessions=${id}`)).text()).split('\n');
    for (const line of lines) {
      const [, seq] = /^\{"type":"message".*?"seq":(\d+).*"method":"ping"/.exec(line) ?? [];
      if (seq !== undefined) references.push(`${id}:${seq}`);
    }
  }
  return references;
}
