// Invariant: what an agent is told to send to our collector is nothing to its taps, which send it their messages; and its
// token and the headers of another endpoint go to nobody else.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { statePaths } from '../../../model/state.ts';
import { startReceiver } from '../../kit/receiver.ts';
import { ask, collect, collected, expectWhole } from '../collecting.ts';
import { outcome, run, server, start, tapped, temporaryFolder } from '../kit.ts';
import { asked, JSON_PLEASE } from './calling.ts';

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
