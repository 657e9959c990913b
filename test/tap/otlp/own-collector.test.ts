// Invariant: what an agent is told to send to our collector is nothing to its taps, which send it their messages; and its
// token and the headers of another endpoint go to nobody else. Spans name the page where it runs.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otlpText } from '../../../cli/export-otlp.ts';
import { type Recording, readRecordingText } from '../../../model/recording.ts';
import { statePaths } from '../../../model/state.ts';
import { viewsOf } from '../../../model/view.ts';
import { built, ROOT } from '../../kit/built.ts';
import { type Receiver, startReceiver, type TakenSpan } from '../../kit/receiver.ts';
import { ask, collect, collected, expectWhole } from '../collecting.ts';
import { outcome, run, server, start, tapped, temporaryFolder } from '../kit.ts';
import { asked, JSON_PLEASE, tapTo } from './calling.ts';

/** A collector, and the environment that has an agent send it spans. */
async function agentEnvironment() {
  const state = await temporaryFolder();
  const collector = await collect(state);
  const token = (await readFile(`${statePaths(state).tokens}/write`, 'utf8')).trim();
  const environment = {
    ...JSON_PLEASE,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.address,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token},x-tenant=acme`,
  };
  return { state, collector, token, environment };
}

test('a tap of an agent that sends spans to our collector sends it none, and says nothing', async () => {
  const { state, collector, environment } = await agentEnvironment();
  const command = await tapped(server('answer'), { state });
  const { code, stderr } = await run(command, { env: environment, input: asked(1) });
  expect([code, String(stderr)]).toEqual([0, '']);
  expectWhole(await collected(collector), 4);
  const [session] = JSON.parse(await ask(collector, '/api/sessions'));
  const [head] = (await ask(collector, `/api/sessions/${session.id}/entries?from=0`)).split('\n');
  expect(JSON.parse(head ?? '')).not.toHaveProperty('otlp');
});

test('--otlp to it is refused in one sentence, and no server is started', async () => {
  const { state, collector, environment } = await agentEnvironment();
  const options = ['--otlp', collector.address];
  const command = await tapped(server('say', 'started'), { state, options });
  const { code, stdout, stderr } = await run(command, { env: environment });
  expect([code, String(stdout)]).toEqual([2, '']);
  expect(String(stderr)).toContain(`${collector.address} is the collector of this state folder`);
  expect(String(stderr).match(/endpoint-refused/g)).toHaveLength(1);
});

test('another receiver gets neither its token nor the headers of the endpoint of the environment', async () => {
  const { state, token, environment } = await agentEnvironment();
  const receiver = await startReceiver();
  const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...withoutEndpoint } = environment;
  for (const [env, tenant] of [
    [environment, undefined],
    [withoutEndpoint, 'acme'],
  ] as const) {
    const command = await tapped(server('answer'), { state, options: ['--otlp', receiver.url] });
    const child = start(command, env);
    const ended = outcome(child);
    const before = receiver.requests.length;
    child.stdin.write(asked(1));
    await receiver.until(() => receiver.requests.length > before);
    child.stdin.end();
    await ended;
    const headers = receiver.requests.slice(before).map((request) => request.headers);
    expect(headers.map((sent) => sent['x-tenant'])).toEqual(headers.map(() => tenant));
    expect(JSON.stringify(headers)).not.toContain(token);
  }
});

/** The address of each span that has one, by its id. */
function urlsOf(spans: Iterable<TakenSpan>): Map<string, unknown> {
  return new Map(
    [...spans].map(({ spanId, attributes }) => [
      spanId,
      attributes.find(({ key }) => key === 'wiretape.url')?.value['stringValue'],
    ]),
  );
}

const isThere = (receiver: Receiver, id: number): boolean =>
  [...receiver.spans.values()].some(({ attributes }) =>
    attributes.some(
      ({ key, value }) => key === 'jsonrpc.request.id' && value['stringValue'] === String(id),
    ),
  );

test('spans say where the page opens them while its collector runs, the same as an export says', async () => {
  const receiver = await startReceiver();
  const { child, ended, state } = await tapTo(receiver.url);
  child.stdin.write(asked(1));
  await receiver.until(() => isThere(receiver, 1));
  expect([...urlsOf(receiver.spans.values()).values()]).toEqual([undefined]);

  const collector = await collect(state);
  const token = (await readFile(`${statePaths(state).tokens}/read`, 'utf8')).trim();
  child.stdin.write(asked(2));
  await receiver.until(() => isThere(receiver, 2));
  child.stdin.end();
  await ended;
  expectWhole(await collected(collector), 6);
  const [session] = JSON.parse(await ask(collector, '/api/sessions'));
  const recording = readRecordingText(await ask(collector, `/api/export?sessions=${session.id}`));
  const views = viewsOf((recording as Recording).entries);
  const exported = JSON.parse(otlpText({ views, around: [], page: collector.address }, {}));
  const wanted = urlsOf(exported.resourceSpans[0].scopeSpans[0].spans);
  const [first, second, whole] = [...urlsOf(receiver.spans.values())];
  expect(first?.[1]).toBeUndefined();
  expect(second?.[1]).toMatch(new RegExp(`^${collector.address}/#/message/${session.id}:\\d+$`));
  expect(wanted.get(second?.[0] ?? '')).toBe(second?.[1]);
  expect(wanted.get(whole?.[0] ?? '')).toBe(whole?.[1]);
  expect(JSON.stringify([...receiver.spans.values()])).not.toContain(token);
});

test.each(['transportV1', 'factoryV2'])(
  'inside a program (%s), whoever names it sends it nothing, is told so once, and is recorded',
  async (kind) => {
    const { state, collector, token } = await agentEnvironment();
    await built();
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}` };
    const otlp = {
      url: `${collector.address}/v1/traces`,
      settings: { ...JSON_PLEASE, ...headers },
    };
    const entry = join(ROOT, 'dist/tap/index.js');
    const child = start(server('unclosed', entry, state, kind, 'closes'), {
      OTLP: JSON.stringify(otlp),
    });
    child.stdin.write('\n');
    const { code, stderr } = await outcome(child);
    expect(code).toBe(0);
    expect(String(stderr).trim().split('\n')).toEqual([
      `wiretape: No spans are sent to ${collector.address}: it is the collector of this state folder, ` +
        'which has what taps record. Leave otlp out. [endpoint-refused]',
    ]);
    expectWhole(await collected(collector), 4);
  },
);

test('inside a program, another receiver does not get its token either', async () => {
  const { state, token } = await agentEnvironment();
  const receiver = await startReceiver();
  await built();
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: `x-tenant=acme,authorization=Bearer%20${token}` };
  const otlp = { url: receiver.url, settings: { ...JSON_PLEASE, ...headers } };
  const entry = join(ROOT, 'dist/tap/index.js');
  const child = start(server('unclosed', entry, state, 'transportV1', 'closes'), {
    OTLP: JSON.stringify(otlp),
  });
  const ended = outcome(child);
  await receiver.until(() => receiver.requests.length > 0);
  child.stdin.write('\n');
  const { stderr } = await ended;
  expect(String(stderr)).toContain('is not sent the token of the collector');
  for (const request of receiver.requests) {
    expect(request.headers['x-tenant']).toBe('acme');
    expect(JSON.stringify(request.headers)).not.toContain(token);
  }
});
