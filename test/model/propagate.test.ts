// Trace context goes into a request, and nothing else of its text changes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propagate } from '../../model/propagate.ts';
import { holds, hostileJson, SEED } from '../kit/random.ts';

const GIVEN = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const NEW = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;

test.each([
  [
    '{"id":1,"method":"ping"}',
    `{"params":{"_meta":{"traceparent":"${NEW}"}},"id":1,"method":"ping"}`,
  ],
  [
    '{"id":0,"method":"a","params":{}}',
    `{"id":0,"method":"a","params":{"_meta":{"traceparent":"${NEW}"}}}`,
  ],
  [
    '{ "id":"", "method":"a", "params" : { "n":1.0, "_meta" : { "x":[1e400] } } }',
    `{ "id":"", "method":"a", "params" : { "n":1.0, "_meta" : {"traceparent":"${NEW}", "x":[1e400] } } }`,
  ],
  [
    '{"id":1,"method":"a","params":{"s":"}\\"_meta\\":{","_meta":{"traceparent":7}}}',
    `{"id":1,"method":"a","params":{"s":"}\\"_meta\\":{","_meta":{"traceparent":"${NEW}"}}}`,
  ],
])('%s', (text, told) => {
  expect(propagate(text, 'inject', () => NEW)).toEqual({ text: told, traceparent: NEW });
});

test('a trace that is named stays, or is gone on with', () => {
  const text = `{"id":1,"method":"a","params":{"_meta":{"traceparent":"${GIVEN}","k":2}}}`;
  expect(propagate(text, 'inject', () => NEW)).toBeUndefined();
  const heard: unknown[] = [];
  const changed = propagate(text, 'rewrite', (given) => {
    heard.push(given);
    return NEW;
  });
  expect(changed?.text).toBe(text.replace(GIVEN, NEW));
  expect(heard).toEqual([GIVEN]);
});

test.each([
  '',
  'no JSON',
  '[{"id":1,"method":"a"}]',
  '{"id":1,"result":{}}',
  '{"method":"notifications/initialized"}',
  '{"id":null,"method":"a"}',
  '{"id":1,"method":"a","params":[1]}',
  '{"id":1,"method":"a","params":{"_meta":"x"}}',
])('%j passes as it is', (text) => {
  expect(propagate(text, 'rewrite', () => NEW)).toBeUndefined();
});

test(`whatever else is in a request is the same afterwards (seed ${SEED})`, () => {
  const request = fc.record({
    params: fc.dictionary(fc.string(), hostileJson),
    space: fc.constantFrom(0, 1, '\t'),
  });
  holds(request, ({ params, space }) => {
    delete params['_meta'];
    const value = { jsonrpc: '2.0', id: 1, method: 'a', params };
    const changed = propagate(JSON.stringify(value, null, space), 'inject', () => NEW);
    const expected = { ...value, params: { ...params, _meta: { traceparent: NEW } } };
    expect(JSON.parse(changed?.text ?? '')).toEqual(JSON.parse(JSON.stringify(expected)));
  });
});
