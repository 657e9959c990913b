// Two recordings compared: what is told, where the two part first, and what is no difference at all.
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { type Comparison, compareSides } from '../../../replay/index.ts';
import {
  client,
  opening,
  type Step,
  server,
  sessionId,
  type TapeOptions,
  tape,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { dice, holds, hostileJson, SEED } from '../../kit/random.ts';

const sideOf = (...tapes: Entry[][]) => viewsOf(tapes.flat()).map((view) => ({ view }));

function compared(a: Step[], b: Step[], options: TapeOptions = {}): Comparison {
  const later = { start: 9_000_000, ...options, id: sessionId('LATER') };
  return compareSides(sideOf(tape('notes', a, options)), sideOf(tape('notes', b, later)));
}

/** A call and its answer. */
function done(id: number, name: string, args: object, answer: string, more: object = {}): Step[] {
  return [client(toolCall(id, name, args)), server({ ...toolText(id, answer), ...more })];
}

const ref = (side: 'a' | 'b', seq: number): string =>
  `${sessionId(side === 'a' ? 'notes' : 'LATER')}:${seq}`;

describe('what is no difference', () => {
  test('times, ids, progress tokens, traces and who the client is', () => {
    const one = [...opening(), ...done(1, 'look', { at: 'a' }, 'seen')];
    const meta = { progressToken: 7, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const other = [
      ...opening({ client: 'another', id: 'x' }),
      client(toolCall('y', 'look', { at: 'a' }, meta), { after: 50_000 }),
      server({ method: 'notifications/progress', params: { progressToken: 7, progress: 1 } }),
      server(toolText('y', 'seen'), { after: 900_000 }),
    ];
    const { equal, sameCount, durations } = compared(one, other);
    expect({ equal, sameCount }).toEqual({ equal: true, sameCount: 2 });
    expect(durations.b - durations.a).toBeGreaterThan(800_000);
  });

  test('calls that overlap on both sides, in whatever order they were asked and answered', () => {
    const asked = (ids: number[]) => ids.map((id) => client(toolCall(id, 'put', { id: `n${id}` })));
    const answers = (ids: number[]) => ids.map((id) => server(toolText(id, `put n${id}`)));
    const one = [...opening(), ...asked([1, 2, 3]), ...answers([1, 2, 3])];
    const other = [...opening(), ...asked([3, 1, 2]), ...answers([2, 3, 1])];
    expect(compared(one, other)).toMatchObject({ equal: true, sameCount: 4, reordered: [] });
  });

  test('which of two sessions of one name started first', () => {
    const [left, right] = ['left', 'right'].map((name) => [
      ...opening(),
      ...done(1, 'put', { name }, 'done'),
    ]) as [Step[], Step[]];
    const at = (id: string, steps: Step[], start: number) => tape('memory', steps, { id, start });
    const comparison = compareSides(
      sideOf(at('01A', left, 1000), at('01B', right, 1500)),
      sideOf(at('01C', right, 1000), at('01D', left, 1500)),
    );
    expect(comparison).toMatchObject({ equal: true, sameCount: 4 });
  });

  test('ids that a server minted and the client carries on, in texts, addresses and JSON texts', () => {
    const steps = (id: string, number: number) => [
      ...opening(),
      ...done(1, 'make', {}, `{"note":{"id":"${id}","number":${number}},"limit":10}`),
      ...done(2, 'link', { to: `notes://${id}/body`, limit: 10 }, `Linked ${id}.`),
      ...done(3, 'drop', { number }, `Dropped ${number}`),
    ];
    const comparison = compared(steps('note-81f3', 17), steps('note-77aa', 4));
    expect(comparison).toMatchObject({ equal: true, sameCount: 4 });
    expect(comparison.renamed).toEqual([
      ['note-81f3', 'note-77aa'],
      ['17', '4'],
    ]);
  });

  test('UUIDs that nobody carries on', () => {
    const steps = (id: string) => [...opening(), ...done(1, 'make', {}, `made ${id}`)];
    const [one, other] = ['a', 'b'].map(
      (digit) => `${digit}0f1c2d3-0000-4000-8000-00000000000${digit}`,
    );
    expect(compared(steps(one!), steps(other!))).toMatchObject({ equal: true });
  });

  test('a secret under two keys; of one key, two secrets are two', () => {
    const steps = (hash: string) => [
      ...opening(),
      ...done(1, 'login', { token: `<secret:github:${hash}>` }, 'in'),
    ];
    const head = (key: string) => ({ head: { redaction: { rules: 'default/1', key } } });
    const underTwo = compareSides(
      sideOf(tape('notes', steps('aaaaaaaa'), head('11111111'))),
      sideOf(tape('notes', steps('bbbbbbbb'), head('22222222'))),
    );
    expect(underTwo).toMatchObject({ equal: true });
    expect(compared(steps('aaaaaaaa'), steps('bbbbbbbb'), head('11111111'))).toMatchObject({
      equal: false,
      first: { what: 'asked', pointer: '/params/arguments/token' },
    });
    const clear = [...opening(), ...done(1, 'login', { token: `ghp_${'A1b2'.repeat(9)}` }, 'in')];
    expect(compared(steps('aaaaaaaa'), clear)).toMatchObject({ equal: true });
  });
});

describe('what is a difference', () => {
  test('an id that is not the same one throughout', () => {
    const steps = (made: string, used: string) => [
      ...opening(),
      ...done(1, 'make', {}, `{"id":"${made}"}`),
      ...done(2, 'drop', { id: used }, 'dropped'),
    ];
    expect(
      compared(steps('note-1111', 'note-1111'), steps('note-2222', 'note-3333')),
    ).toMatchObject({
      equal: false,
      renamed: [],
      first: { what: 'answered', pointer: '/result/content/0/text', inside: '/id' },
    });
  });

  test('an id that the client minted', () => {
    const steps = (id: string) => [...opening(), ...done(1, 'make', { id }, `{"id":"${id}"}`)];
    const comparison = compared(steps('note-1111'), steps('note-2222'));
    expect(comparison.first).toMatchObject({ what: 'asked', pointer: '/params/arguments/id' });
  });

  test('a changed argument, result, list and outcome, each with its place', () => {
    const one = [
      ...opening(),
      ...done(1, 'put', { 'a/b': 1, deep: { x: [1, 2] } }, '{"items":[{"n":"x"},{"n":"y"}]}'),
      ...done(2, 'get', {}, '["b","a"]'),
      ...done(3, 'end', {}, 'fine'),
    ];
    const other = [
      ...opening(),
      ...done(1, 'put', { 'a/b': 2, deep: { x: [1, 2, 3] } }, '{"items":[{"n":"y"}]}'),
      ...done(2, 'get', {}, '["a","b"]'),
      client(toolCall(3, 'end')),
      server({ id: 3, error: { code: -1, message: 'no' } }),
    ];
    const { changed, first } = compared(one, other);
    expect(changed.map(({ title, changes, outcome }) => ({ title, changes, outcome }))).toEqual([
      {
        title: 'tools/call put',
        outcome: undefined,
        changes: [
          { pointer: '/params/arguments/a~1b', kind: 'value', a: 1, b: 2 },
          { pointer: '/params/arguments/deep/x/2', kind: 'extra', b: 3 },
          {
            pointer: '/result/content/0/text',
            inside: '/items/0',
            kind: 'missing',
            a: { n: 'x' },
          },
        ],
      },
      {
        title: 'tools/call get',
        outcome: undefined,
        changes: [{ pointer: '/result/content/0/text', inside: '', kind: 'order' }],
      },
      { title: 'tools/call end', outcome: { a: 'result', b: 'error' }, changes: [] },
    ]);
    expect(first).toEqual({
      what: 'asked',
      title: 'tools/call put',
      a: ref('a', 4),
      b: ref('b', 4),
      pointer: '/params/arguments/a~1b',
    });
  });

  test('a call that only one side has, named with the last one before it that both have', () => {
    const common = [...opening(), ...done(1, 'look', {}, 'seen')];
    const more = [...common, ...done(2, 'put', { x: 1 }, 'done'), ...done(3, 'look', {}, 'seen')];
    const { onlyB, first, equal } = compared([...common, ...done(3, 'look', {}, 'seen')], more);
    expect(onlyB).toEqual([
      { session: 'notes', title: 'tools/call put', request: ref('b', 6), response: ref('b', 7) },
    ]);
    expect({ first, equal }).toEqual({
      first: { what: 'only-b', title: 'tools/call put', a: ref('a', 4), b: ref('b', 6) },
      equal: false,
    });
    expect(compared(more, [...common]).onlyA).toHaveLength(2);
  });

  test('calls that changed places, one told for each that moved', () => {
    const put = (id: number) => done(id, 'put', { id: `n${id}` }, 'done');
    const one = [...opening(), ...put(1), ...put(2), ...put(3), ...put(4)];
    const other = [...opening(), ...put(4), ...put(1), ...put(2), ...put(3)];
    const { reordered, changed, first } = compared(one, other);
    expect(changed).toEqual([]);
    expect(reordered).toMatchObject([{ a: ref('a', 10), b: ref('b', 4), was: 'after' }]);
    expect(first).toMatchObject({ what: 'reordered' });
  });

  test('two sessions whose calls changed places with one another', () => {
    const put = [...opening(), ...done(1, 'put', {}, 'done')];
    const sides = [0, 1].map((swapped) =>
      sideOf(
        tape('left', put, { start: swapped ? 9_000_000 : 1_000_000 }),
        tape('right', put, { start: swapped ? 1_000_000 : 9_000_000 }),
      ),
    );
    const { reordered } = compareSides(sides[0]!, sides[1]!);
    expect(reordered.length).toBeGreaterThan(0);
    // The clocks of two boots say nothing of each other.
    const boots = [0, 1].map((swapped) =>
      sideOf(
        tape('left', put, { start: swapped ? 9_000_000 : 1_000_000, boot: 'boot-1' }),
        tape('right', put, { start: swapped ? 1_000_000 : 9_000_000, boot: 'boot-2' }),
      ),
    );
    expect(compareSides(boots[0]!, boots[1]!)).toMatchObject({ equal: true });
  });

  test('a definition, and not the answer that lists it', () => {
    const steps = (tools: object[]) => [
      ...opening(),
      client({ id: 1, method: 'tools/list' }),
      server({ id: 1, result: { tools } }),
    ];
    const schema = { type: 'object', properties: { x: { type: 'string' } } };
    const one = steps([{ name: 'put', inputSchema: schema }, { name: 'old' }]);
    const other = steps([
      { name: 'new' },
      { name: 'put', inputSchema: { ...schema, required: ['x'] } },
    ]);
    const { definitions, changed, first } = compared(one, other);
    expect(changed).toEqual([]);
    expect(definitions).toMatchObject([
      { name: 'put', state: 'changed', changes: [{ pointer: '/inputSchema/required' }] },
      { name: 'old', state: 'only-a' },
      { name: 'new', state: 'only-b' },
    ]);
    expect(first).toMatchObject({ what: 'definition', a: ref('a', 5), b: ref('b', 5) });
  });

  test('a server that only one side has', () => {
    const own = tape('notes', [...opening()]);
    const { equal, sessions } = compareSides(
      sideOf(own),
      sideOf(own, tape('more', [...opening()])),
    );
    expect({ equal, sessions }).toMatchObject({
      equal: false,
      sessions: { onlyB: [{ session: 'more', callCount: 1 }] },
    });
  });
});

test(`what is compared with itself is equal, whatever it is (seed ${SEED})`, () => {
  holds(hostileJson, (value) => {
    const steps = [
      ...opening(),
      client({ id: 1, method: 'tools/call', params: { name: 'x', arguments: value } }),
      server({
        id: 1,
        result: { content: [{ type: 'text', text: JSON.stringify(value) }], value },
      }),
    ];
    expect(compared(steps, steps)).toMatchObject({ equal: true, sameCount: 2, renamed: [] });
  });
});

test('any two hostile values are compared, both ways alike', () => {
  let value: unknown = null;
  holds(hostileJson, (other) => {
    const steps = (content: unknown) => [
      ...opening(),
      client({ id: 1, method: 'x', params: { value: content } }),
      server({ id: 1, result: { text: JSON.stringify(content) } }),
    ];
    const [there, back] = [
      compared(steps(value), steps(other)),
      compared(steps(other), steps(value)),
    ];
    expect(there.equal).toBe(back.equal);
    expect(there.equal).toBe(JSON.stringify(sorted(value)) === JSON.stringify(sorted(other)));
    value = other;
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('ten thousand calls a side, a tenth of them changed, and ids throughout', {
  timeout: 60_000,
}, () => {
  const roll = dice();
  const steps = (side: string) => {
    const list = opening();
    for (let id = 1; id <= 10_000; id++) {
      const minted = `note-${side}${id}`;
      const args = id % 3 === 0 ? { parent: `note-${side}${id - 1}` } : { n: id % 50 };
      list.push(...done(id, 'put', args, `{"id":"${minted}","n":${roll(10) === 0 ? side : id}}`));
    }
    return list;
  };
  const [one, other] = [steps('1'), steps('2')];
  const comparison = compared(one, other.toSpliced(9000, 2));
  expect(comparison).toMatchObject({
    equal: false,
    onlyB: [],
    callCount: { a: 10_001, b: 10_000 },
  });
  expect(comparison.onlyA).toHaveLength(1);
  const changed = comparison.changed.length;
  expect(changed).toBeGreaterThan(1000);
  expect(changed).toBeLessThan(2500);
});
