/** Requests that nobody sends by mistake: what cannot be read is one fault, what can be is read as it is. */
import { describe, expect, test } from 'vitest';
import { DEEPEST_VALUE } from '../../../model/otlp/any-value.ts';
import { OtlpFault } from '../../../model/otlp/fault.ts';
import { logsIn, logsOf, spansIn, spansInText, spansOf } from './decoding.ts';
import { bytes, text, whole } from './writing.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

const inRequest = (span: Uint8Array): Buffer => bytes(1, bytes(2, bytes(2, span)));
const ids = Buffer.concat([
  bytes(1, Buffer.from(TRACE, 'hex')),
  bytes(2, Buffer.from(SPAN, 'hex')),
]);
const withAttribute = (value: Uint8Array): Buffer =>
  inRequest(Buffer.concat([ids, bytes(9, Buffer.concat([text(1, 'key'), bytes(2, value)]))]));
const jsonRequest = (span: object) => ({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE, spanId: SPAN, ...span }] }] }],
});

describe('protobuf', () => {
  test.each([
    ['a group', Buffer.concat([ids, Buffer.from([(10 << 3) | 3, (10 << 3) | 4])]), /wire type 3/],
    ['an unknown wire type', Buffer.from([(1 << 3) | 7]), /wire type 7/],
    ['a field of number 0', Buffer.from([0, 1]), /number 0/],
    ['a tag of six bytes', Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 1]), /32 bits/],
    [
      'a varint of eleven bytes',
      Buffer.concat([Buffer.from([6 << 3]), Buffer.alloc(10, 0x80), Buffer.from([1])]),
      /64 bits/,
    ],
    ['a length of 4 GiB', Buffer.from([(5 << 3) | 2, 0xff, 0xff, 0xff, 0xff, 0x0f]), /length/],
    ['a time of four bytes', Buffer.from([(7 << 3) | 1, 1, 2, 3, 4]), /cut off/],
    ['an attribute that ends behind its span', Buffer.from([(9 << 3) | 2, 40, 10, 30]), /length/],
  ])('%s is refused', (_, span, why) => {
    expect(() => spansOf(inRequest(span))).toThrow(OtlpFault);
    expect(() => spansOf(inRequest(span))).toThrow(why);
  });

  test('a value as deep as allowed is read, and a deeper one refused before it is walked', () => {
    let value = text(1, 'deepest');
    for (let depth = 1; depth < DEEPEST_VALUE; depth++) value = bytes(5, bytes(1, value));
    expect(JSON.stringify(spansOf(withAttribute(value)).items[0]?.attributes)).toContain('deepest');
    for (let depth = 0; depth < 20_000; depth++) {
      const inner = depth % 2 === 0 ? bytes(1, value) : bytes(1, bytes(2, value));
      value = bytes(depth % 2 === 0 ? 5 : 6, inner);
    }
    expect(() => spansOf(withAttribute(value))).toThrow(/nests deeper than 32/);
  });

  test('what is no UTF-8 is marked, and the rest of it stays', () => {
    const { items } = spansOf(withAttribute(bytes(1, Buffer.from([0x61, 0xff, 0x62]))));
    expect(items[0]?.attributes).toEqual({ key: 'a\ufffdb' });
  });
});

