/** Values out of results that were kept too long, and values that were good when they were used. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { client, type Step, server, toolCall } from '../../kit/entries.ts';
import { ms, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'stale-cache';
const uri = 'price://tea';

let id = 100;
const read = (at: number, price: string, more: object = {}): Step[] => {
  id += 1;
  return [
    client({ id, method: 'resources/read', params: { uri } }, { at: ms(at) }),
    server({ id, result: { contents: [{ uri, text: price }], ...more } }, { at: ms(at + 5) }),
  ];
};
const order = (at: number, offer: string): Step[] => {
  id += 1;
  return [
    client(toolCall(id, 'place_order', { offer }), { at: ms(at) }),
    server({ id, result: { content: [] } }, { at: ms(at + 5) }),
  ];
};
const updated = (at: number, of = uri): Step =>
  server({ method: 'notifications/resources/updated', params: { uri: of } }, { at: ms(at) });
const shop = (...steps: (Step | Step[])[]): Entry[] => scene('shop', [], { steps: steps.flat() });
const [old, now] = ['offer-71f3a2', 'offer-92c8d4'];

test('used after the server said that it changed', () => {
  const entries = shop(read(0, old), updated(100), order(400, old), read(800, now));
  expect(told(RULE, entries)).toMatchInlineSnapshot(`
    [
      "place_order of shop was given “offer-71f3a2” out of a kept “price://tea” of shop, once: the server had said that it changed, and the next result has it no more.",
      "result that was kept: {"contents":[{"uri":"price://tea","text":"offer-71f3a2"}]}",
      "word of the change",
      "use of the old value: "offer-71f3a2"",
      "next result, without it: {"contents":[{"uri":"price://tea","text":"offer-92c8d4"}]}",
    ]
  `);
});

test('used when its time was over', () => {
  const entries = shop(read(0, old, { ttlMs: 100 }), order(400, old), read(800, now));
  expect(said(RULE, entries)).toEqual(['OBSERVED low']);
});

test('used in the middle of a sentence', () => {
  const note = `Please order at ${old}, as agreed.`;
  const entries = shop(
    read(0, `Tea: ${old} a box`),
    updated(100),
    order(400, note),
    read(800, now),
  );
  expect(said(RULE, entries)).toEqual(['OBSERVED medium']);
});

describe('nothing to say', () => {
  const silent: [string, Entry[]][] = [
    [
      'asked again first',
      shop(read(0, old), updated(100), read(200, now), order(400, now), read(800, 'offer-55aa11')),
    ],
    [
      'its time was not over',
      shop(read(0, old, { ttlMs: 60_000 }), order(400, old), read(800, now)),
    ],
    ['it says nothing of its time', shop(read(0, old), order(400, old), read(800, now))],
    [
      'another resource changed',
      shop(read(0, old), updated(100, 'price://salt'), order(400, old), read(800, now)),
    ],
    ['it is still what it was', shop(read(0, old), updated(100), order(400, old), read(800, old))],
    [
      'in a sentence, and still in the next result',
      shop(read(0, old), updated(100), order(400, `Order at ${old}.`), read(800, `Now ${old}.`)),
    ],
    [
      'a sentence with another value, of which it is a part',
      shop(read(0, old), updated(100), order(400, `Order at ${old}b9.`), read(800, now)),
    ],
    ['nobody looked again', shop(read(0, old), updated(100), order(400, old))],
    [
      'used at once, before the word can have been read',
      shop(read(0, old), updated(390), order(400, old), read(800, now)),
    ],
    ['it changed after the use', shop(read(0, old), order(400, old), updated(500), read(800, now))],
    [
      'it changed once more after the use',
      shop(read(0, old), updated(100), order(400, old), updated(500), read(800, now)),
    ],
    [
      'the next page lacks it',
      shop(read(0, old, { nextCursor: 'more' }), updated(100), order(400, old), read(800, now)),
    ],
    [
      'the client said it first',
      shop(order(0, old), read(10, old), updated(100), order(400, old), read(800, now)),
    ],
  ];
  test.each(silent)('%s', (_, entries) => {
    expect(said(RULE, entries)).toEqual([]);
  });
});
