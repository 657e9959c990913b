// What a user adds to the rules of redaction: what it does to texts, and what is refused, with its place.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyedHash } from '../../model/keyed-hash.ts';
import { createRedact } from '../../model/redaction.ts';
import { rulesWith } from '../../model/rules.ts';
import { RULES } from '../../model/secrets.ts';
import { joinedRules, RuleFault, readUserRules } from '../../model/user-rules.ts';
import { holds, hostileJson, SEED } from '../kit/random.ts';

const hash = keyedHash(new Uint8Array(32).fill(7));
const hidden = (type: string, secret: string): string => `<secret:${type}:${hash(secret)}>`;

function rules(value: unknown) {
  return rulesWith(joinedRules([readUserRules(value, [], true)]));
}

function redactBy(value: unknown, environment: Record<string, string> = {}) {
  return createRedact(hash, environment, rules(value));
}

const ACME = 'acme_0123456789abcdef';
const acme = { shapes: [{ type: 'acme-key', shape: 'acme_[a-z0-9]{16}' }] };

describe('shapes', () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    [`plain ${ACME} text`, 'plain % text'],
    [`before${ACME}0`, 'before%0'],
    [`{"a":"${ACME}","n":1.0}`, '{"a":"%","n":1.0}'],
    [`{"a":"{\\"b\\":\\"${ACME}\\"}"}`, '{"a":"{\\"b\\":\\"%\\"}"}'],
    [`{"a":"x\\n${ACME}\\n"}`, '{"a":"x\\n%\\n"}'],
    [`https://h/p?a=${ACME}&b=1`, 'https://h/p?a=%&b=1'],
    [`not json: {"a":"${ACME}"`, 'not json: {"a":"%"'],
  ];
  test.each(cases)('%s', (text, expected) => {
    const redact = redactBy(acme);
    const clean = { text: expected.replace('%', hidden('acme-key', ACME)), count: 1 };
    expect(redact(text)).toEqual(clean);
    expect(redact(clean.text)).toEqual({ ...clean, count: 0 });
  });

  test('take whole numbers of a JSON text, and keep it one', () => {
    const redact = redactBy({ shapes: [{ type: 'customer', shape: '[0-9]{8}' }] });
    const found = hidden('customer', '12345678');
    expect(redact('{"a":12345678,"b":123456789,"c":"x12345678"}').text).toBe(
      `{"a":"${found}","b":123456789,"c":"x${found}"}`,
    );
  });

  test('leave the escapes of a JSON text whole', () => {
    const redact = redactBy({ shapes: [{ type: 'word', shape: '[a-z0-9]{6}' }] });
    expect(redact('{"a":"\\nabcdef"}').text).toBe(`{"a":"\\n${hidden('word', 'abcde')}f"}`);
    expect(redact('{"a":"\\u00e9abcdef"}').text).toBe(`{"a":"\\u00e9${hidden('word', 'a')}bcdef"}`);
    expect(redact('C:\\user12').text).toBe(`C:\\${hidden('word', 'user12')}`);
  });

  test(`a JSON text stays one, with the same members (seed ${SEED})`, () => {
    const redact = redactBy({
      shapes: [
        { type: 'any', shape: '[a-z0-9]{4,6}' },
        { type: 'odd', shape: '[^"\\\\\\x00-\\x1f]{4}' },
      ],
    });
    holds(fc.tuple(hostileJson, fc.string()), ([value, text]) => {
      const before = JSON.stringify({ list: [value, text, 123456], text: JSON.stringify(text) });
      const clean = redact(before).text;
      expect(() => JSON.parse(clean)).not.toThrow();
      expect(redact(clean).text).toBe(clean);
    });
  });

  test('are sought where their fixed text stands', () => {
    const { userShapes } = rules({
      shapes: [
        { type: 'a', shape: 'acme_[a-z]{9}' },
        { type: 'b', shape: '(?:one|three)[0-9]-[0-9]{3}' },
        { type: 'c', shape: '[0-9]{3}-[0-9]{2}-[0-9]{4}' },
        { type: 'd', shape: '[0-9]{4}(?:acme)?' },
      ],
    });
    expect(userShapes.map(({ hints }) => hints)).toEqual([['acme_'], ['one', 'three'], ['-'], []]);
  });
});