describe('JSON', () => {
  test.each([
    ['a name that is a number', { name: 5 }, 'name: expected string, found number.'],
    ['a kind by its name', { kind: 'SPAN_KIND_CLIENT' }, /kind: expected a number/],
    ['a time with a point', { startTimeUnixNano: '1.5' }, /startTimeUnixNano: expected a whole/],
    ['a time beyond 64 bits', { endTimeUnixNano: '18446744073709551616' }, /endTimeUnixNano/],
    ['attributes that are an object', { attributes: { a: 1 } }, /attributes: expected array/],
    ['events that are numbers', { events: [1] }, /events: expected object, found number/],
    [
      'a number that is a list',
      { attributes: [{ key: 'a', value: { intValue: [1] } }] },
      /found array/,
    ],
  ])('%s is refused', (_, span, why) => {
    expect(() => spansIn(jsonRequest(span))).toThrow(OtlpFault);
    expect(() => spansIn(jsonRequest(span))).toThrow(why);
  });

  test('a body that is no JSON, no object, or nests too deep is refused', () => {
    const read = (body: string) => () => spansInText(body);
    expect(read('{"resourceSpans":[')).toThrow('The body is no JSON.');
    expect(read('[]')).toThrow('expected object, found array.');
    expect(read(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toThrow('nests too deep');
  });

  test('a value deeper than allowed is refused', () => {
    let value: object = { stringValue: 'deepest' };
    for (let depth = 1; depth < DEEPEST_VALUE; depth++) value = { arrayValue: { values: [value] } };
    const said = (one: object) => jsonRequest({ attributes: [{ key: 'a', value: one }] });
    expect(JSON.stringify(spansIn(said(value)).items[0]?.attributes)).toContain('deepest');
    expect(() => spansIn(said({ arrayValue: { values: [value] } }))).toThrow(
      /nests deeper than 32/,
    );
  });

  test('null is not set, ids are of any case, and bytes may be written for addresses', () => {
    const attributes = [{ key: 'a', value: { bytesValue: '-_8' } }];
    const { items } = spansIn(
      jsonRequest({ traceId: TRACE.toUpperCase(), name: null, attributes }),
    );
    expect(items).toMatchObject([{ traceId: TRACE, name: '', attributes: { a: '+/8=' } }]);
  });
});

describe('names that JavaScript knows', () => {
  const named = ['__proto__', 'constructor', 'toString', '__proto__'];
  test('are names of attributes as any other, and of equal ones the last counts', () => {
    const values = named.map((key, index) => ({ key, value: { intValue: index } }));
    const span = Buffer.concat([
      ids,
      ...named.map((key, index) =>
        bytes(9, Buffer.concat([text(1, key), bytes(2, whole(3, index))])),
      ),
    ]);
    for (const { items } of [
      spansOf(inRequest(span)),
      spansIn(jsonRequest({ attributes: values })),
    ]) {
      const found = items[0]?.attributes ?? {};
      expect(Object.entries(found)).toEqual([
        ['__proto__', 3],
        ['constructor', 1],
        ['toString', 2],
      ]);
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('sizes', () => {
  test('100,000 attributes and one of 10 MB are read', () => {
    const many = Buffer.concat([
      ids,
      ...Array.from({ length: 100_000 }, (_, index) =>
        bytes(9, Buffer.concat([text(1, `key ${index}`), bytes(2, whole(3, index))])),
      ),
    ]);
    expect(Object.keys(spansOf(inRequest(many)).items[0]?.attributes ?? {})).toHaveLength(100_000);
    const large = 'x'.repeat(10 << 20);
    expect(spansOf(withAttribute(text(1, large))).items[0]?.attributes['key']).toBe(large);
  });
});

describe('a large resource', () => {
  const attribute = bytes(
    1,
    Buffer.concat([text(1, 'key'), bytes(2, text(1, 'x'.repeat(1 << 20)))]),
  );
  const ofScopes = (...scopes: Uint8Array[]) =>
    bytes(1, Buffer.concat([bytes(1, attribute), ...scopes.map((scope) => bytes(2, scope))]));

  test('of many scopes is written once', () => {
    const none = Array.from({ length: 100_000 }, () => Buffer.alloc(0));
    expect(spansOf(ofScopes(...none, bytes(2, ids))).items).toHaveLength(1);
  });

  test('of many spans would fill the memory, and is refused', () => {
    const spans = Buffer.concat(Array.from({ length: 300 }, () => bytes(2, ids)));
    expect(() => spansOf(ofScopes(spans))).toThrow(OtlpFault);
    expect(() => spansOf(ofScopes(spans))).toThrow(/more than 268435456 bytes/);
  });
});

describe('ids', () => {
  const rejected = (span: object) => Object.fromEntries(spansIn(jsonRequest(span)).rejected);
  test('are of their length and not all zero', () => {
    expect(rejected({ traceId: '0'.repeat(32) })).toEqual({ 'trace-id': 1 });
    expect(rejected({ traceId: TRACE.slice(2) })).toEqual({ 'trace-id': 1 });
    expect(rejected({ traceId: 'not hexadecimal digits, but 32..' })).toEqual({ 'trace-id': 1 });
    expect(rejected({ spanId: '' })).toEqual({ 'span-id': 1 });
    expect(rejected({ spanId: TRACE })).toEqual({ 'span-id': 1 });
    expect(rejected({ parentSpanId: 'abc' })).toEqual({ 'parent-id': 1 });
    const longer = Buffer.concat([
      bytes(1, Buffer.alloc(1 << 20, 1)),
      bytes(2, Buffer.alloc(8, 1)),
    ]);
    expect(spansOf(inRequest(longer)).rejected).toEqual(new Map([['trace-id', 1]]));
  });

  test('of a parent may be zeros, which is none', () => {
    const { items } = spansIn(jsonRequest({ parentSpanId: '0'.repeat(16) }));
    expect(items[0]).not.toHaveProperty('parentSpanId');
  });

  test('a link without them leads nowhere and is left out', () => {
    const links = [
      { traceId: TRACE, spanId: SPAN },
      { traceId: '', spanId: SPAN },
    ];
    expect(spansIn(jsonRequest({ links })).items[0]?.links).toHaveLength(1);
  });

  test('a record of logs without them belongs to no span', () => {
    const read = (one: object) =>
      logsIn({ resourceLogs: [{ scopeLogs: [{ logRecords: [one] }] }] });
    const ids = { traceId: TRACE, spanId: SPAN };
    expect(read({ ...ids, body: { stringValue: 'x' } }).items).toMatchObject([
      { ...ids, body: 'x' },
    ]);
    expect(read({ ...ids, spanId: '' }).rejected).toEqual(new Map([['spanless', 1]]));
    expect(read({ ...ids, traceId: 'abc' }).rejected).toEqual(new Map([['trace-id', 1]]));
    expect(read({ ...ids, spanId: 'abc' }).rejected).toEqual(new Map([['span-id', 1]]));
  });

  test('records of logs that are read as spans have none', () => {
    const record = Buffer.concat([text(3, 'INFO'), bytes(5, text(1, 'hello'))]);
    expect(spansOf(inRequest(record)).rejected).toEqual(new Map([['trace-id', 1]]));
    expect(logsOf(inRequest(record)).rejected).toEqual(new Map([['spanless', 1]]));
  });
});
