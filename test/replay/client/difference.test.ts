// Each class of difference, where it stands, and what masks do with it.
import { describe, expect, test } from 'vitest';
import { CLASSES, differencesOf, pointerOf } from '../../../replay/client/difference.ts';
import { sortByMasks } from '../../../replay/client/masking.ts';
import { parseMask } from '../../../replay/masks.ts';

const result = (value: unknown) => ({ jsonrpc: '2.0', id: 1, result: value });
const text = (value: unknown) => ({ content: [{ type: 'text', text: value }] });
const found = (recorded: unknown, live: unknown) =>
  differencesOf(recorded, live, Object.is).map(({ class: name, path }) => [name, pointerOf(path)]);

describe('classes', () => {
  test.each([
    [
      'an error for a result',
      result({}),
      { error: { code: 1, message: '' } },
      'error-or-result',
      '',
    ],
    [
      'a tool that fails',
      result({ isError: true, x: 1 }),
      result({ x: 2 }),
      'is-error',
      '/result/isError',
    ],
    [
      'another round',
      result({ resultType: 'complete' }),
      result({ resultType: 'task' }),
      'result-type',
      '/result/resultType',
    ],
    ['a member less', result({ a: 1 }), result({}), 'missing-member', '/result/a'],
    ['a member more', result({}), result({ 'a/b~c': 1 }), 'extra-member', '/result/a~1b~0c'],
    ['null for an object', result({ a: {} }), result({ a: null }), 'type', '/result/a'],
    ['a text for a number', result({ a: 1 }), result({ a: '1' }), 'type', '/result/a'],
    [
      'a list that is longer',
      result({ a: [1] }),
      result({ a: [1, 2] }),
      'array-length',
      '/result/a',
    ],
    [
      'a list that is turned',
      result({ a: ['x', 'y'] }),
      result({ a: ['y', 'x'] }),
      'order',
      '/result/a',
    ],
    ['another value', result({ a: [1, 2] }), result({ a: [1, 3] }), 'value', '/result/a/1'],
    [
      'in JSON inside a text',
      result(text('{"a":1}')),
      result(text('{ "a": 2 }')),
      'value',
      '/result/content/0/text#/a',
    ],
    [
      'JSON for another text',
      result(text('{"a":1}')),
      result(text('gone')),
      'value',
      '/result/content/0/text',
    ],
    [
      'another error',
      { error: { code: 1, message: 'x' } },
      { error: { code: 2, message: 'x' } },
      'value',
      '/error/code',
    ],
  ] as const)('%s', (_, recorded, live, name, pointer) => {
    expect(found(recorded, live)).toEqual([[name, pointer]]);
  });

  test('each class has its example above, and the gravest come first', () => {
    expect(CLASSES[0]).toBe('error-or-result');
    expect(CLASSES.at(-1)).toBe('value');
  });

  test('nothing where JSON is written in another way, in texts too', () => {
    expect(found(result(text('{"a":1,"b":[]}')), result(text('{ "b": [], "a": 1.0 }')))).toEqual(
      [],
    );
  });

  test('a turned list with a change in one item tells both, at the recorded place', () => {
    const item = (name: string, count: number) => ({ name, count });
    const recorded = result({ a: [item('x', 1), item('y', 2), item('z', 3)] });
    const live = result({ a: [item('z', 3), item('x', 1), item('y', 5)] });
    expect(found(recorded, live)).toEqual([
      ['order', '/result/a'],
      ['value', '/result/a/1/count'],
    ]);
  });

  test('what is said twice, structured and as JSON, differs once', () => {
    const both = (a: number) =>
      result({ ...text(JSON.stringify({ a })), structuredContent: { a } });
    expect(found(both(1), both(2))).toEqual([['value', '/result/structuredContent/a']]);
    const apart = { ...both(2), result: { ...text('{"a":3}'), structuredContent: { a: 2 } } };
    expect(found(both(1), apart)).toHaveLength(2);
  });

  test('members named like those of every object are members', () => {
    const [recorded, live] = ['{"result":{"__proto__":1}}', '{"result":{"constructor":1}}'].map(
      (one) => JSON.parse(one),
    );
    expect(found(recorded, live)).toEqual([
      ['missing-member', '/result/__proto__'],
      ['extra-member', '/result/constructor'],
    ]);
  });
});

describe('masks', () => {
  const open = (recorded: unknown, live: unknown, ...masks: readonly string[]) => {
    const divergences = differencesOf(result(recorded), result(live), Object.is).map(
      (difference) => ({
        class: difference.class,
        method: 'tools/call',
        subject: 'make',
        difference,
      }),
    );
    const read = masks.map((mask) => {
      const parsed = parseMask(mask);
      if (!parsed.ok) throw new Error(parsed.detail);
      return parsed.mask;
    });
    return sortByMasks(divergences, read).open.map(({ difference }) =>
      pointerOf(difference?.path ?? []),
    );
  };
  const [A, B] = ['c0ffee00-1111-4222-8333-444455556666', 'deadbeef-9999-4888-8777-666655554444'];

  test('cover values of their class only, in the messages they are about', () => {
    const [recorded, live] = [{ items: [{ id: A }] }, { items: [{ id: B }] }];
    expect(open(recorded, live, 'make:/result/items/*/id=uuid')).toEqual([]);
    expect(open(recorded, live, 'tools/call:/result/items/0/id=uuid')).toEqual([]);
    expect(open(recorded, live, 'other:/result/items/*/id=uuid')).toEqual(['/result/items/0/id']);
    expect(open(recorded, { items: [{ id: 'none' }] }, 'make:/result/items/*/id=uuid')).toEqual([
      '/result/items/0/id',
    ]);
  });

  test('never cover members that come and go, lengths, or other kinds of answers', () => {
    expect(open({ a: { id: A } }, { a: {} }, 'make:/result/a/id=uuid')).toEqual(['/result/a/id']);
    expect(open({ a: [1] }, { a: [1, 2] }, 'make:/result/a=set')).toEqual(['/result/a']);
    expect(open({ a: [1, 2] }, { a: [2, 1] }, 'make:/result/a=set')).toEqual([]);
    expect(open({ isError: true }, {}, 'make:/result/isError#/0=int')).toEqual(['/result/isError']);
  });

  test('of a text cover all of the pieces that differ, or not the text', () => {
    const [recorded, live] = [
      text(`made ${A} at 2026-11-26T04:00:00Z`),
      text(`made ${B} at 2026-11-26T05:00:00Z`),
    ];
    const [id, at] = [
      'make:/result/content/*/text#/1=uuid',
      'make:/result/content/*/text#/3=rfc3339',
    ];
    expect(open(recorded, live, id)).toEqual(['/result/content/0/text']);
    expect(open(recorded, live, id, at)).toEqual([]);
  });
});
