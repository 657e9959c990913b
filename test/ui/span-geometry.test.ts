/** Where spans of others stand in a run: their lanes, their slots, their place on its time axis. */
import { describe, expect, test } from 'vitest';
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { NOWHERE } from '../../ui/timeline/layout.ts';
import { client, opening, server, tape, toolText } from '../kit/entries.ts';
import { foreignSpan, spanIdOf, traceIdOf } from '../kit/spans.ts';
import { layoutFor, loaded } from './laid-out.ts';

describe('spans of others', () => {
  const caller = spanIdOf(1);
  const traceparent = `00-${traceIdOf(1)}-${caller}-01`;
  const WALL = '2026-11-22T09:00:00.000Z';
  const at = (ms: number): bigint => BigInt(Date.parse(WALL) + ms) * 1_000_000n;
  const asked = client(
    { id: 9, method: 'tools/call', params: { name: 'save', _meta: { traceparent } } },
    { at: 100_000 },
  );
  const host = { pid: 1, started: '1', name: 'node' };
  const buffer = loaded(
    tape('store', [...opening(), asked, server(toolText(9, 'ok'), { at: 300_000 })], {
      head: { host },
      wall: WALL,
    }),
  );
  const agent = { resource: { 'service.name': 'agent' } };
  const store = { resource: { 'service.name': 'store' } };
  const turn = foreignSpan(1, 0, { ...agent, start: at(-500), end: at(400) });
  const tool = foreignSpan(1, 1, {
    ...agent,
    parentSpanId: turn.spanId,
    start: at(90),
    end: at(310),
  });
  const answering = foreignSpan(1, 2, {
    ...store,
    kind: 'server',
    parentSpanId: caller,
    start: at(150),
    end: at(290),
  });
  const query = foreignSpan(1, 3, {
    ...store,
    parentSpanId: answering.spanId,
    start: at(160),
    end: at(200),
  });
  const lanes = (...spans: readonly ForeignSpan[]) =>
    layoutFor(buffer, spans).lanes.map(({ kind, name, slots, batches }) => [
      kind,
      name,
      batches ? 'batches' : slots.length,
    ]);

  test('of an agent lie in the lane of the host, in place of batches, below what holds them', () => {
    expect(lanes()).toEqual([
      ['host', 'test-client', 'batches'],
      ['server', 'store', 1],
    ]);
    const layout = layoutFor(buffer, [tool, turn]);
    expect(layout.lanes[0]).toMatchObject({ kind: 'host', members: [1, 0], slots: [[1], [0]] });
    expect(layout.begin).toBe(-500_000);
    expect(layout.length).toBe(400_000);
    expect(layout.lanes[0]?.items.start[0]).toBe(90_000);
  });

  test('of a server that answers a call lie in a strip below its lane, with all it did for that', () => {
    expect(lanes(query, answering, tool, turn)).toEqual([
      ['host', 'test-client', 2],
      ['server', 'store', 1],
      ['spans', 'store', 2],
    ]);
    // As long as nobody knows whom they answer, they are taken for work of the host.
    expect(lanes(query)).toEqual([
      ['host', 'test-client', 1],
      ['server', 'store', 1],
    ]);
  });

  test('begin no later than the calls made in them, by as much as a wall time is cut', () => {
    const late = { ...tool, start: at(100) + 700_000n };
    expect(layoutFor(buffer, [late]).lanes[0]?.items.start[0]).toBeCloseTo(100_000, 6);
    const wrong = { ...tool, start: at(150) };
    expect(layoutFor(buffer, [wrong]).lanes[0]?.items.start[0]).toBeCloseTo(149_000, 6);
  });

  test('that are hours away are counted, and make the run no longer', () => {
    const far = { ...turn, start: at(-7.2e6), end: at(-7.1e6) };
    const layout = layoutFor(buffer, [far, tool]);
    expect(layout).toMatchObject({ farCount: 1, begin: 0 });
    expect(layout.lanes[0]?.members).toEqual([1]);
    expect([...layout.spanPlaces.laneOf]).toEqual([NOWHERE, 0]);
  });

  test('whose parents go in a circle or end before they begin are placed all the same', () => {
    const loop = foreignSpan(1, 5, { parentSpanId: spanIdOf(6), start: at(10), end: at(5) });
    const back = foreignSpan(1, 6, { parentSpanId: spanIdOf(5), start: at(0), end: at(20) });
    const own = foreignSpan(1, 7, { parentSpanId: spanIdOf(7), start: at(0), end: at(20) });
    expect(layoutFor(buffer, [loop, back, own]).lanes[0]?.members).toHaveLength(3);
  });
});
