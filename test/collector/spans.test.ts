/** Spans of others in a collector: who is told of them, how they are read, and what takes them away. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../collector/index.ts';
import { keepWithin } from '../../collector/retention.ts';
import { openTenant } from '../../collector/tenant.ts';
import type { LiveMessage } from '../../model/api.ts';
import { decodeForeignSpan } from '../../model/otel/foreign-span-text.ts';
import { statePaths } from '../../model/state.ts';
import { client, opening, server, tape, toolText } from '../kit/entries.ts';
import { foreignSpan, spanIdOf, traceIdOf, written } from '../kit/spans.ts';
import { read, runCollector, temporaryFolder } from './kit.ts';

const EVERY = { after: 0, limit: 1e6, bytes: 1e9 };

/** A session with one call in each of these traces. */
function traced(name: string, ...traces: number[]) {
  const steps = traces.flatMap((trace, n) => {
    const traceparent = `00-${traceIdOf(trace)}-${spanIdOf(1)}-01`;
    const params = { name: 'x', arguments: {}, _meta: { traceparent } };
    return [client({ id: n + 9, method: 'tools/call', params }), server(toolText(n + 9, 'ok'))];
  });
  return tape(name, [...opening(), ...steps]);
}

async function tenantInMemory() {
  const store = await openStore({ path: ':memory:' });
  const tenant = await openTenant(store.of('local'));
  onTestFinished(() => store.close());
  onTestFinished(() => tenant.close());
  return tenant;
}

test('who listens is told of which traces spans came, and of too many without names', async () => {
  const { store, live } = await tenantInMemory();
  const told: LiveMessage[] = [];
  live.subscribe((message) => told.push(message));
  await store.addSpans(written(foreignSpan(1, 1), foreignSpan(1, 2), foreignSpan(2, 1)));
  await live.settle();
  expect(told).toEqual([{ changed: [], removed: [], traces: [traceIdOf(1), traceIdOf(2)] }]);
  const many = Array.from({ length: 1001 }, (_, trace) => foreignSpan(trace, 1));
  await store.addSpans(written(...many));
  await live.settle();
  expect(told[1]).toEqual({ changed: [], removed: [], traces: [] });
});

test('spans go with the last session that was in their trace', async () => {
  const { store, ingest, live, erase } = await tenantInMemory();
  const [one, other] = [traced('one', 1, 2), traced('other', 2)];
  for (const entries of [one, other]) await ingest.takeEntries(entries[0]!.session, entries);
  await live.settle();
  await store.addSpans(written(foreignSpan(1, 1), foreignSpan(2, 1), foreignSpan(3, 1)));
  const left = async () => {
    const all = await store.spansOf([1, 2, 3].map(traceIdOf), EVERY);
    return all.map(({ line }) => decodeForeignSpan(line)?.traceId);
  };
  await erase(one[0]!.session);
  expect(await left()).toEqual([traceIdOf(2), traceIdOf(3)]);
  await erase(other[0]!.session);
  expect(await left()).toEqual([traceIdOf(3)]);
});

test('spans have a quarter of the bytes, and cannot drive out what was recorded', async () => {
  const tenant = await tenantInMemory();
  const entries = traced('one', 1);
  await tenant.ingest.takeEntries(entries[0]!.session, entries);
  await tenant.live.settle();
  const [session] = await tenant.store.sessions();
  const name = 'x'.repeat(10_000);
  await tenant.store.addSpans(written(foreignSpan(1, 1, { name })));
  const look = async (bytes: number): Promise<number> => {
    const stop = keepWithin({ days: 1e6, bytes }, tenant.store, {
      isLive: async () => false,
      erase: tenant.erase,
    });
    await stop();
    return (await tenant.store.spansOf([traceIdOf(1)], EVERY)).length;
  };
  expect(await look(100_000)).toBe(1);
  expect(await look(30_000)).toBe(0);
  expect(await tenant.store.sessions()).toHaveLength(1);
  expect(await look((session?.bytes ?? 0) - 1)).toBe(0);
  expect(await tenant.store.sessions()).toEqual([]);
});

test('the API gives the spans of traces, in pages, to whoever may read', async () => {
  const state = await temporaryFolder();
  const folder = statePaths(state).store;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const store = await openStore({ path: join(folder, 'store.db') });
  const spans = Array.from({ length: 4001 }, (_, n) => foreignSpan(1, n));
  await store.of('local').addSpans(written(...spans, foreignSpan(2, 1)));
  await store.close();
  const collector = await runCollector({ state });
  const found: unknown[] = [];
  for (let after = '0', lines = ['']; lines.length > 0; ) {
    const page = await read(collector, `/api/spans?traces=${traceIdOf(1)}&after=${after}`);
    expect(page.status).toBe(200);
    lines = page.text().split('\n').slice(0, -1);
    expect(lines.length).toBeLessThanOrEqual(4000);
    found.push(...lines.map(decodeForeignSpan));
    after = String(page.headers['wiretape-last']);
  }
  expect(found).toEqual(spans);
  const refused = async (query: string) => {
    const answer = await read(collector, `/api/spans?${query}`);
    return [answer.status, answer.json<{ code: string }>().code];
  };
  expect(await refused('')).toEqual([400, 'no-traces']);
  expect(await refused(`traces=${traceIdOf(1).toUpperCase()}`)).toEqual([400, 'no-traces']);
  expect(await refused(`traces=${traceIdOf(1)}&after=x`)).toEqual([400, 'not-a-number']);
  const many = Array.from({ length: 101 }, (_, n) => traceIdOf(n)).join(',');
  expect(await refused(`traces=${many}`)).toEqual([400, 'too-many-traces']);
  const denied = await fetch(`${collector.address}/api/spans?traces=${traceIdOf(1)}`);
  expect(denied.status).toBe(401);
});
