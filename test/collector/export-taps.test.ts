/** Exporting beside real taps that send spans themselves: to another path, to nobody, to the same place by another name. */
import { expect, test } from 'vitest';
import type { Exporting } from '../../collector/index.ts';
import type { Status } from '../../model/api.ts';
import { isIn } from '../../model/otel/confirmed.ts';
import { toSpans } from '../../model/otel/to-spans.ts';
import { readRecordingText } from '../../model/recording.ts';
import { viewsOf } from '../../model/view.ts';
import { keyOf } from '../../tap/index.ts';
import { openOtlpEndpoint } from '../kit/otlp-endpoint.ts';
import { outcome, server, start, tapped } from '../tap/kit.ts';
import { type Running, read, runCollector, temporaryFolder, until } from './kit.ts';

const PINGS = 20;

/** A session of real pings, whose tap has ended; it ends once that is so. */
async function pinged(
  state: string,
  options: readonly string[],
  isDone: () => boolean = () => true,
): Promise<void> {
  const lines = Array.from({ length: PINGS }, (_, at) =>
    JSON.stringify({ jsonrpc: '2.0', id: at, method: 'ping' }),
  );
  const child = start(await tapped(server('answers'), { state, options }), {
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });
  const ended = outcome(child);
  child.stdin.write(`${lines.join('\n')}\n`);
  await until(async () => isDone(), 'what the tap sends');
  child.stdin.end();
  expect((await ended).code).toBe(0);
}

function exportingTo(state: string, ...names: readonly string[]): Exporting {
  const endpoints = names.map((name) => {
    return { name, traces: `${name}/v1/traces`, logs: `${name}/v1/logs`, headers: {} };
  });
  return { endpoints, key: keyOf(state), patience: { answer: 2000, first: 10, most: 50 } };
}

async function allSent(collector: Running, sessions: number): Promise<void> {
  await until(async () => {
    const status = (await read(collector, '/api/status')).json<Status>();
    const { sessionCount, liveCount, exports } = status;
    const isSent = exports.every(({ behind }) => behind === 0);
    return sessionCount === sessions && liveCount === 0 && isSent;
  }, 'everything sent');
}

/** All spans of what the collector has, and how many of them no tap saw confirmed. */
async function recorded(collector: Running) {
  const ids = (await read(collector, '/api/sessions')).json<{ id: string }[]>();
  const sessions = ids.map(({ id }) => id).join(',');
  const text = (await read(collector, `/api/export?sessions=${sessions}`)).text();
  const recording = readRecordingText(text);
  if (!recording.ok) throw new Error('the collector exports what is no recording');
  const views = viewsOf(recording.entries);
  const spans = views.flatMap((view) => toSpans(view).spans);
  const open = views.flatMap((view) => {
    const isThere = isIn(view.session.confirmedSpans);
    return toSpans(view).spans.filter((span) => !isThere(span));
  });
  return { views, ids: spans.map(({ spanId }) => spanId).sort(), unconfirmed: open.length };
}

test('another path of the same origin gets every span, the same one by another name only the rest', async () => {
  const [state, endpoint] = [await temporaryFolder(), await openOtlpEndpoint()];
  const at = new Map<string, Set<string>>();
  endpoint.behave((path, spans) => {
    const ids = at.get(path) ?? new Set();
    at.set(path, ids);
    for (const { spanId } of spans) ids.add(spanId);
    return 'take';
  });
  const own = `127.0.0.1:${endpoint.port}`;
  const local = `localhost:${endpoint.port}`;
  const exporting = exportingTo(state, `http://${own}/b`, `http://${local}/a`);
  const collector = await runCollector({ state, exporting });
  const sent = () => at.get('/a/v1/traces') ?? new Set();
  await pinged(state, ['--otlp', `http://${own}/a`], () => sent().size >= PINGS);
  await allSent(collector, 1);
  const { ids, unconfirmed } = await recorded(collector);
  expect(ids.length).toBeGreaterThan(PINGS);
  expect([...(at.get('/b/v1/traces') ?? [])].sort()).toEqual(ids);
  expect([...(at.get('/a/v1/traces') ?? [])].sort()).toEqual(ids);
  const again = endpoint.requests.filter(
    ({ path, headers }) => path === '/a/v1/traces' && headers.host === local,
  );
  expect(unconfirmed).toBeLessThan(ids.length);
  expect(again.reduce((sum, { count }) => sum + count, 0)).toBe(unconfirmed);
});

test('what a tap could not send comes from the first collector that exports there, and nothing else that was over', async () => {
  const state = await temporaryFolder();
  const down = await openOtlpEndpoint();
  await down.close();
  await pinged(state, ['--name', 'live', '--otlp', `http://127.0.0.1:${down.port}`]);
  await pinged(state, ['--name', 'silent']);
  const endpoint = await openOtlpEndpoint(down.port);
  const exporting = exportingTo(state, `http://127.0.0.1:${down.port}`);
  const collector = await runCollector({ state, exporting });
  await allSent(collector, 2);
  const { views } = await recorded(collector);
  const live = views.filter(({ session }) => session.head?.name === 'live');
  const ids = live.flatMap((view) => toSpans(view).spans.map(({ spanId }) => spanId));
  expect(ids.length).toBeGreaterThan(PINGS);
  expect([...endpoint.spans.keys()].sort()).toEqual(ids.sort());
});
