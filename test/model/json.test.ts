import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, fingerprint } from '../../model/canonical.ts';
import { isObject, member, parseJson, repeatsMember, table } from '../../model/json.ts';
import { holds, hostileJson, SEED } from '../kit/random.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a JSON text', () => {
  test.each([
    [256, true],
    [257, false],
    [100_000, false],
  ])('of depth %i is walked: %s', (depth, isWalked) => {
    expect(parseJson(nested(depth)).ok).toBe(isWalked);
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(parseJson(objects).ok).toBe(isWalked);
    // Depth counts brackets that nest, not brackets.
    expect(parseJson(`[${'[],'.repeat(depth)}"${'['.repeat(depth)}"]`).ok).toBe(true);
  });

  test('that is none is said to be none, however deep', () => {
    for (const text of [
      '',
      ' ',
      '{',
      '{"a":}',
      "{'a':1}",
      'NaN',
      '\ufeff{}',
      '['.repeat(100_000),
    ]) {
      expect(parseJson(text)).toEqual({ ok: false, why: 'not-json' });
    }
  });

  test(`names a member twice, or does not (seed ${SEED})`, () => {
    holds(hostileJson.filter(isObject), (value) => {
      const text = JSON.stringify(value);
      const parsed = JSON.parse(text);
      expect(repeatsMember(text, parsed)).toBe(false);
      const [first] = Object.keys(parsed);
      if (first === undefined) return;
      const twice = `${text.slice(0, -1)} , ${JSON.stringify(first)} : [{"x":"\\":"}] }`;
      expect(repeatsMember(twice, JSON.parse(twice))).toBe(true);
    });
  });
});

test('a member is an own one', () => {
  const value = JSON.parse('{"a":{"b":[1],"__proto__":{"c":1}}}');
  expect(member(value, 'a', 'b')).toEqual([1]);
  expect(member(value, 'a', 'c')).toBeUndefined();
  expect(member(value, 'a', '__proto__', 'c')).toBe(1);
  expect(member(value, 'a', 'b', '0')).toBeUndefined();
  expect(member(value, 'toString')).toBeUndefined();
  expect(member(undefined, 'a')).toBeUndefined();
});

test('a table has nothing that its maker did not put in', () => {
  const numbers = table({ one: 1 });
  expect(numbers['one']).toBe(1);
  expect(numbers['constructor']).toBeUndefined();
  expect(Object.getPrototypeOf(numbers)).toBeNull();
});

describe('canonical JSON', () => {
  test(`does not depend on the order of members, and is always a text (seed ${SEED})`, () => {
    holds(hostileJson, (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      const text = canonicalJson(parsed);
      expect(text).toBe(canonicalJson(reversed(parsed)));
      expect(JSON.parse(text)).toEqual(parsed);
    });
  });

  test.each([['1e400'], ['"\\ud800"'], ['-0'], ['9007199254740993']])('%s', (text) => {
    expect(typeof canonicalJson(JSON.parse(text))).toBe('string');
    expect(fingerprint(JSON.parse(text))).toMatch(/^[0-9a-f]{16}$/);
  });

  test('of nothing is the empty text', () => expect(canonicalJson(undefined)).toBe(''));

  test(`differs for what differs (seed ${SEED})`, () => {
    holds(fc.tuple(hostileJson, hostileJson), ([a, b]) => {
      const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
      const isSame = canonicalJson(left) === canonicalJson(right);
      expect(fingerprint(left) === fingerprint(right)).toBe(isSame);
    });
  });

  function reversed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(reversed);
    if (!isObject(value)) return value;
    const members = Object.entries(value).map(([name, inner]) => [name, reversed(inner)] as const);
    return Object.fromEntries(members.reverse());
  }
});
