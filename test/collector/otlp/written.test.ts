/** What is written of spans: no secret, and of what is none nothing else changes. */
import { expect, test } from 'vitest';
import { cleanList } from '../../../collector/otlp/written.ts';
import type { Redact } from '../../../model/crossing.ts';
import { keyedHash } from '../../../model/keyed-hash.ts';
import type { ForeignSpan } from '../../../model/otel/foreign-span.ts';
import { decodeForeignSpan } from '../../../model/otel/foreign-span-text.ts';
import { createRedact } from '../../../model/redaction.ts';
import { rulesWith } from '../../../model/rules.ts';
import { readUserRules } from '../../../model/user-rules.ts';
import { foreignSpan, spanIdOf, traceIdOf, written } from '../../kit/spans.ts';

const SECRET = `AKIA${'A1B2'.repeat(4)}`;
const redactWith = (redaction: object = {}) =>
  createRedact(
    keyedHash(new Uint8Array(32).fill(7)),
    {},
    rulesWith(readUserRules(redaction, [], true)),
  );
const cleaned = (redact: Redact, ...spans: ForeignSpan[]): string =>
  Buffer.from(cleanList(written(...spans).list.slice(1, -1), redact)).toString();
const read = (list: string) =>
  list
    .slice(1, -1)
    .split(',\n')
    .map((line) => decodeForeignSpan(line) as ForeignSpan);

const event = (text: string) => ({
  time: 1_795_600_000_123_456_789n,
  name: text,
  attributes: { text },
});
const link = (text: string) => ({
  traceId: traceIdOf(9),
  spanId: spanIdOf(9),
  attributes: { text },
});

test('without secrets spans are written as they are', () => {
  const spans = [
    foreignSpan(1, 1),
    foreignSpan(1, 2, { events: [event('asked')], links: [link('x')] }),
  ];
  expect(cleaned(redactWith(), ...spans)).toBe(Buffer.from(written(...spans).list).toString());
});

test('a secret goes from wherever a sender can write, and only there', () => {
  const said = `has ${SECRET} in it`;
  const clean = expect.stringMatching(/^has <secret:aws-key:[0-9a-f]{8}> in it$/);
  const whole = {
    name: said,
    scope: said,
    traceState: said,
    statusMessage: said,
    status: 'error',
    attributes: { text: said, list: [said, 1], map: { deep: [{ text: said }] }, count: 3 },
    resource: { 'service.name': said },
    events: [event(said), event('asked')],
    links: [link(said)],
  } as const;
  const [found, other] = read(cleaned(redactWith(), foreignSpan(1, 1, whole), foreignSpan(1, 2)));
  expect(found).toEqual({
    ...foreignSpan(1, 1),
    name: clean,
    scope: clean,
    traceState: clean,
    statusMessage: clean,
    status: 'error',
    attributes: { text: clean, list: [clean, 1], map: { deep: [{ text: clean }] }, count: 3 },
    resource: { 'service.name': clean },
    events: [{ ...event(''), name: clean, attributes: { text: clean } }, event('asked')],
    links: [{ ...link(''), attributes: { text: clean } }],
  });
  expect(other).toEqual(foreignSpan(1, 2));
});

test('ids and times stay, though a rule of the user matches them', () => {
  const shapes = [
    { type: 'card', shape: '[0-9]{16,19}' },
    { type: 'hex', shape: '[a-f0-9]{16}' },
  ];
  const span = foreignSpan(1, 1, {
    parentSpanId: spanIdOf(2),
    attributes: { card: 'card 4111111111111111' },
    events: [event('asked')],
    links: [link('x')],
  });
  expect(read(cleaned(redactWith({ shapes }), span))).toEqual([
    { ...span, attributes: { card: expect.stringMatching(/^card <secret:card:/) } },
  ]);
});

test('names of ours stay, though a rule of the user matches them', () => {
  const shapes = [{ type: 'word', shape: '[a-z]{4,20}' }];
  const [found] = read(
    cleaned(redactWith({ shapes }), foreignSpan(1, 1, { events: [event('asked')] })),
  );
  const clean = expect.stringMatching(/^<secret:word:[0-9a-f]{8}>/);
  expect(found).toMatchObject({
    ...foreignSpan(1, 1),
    name: clean,
    scope: clean,
    attributes: {},
    resource: {},
    events: [{ time: event('').time, name: clean }],
  });
});

test('names that JavaScript knows are names of attributes all the same', () => {
  const attributes = JSON.parse(`{"__proto__":"${SECRET}","constructor":"a","toString":1}`);
  const [found] = read(cleaned(redactWith(), foreignSpan(1, 1, { attributes })));
  expect(Object.entries(found?.attributes ?? {})).toEqual([
    ['__proto__', expect.stringMatching(/^<secret:aws-key:/)],
    ['constructor', 'a'],
    ['toString', 1],
  ]);
});
