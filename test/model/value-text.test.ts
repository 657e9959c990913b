// The text of a value is found as it was written, in any valid JSON text.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueText } from '../../model/value-text.ts';
import { holds, hostileJson, SEED } from '../kit/random.ts';

test.each([
  ['{"a":{"b":1.0}}', ['a', 'b'], '1.0'],
  [' { "a" : [ 1e400 , {"b" : "]}" } ] } ', ['a', 1, 'b'], '"]}"'],
  ['[{"a":-0}, {"a":[ ]}]', [1, 'a'], '[ ]'],
  ['{"a":1,"\\u0061":2}', ['a'], '2'],
  ['{"a":{"b":1}}', ['b'], undefined],
  ['{"a":""}', ['a', 'b'], undefined],
  ['{"a":[]}', ['a', 0], undefined],
  ['[1]', ['length'], undefined],
  ['""', ['a'], undefined],
])('%s at %j', (text, path, expected) => {
  expect(valueText(text, path)).toBe(expected);
});

test(`every member and item is found, however the text is spaced (seed ${SEED})`, () => {
  const written = fc.record({
    list: fc.array(fc.dictionary(fc.string(), hostileJson), { minLength: 1 }),
    space: fc.constantFrom(0, 1, '\t'),
  });
  holds(written, ({ list, space }) => {
    const text = JSON.stringify(list, null, space);
    for (const [at, item] of list.entries()) {
      for (const [name, value] of Object.entries(item)) {
        const found = JSON.parse(valueText(text, [at, name]) ?? '');
        expect(found).toEqual(JSON.parse(JSON.stringify(value)));
      }
    }
  });
});