describe('names', () => {
  const redact = redactBy({ names: ['internalId', 'pin'] });
  test.each([
    '{"internalId":"%"}',
    '{"internal_id":"%"}',
    '{"customer-internal-id":"%"}',
    '{"t":"{\\"PIN\\":\\"%\\"}"}',
    'INTERNAL_ID=%',
    'https://h/?pin=%&a=1',
    '--internal-id=%',
  ])('%s', (place) => {
    const type = place.includes(':"') || place.includes(':\\"') ? 'field' : 'variable';
    const expected = place.replace('%', hidden(type, 'secret1'));
    expect(redact(place.replace('%', 'secret1'))).toEqual({ text: expected, count: 1 });
  });

  test.each(['{"internal":"a","id":"b"}', '{"pins":"abcdef","spin":"x"}'])('%s stays', (text) => {
    expect(redact(text)).toEqual({ text, count: 0 });
  });

  test('numbers under them go as well', () => {
    expect(redact('{"pin":4711}').text).toBe(`{"pin":"${hidden('field', '4711')}"}`);
  });
});

describe('variables', () => {
  test('have their values hidden, though nothing else says that they are secret', () => {
    const environment = { MY_CODE: 'blue', OTHER: 'green', SHORT: 'abc' };
    const redact = redactBy({ variables: ['MY_CODE', 'SHORT'] }, environment);
    expect(redact('blue, green and abc').text).toBe(`${hidden('env', 'blue')}, green and abc`);
  });
});

describe('what is allowed', () => {
  const allow = { names: ['sessionToken', 'BUILD_ID'], types: ['openai'] };
  const environment = { BUILD_ID: 'c29tZS1taW50ZWQtdmFsdWUtMTIz' };
  const text = `{"session_token":"abc","id":"${environment.BUILD_ID}","k":"sk-proj-${'a1'.repeat(20)}"}`;

  test('is no secret, and all else still is', () => {
    expect(redactBy({ allow }, environment)(text)).toEqual({ text, count: 0 });
    expect(redactBy({}, environment)(text).count).toBe(3);
    expect(redactBy({ allow })('{"token":"abc"}').count).toBe(1);
  });

  test('is a secret where somebody adds it', () => {
    const added = redactBy({ allow, names: ['token'] });
    expect(added('{"session_token":"abc"}').count).toBe(1);
  });
});

test('rules have a name of their own, ours when there are none', () => {
  expect(rules({}).id).toBe(RULES);
  expect(rules({ names: [] }).id).toBe(RULES);
  expect(rules(acme).id).toMatch(new RegExp(`^${RULES}\\+user:[0-9a-f]{8}$`));
  expect(rules(acme).id).toBe(rules(acme).id);
  expect(rules({ ...acme, names: ['pin'] }).id).not.toBe(rules(acme).id);
});

describe('what cannot be used is refused, with its place', () => {
  const shape = (text: string) => ({ shapes: [{ type: 'x', shape: text }] });
  const refusals: readonly (readonly [value: unknown, path: string, reason: RegExp])[] = [
    [[], '', /^it is no object$/],
    [{ name: [] }, 'name', /^name is not known here; known are names, shapes, variables, allow$/],
    [{ names: 'x' }, 'names', /^it is no list$/],
    [{ names: ['ok', 7] }, 'names.1', /^it is no text/],
    [{ names: ['---'] }, 'names.0', /^it is no name/],
    [{ variables: ['A=B'] }, 'variables.0', /^it is no name of an environment variable$/],
    [{ shapes: [{ type: 'x' }] }, 'shapes.0.shape', /^it is no text/],
    [{ shapes: [{ type: 'X Y', shape: 'abcd' }] }, 'shapes.0.type', /has other characters/],
    [{ shapes: [{ type: 'github', shape: 'abcd' }] }, 'shapes.0.type', /it is a type of ours$/],
    [{ shapes: [{ type: 'x', shape: 'abcd', flags: 'i' }] }, 'shapes.0.flags', /is not known here/],
    [shape('acme_(a+)+b'), 'shapes.0.shape', /it repeats \(a\+\)\+ without an end/],
    [shape('(a)\\1aaa'), 'shapes.0.shape', /it refers back to what a group found$/],
    [shape('[a-z]{1,9}'), 'shapes.0.shape', /it may match fewer than 4 characters$/],
    [shape('key: .{8}'), 'shapes.0.shape', /it may match a quotation mark/],
    [shape('key[^,]{8}'), 'shapes.0.shape', /it may match a quotation mark/],
    [{ allow: { types: ['nothing'] } }, 'allow.types.0', /^there is no shape of the type nothing/],
  ];
  test.each(refusals)('%j', (value, path, reason) => {
    const fault = faultOf(() => readUserRules(value, [], true));
    expect(fault.path.join('.')).toBe(path);
    expect(fault.message).toMatch(reason);
  });

  test('a project may not say what is no secret', () => {
    const fault = faultOf(() => readUserRules({ allow: {} }, ['redaction'], false));
    expect(fault.path).toEqual(['redaction', 'allow']);
  });
});

function faultOf(read: () => unknown): RuleFault {
  try {
    read();
  } catch (error) {
    if (error instanceof RuleFault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
