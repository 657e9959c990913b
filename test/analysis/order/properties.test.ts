// What holds of the order of any sessions, whatever their peers say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operationsOf } from '../../../analysis/footprint/operation.ts';
import { isBefore, orderOf, overlaps, type Span } from '../../../analysis/order.ts';
import { type Schedule, schedules } from '../../../analysis/schedules.ts';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  client,
  exit,
  opening,
  type Said,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { dice, holds, nearlyMessage, SEED, shuffled } from '../../kit/random.ts';
import { circle } from './scenes.ts';

const time = fc.nat({ max: 8 });
const span: fc.Arbitrary<Span> = fc
  .tuple(time, fc.option(time, { nil: Number.POSITIVE_INFINITY }), fc.constantFrom('a', 'b'))
  .map(([start, length, clock]) => ({ start, end: start + length, clock }));

describe(`effect-before (seed ${SEED})`, () => {
  test('nothing is before itself, and of two at most one', () => {
    holds(fc.tuple(span, span), ([a, b]) => {
      expect(isBefore(a, a)).toBe(false);
      const relations = [isBefore(a, b), isBefore(b, a), overlaps(a, b), a.clock !== b.clock];
      expect(relations.filter(Boolean)).toHaveLength(1);
    });
  });

  test('it is an interval order: of two pairs, one begins before the other is over', () => {
    holds(
      fc.tuple(span, span, span, span),
      ([a, b, c, d]) => {
        if (isBefore(a, b) && isBefore(b, c)) expect(isBefore(a, c)).toBe(true);
        const isCrossed = isBefore(a, b) && isBefore(c, d) && a.clock === c.clock;
        if (isCrossed) expect(isBefore(a, d) || isBefore(c, b)).toBe(true);
      },
      { runs: 20_000 },
    );
  });
});

const word = fc.constantFrom('tkt-4f9a21c7', 'row-77d31', '/docs/plan.md', 'a7', 'plan');
const id = fc.nat({ max: 5 });
const uri = fc.constantFrom('file:///a', 'file:///b');
const change = fc.constantFrom('tools/list_changed', 'resources/list_changed', 'message');
const state = fc.constantFrom('s1', 's2');

/** What clients say: often something that goes on with what a server may have said. */
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.tuple(id, word).map(([own, text]) => toolCall(own, 'use', { id: text })),
  fc
    .tuple(id, word, state)
    .map(([own, text, turn]) => toolCall(own, 'use', { id: text }, { 'wiretape/turn': turn })),
  fc.tuple(id, state).map(([own, requestState]) => ({
    id: own,
    method: 'tools/call',
    params: { name: 'use', arguments: {}, requestState },
  })),
  fc
    .tuple(id, state)
    .map(([own, taskId]) => ({ id: own, method: 'tasks/get', params: { taskId } })),
  fc.tuple(id, uri).map(([own, at]) => ({
    id: own,
    method: own % 2 === 0 ? 'resources/subscribe' : 'resources/read',
    params: { uri: at },
  })),
  id.map((own) => ({ id: own, method: 'tools/list' })),
  id.map((requestId) => ({ method: 'notifications/cancelled', params: { requestId } })),
  id.map((own) => ({ id: own, result: { roots: [] } })),
);

const told: fc.Arbitrary<Said> = fc.oneof(
  fc.tuple(id, word).map(([own, text]) => toolText(own, `gave ${text}`)),
  fc.tuple(id, state).map(([own, requestState]) => ({
    id: own,
    result: { resultType: 'input_required', requestState },
  })),
  fc.tuple(id, state).map(([own, taskId]) => ({ id: own, result: { task: { taskId } } })),
  id.map((own) => ({ id: own, result: { tools: [{ name: 'use' }] } })),
  change.map((name) => ({ method: `notifications/${name}` })),
  uri.map((at) => ({ method: 'notifications/resources/updated', params: { uri: at } })),
  id.map((own) => ({ id: own, method: 'roots/list' })),
);

const hostile = nearlyMessage.map((value) => JSON.stringify(value) ?? '');
const gap = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(said, gap).map(([what, after]) => client(what, { after })),
  fc.tuple(told, gap).map(([what, after]) => server(what, { after })),
  fc
    .tuple(hostile, fc.boolean())
    .map(([text, isClient]) =>
      isClient ? client(text, { after: 1 }) : server(text, { after: 1 }),
    ),
);

/** Up to four sessions on up to two machines. */
function sessions(steps: fc.Arbitrary<Step>): fc.Arbitrary<Entry[][]> {
  const one = fc.tuple(fc.array(steps, { maxLength: 25 }), fc.nat({ max: 60 }), fc.boolean());
  return fc.array(one, { minLength: 1, maxLength: 4 }).map((all) =>
    all.map(([own, start, isOther], at) =>
      tape(`s${at}`, at % 2 === 0 ? [...opening(), ...own, exit(0)] : own, {
        start,
        boot: isOther ? 'one' : 'other',
      }),
    ),
  );
}

describe(`causes (seed ${SEED})`, () => {
  test('no message leads to itself over any edges', () => {
    holds(sessions(step), (all) => {
      expect(circle(orderOf(viewsOf(all.flat())))).toEqual([]);
    });
  });

  test('the order in which sessions come changes nothing', () => {
    const roll = dice();
    const written = (all: readonly (readonly Entry[])[]): string[] =>
      [...orderOf(viewsOf(all.flat())).edges()]
        .map((edge) => JSON.stringify(withoutCalls(edge)))
        .sort();
    holds(sessions(step), (all) => {
      expect(written(shuffled(all, roll))).toEqual(written(all));
    });
  });

  test('what must hold can be kept, whatever times are claimed', () => {
    const anyTime = fc.tuple(step, fc.nat({ max: 50 })).map(([one, at]) => ({ ...one, at }));
    holds(sessions(anyTime), (all) => {
      const views = viewsOf(all.flat());
      const operations = operationsOf(views);
      const must = orderOf(views).mustBefore(operations);
      const [first] = schedules({ count: operations.length, must, conflicts: [] });
      expect((first as Schedule).order).toHaveLength(operations.length);
    });
  });
});

function withoutCalls(edge: object): unknown {
  return JSON.parse(JSON.stringify(edge, (key, value) => (key === 'call' ? undefined : value)));
}
