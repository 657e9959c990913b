// The order of real recordings: the released servers, driven by the SDK.
import { describe, expect, test } from 'vitest';
import { type EdgeKind, orderOf } from '../../../analysis/order.ts';
import { groupBy } from '../../../model/group.ts';
import { viewsOf } from '../../../model/view.ts';
import { FIXTURES, type Fixture, fixtures } from '../../replay/fixtures.ts';
import { circle } from './scenes.ts';

const { entriesOf } = fixtures();

/** The kinds that each has, as its scenario makes them. */
const KINDS: Readonly<Record<Fixture, readonly EdgeKind[]>> = {
  overlap: ['E1', 'E2', 'E3', 'E12', 'E14'],
  memory: ['E1', 'E2', 'E8', 'E12', 'E14'],
  filesystem: ['E1', 'E2', 'E8', 'E12', 'E14'],
  everything: ['E1', 'E2', 'E3', 'E4', 'E8', 'E12', 'E14'],
};

describe.each(FIXTURES)('%s', (name) => {
  test('its edges go forward and in no circle, and are of the kinds that its scenario makes', () => {
    const order = orderOf(viewsOf(entriesOf(name)));
    const edges = [...order.edges()];
    expect(circle(order)).toEqual([]);
    expect(edges.filter(({ before, after }) => before.seq >= after.seq)).toEqual([]);
    const kinds = new Set(edges.map(({ kind }) => kind));
    expect(KINDS[name].filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  test('every answer follows its request, and each edge names two messages of the recording', () => {
    const views = viewsOf(entriesOf(name));
    const byKind = groupBy(orderOf(views).edges(), ({ kind }) => kind);
    const answered = views.flatMap(({ session }) => session.calls).filter((call) => call.response);
    expect(byKind.get('E2')).toHaveLength(answered.length);
    const known = new Set(entriesOf(name).map(({ session, seq }) => `${session}:${seq}`));
    const named = [...byKind.values()].flat().flatMap(({ evidence }) => evidence);
    expect(named.filter(({ message }) => !known.has(message))).toEqual([]);
  });
});

test('the graph that a client read back gave it nothing that it had not said', () => {
  const [view] = viewsOf(entriesOf('memory'));
  const order = orderOf(view ? [view] : []);
  const sources = view?.session.calls.flatMap((call) => order.sourcesOf({ call })) ?? [];
  expect(sources).toEqual([]);
});
