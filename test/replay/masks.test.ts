import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declaredMasks } from '../../replay/declared-masks.ts';
import { recordedSessions } from '../../replay/index.ts';
import { classOf, type Mask, maskedEqual, maskedPlaces, parseMask } from '../../replay/masks.ts';
import { client, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { hostileJson, SEED } from '../kit/random.ts';

function mask(text: string): Mask {
  const parsed = parseMask(text);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.mask;
}

const uuids = ['3f2504e0-4f89-41d3-9a0c-0305e82c3301', '9F2504E0-4F89-41D3-9A0C-0305E82C3302'];

describe('classes', () => {
  test.each([
    [uuids[0], 'uuid'],
    ['2026-11-22T09:00:00.000Z', 'rfc3339'],
    ['2026-11-22T09:00:00+01:00', 'rfc3339'],
    ['2026-13-22T09:00:00Z', undefined],
    ['Thu Nov 26 2026 06:27:42 GMT+0000 (Coordinated Universal Time)', 'date'],
    ['Thu, 26 Nov 2026 06:27:42 GMT', 'date'],
    ['November 26, 2026', 'date'],
    ['Room 26 2026', undefined],
    ['6:27:42 AM', 'clock'],
    ['6:27\u202fPM', 'clock'],
    ['23:59:59.123', 'clock'],
    ['25:00', undefined],
    [1_763_800_000, 'epoch(s)'],
    [1_763_800_000_000, 'epoch(ms)'],
    ['1763800000', 'epoch(s) as text'],
    [42, 'int'],
    [-3, 'int'],
    ['42', 'int as text'],
    [1.5, undefined],
    [Number.NaN, undefined],
    ['deadbeef', 'hex(8)'],
    ['/tmp/x', 'path'],
    ['file:///tmp/x', 'path'],
    ['C:\\x', 'path'],
    ['words', undefined],
    ['', undefined],
    [null, undefined],
    [{}, undefined],
  ])('%j is %s', (value, expected) => {
    expect(classOf(value)).toBe(expected);
  });
});

describe('what is no mask is refused with a sentence', () => {
  test.each([
    ['nothing', 'is not of the form'],
    [':/params/a=uuid', 'is not of the form'],
    ['a:/params/x', 'is not of the form'],
    ['a:/params/arguments/x=guid', 'has no such type as guid'],
    ['a:/params/arguments/x=hex(0)', 'has no such type'],
    ['a:/params/arguments/~2=uuid', 'neither ~0 nor ~1'],
    ['a:/=uuid', 'about no value of a message'],
    ['a:/id=uuid', 'about no value of a message'],
    ['a:/params=any', 'is too broad'],
    ['a:/params/arguments=any', 'is too broad'],
    ['a:/result/isError=any', 'is too broad'],
  ])('%s', (text, why) => {
    expect(parseMask(text)).toMatchObject({ ok: false, detail: expect.stringContaining(why) });
  });
});

describe('two messages under masks', () => {
  const request = (args: object) => ({ jsonrpc: '2.0', ...toolCall(1, 'a', args) });

  test('differ only within the class, and the places are named', () => {
    const masks = [mask('a:/params/arguments/x~1y=uuid'), mask('a:/params/arguments/all/*=int')];
    const [one, other] = uuids.map((id, n) => request({ 'x/y': id, all: [1, 2 + n, 3] }));
    expect(maskedEqual(one, other, masks)).toBe(true);
    expect(maskedPlaces(one, other, masks)).toEqual([
      { pointer: '/params/arguments/all/1', class: 'int' },
      { pointer: '/params/arguments/x~1y', class: 'uuid' },
    ]);
    for (const args of [
      { 'x/y': 'no uuid', all: [1, 2, 3] },
      { 'x/y': uuids[0], all: [1, 2, 3, 4] },
      { 'x/y': uuids[0], all: [1, '2', 3] },
      { 'x/y': uuids[0], all: [1, 2, 3], more: 1 },
      { all: [1, 2, 3] },
      { 'x/y': { class: 'uuid' }, all: [1, 2, 3] },
    ]) {
      expect([args, maskedEqual(one, request(args), masks)]).toEqual([args, false]);
    }
  });

  test('a star stands for indices, never for members', () => {
    const masks = [mask('a:/params/arguments/*=int')];
    expect(maskedEqual(request({ x: 1 }), request({ x: 2 }), masks)).toBe(false);
    expect(maskedEqual(request([1]), request([2]), masks)).toBe(true);
  });

  test('a set is a list in any order, of items under the other masks', () => {
    const masks = [mask('a:/params/arguments/s/*/id=int'), mask('a:/params/arguments/s=set')];
    const list = (...items: readonly (readonly [id: number, n: string])[]) =>
      request({ s: items.map(([id, n]) => ({ id, n })) });
    const one = list([1, 'a'], [2, 'b']);
    expect(maskedEqual(one, list([9, 'b'], [7, 'a']), masks)).toBe(true);
    expect(maskedEqual(one, list([9, 'b'], [7, 'b']), masks)).toBe(false);
    expect(maskedEqual(one, list([9, 'b']), masks)).toBe(false);
  });

  test(`anything at all is equal to itself, and reaches no prototype (seed ${SEED})`, () => {
    const masks = ['__proto__', '*', '0', 'id/constructor'].map((path) =>
      mask(`a:/params/arguments/${path}=any`),
    );
    fc.assert(
      fc.property(hostileJson, (value) => {
        const message = { params: { arguments: value } };
        expect(maskedEqual(message, structuredClone(message), masks)).toBe(true);
        expect(maskedPlaces(message, message, masks)).toEqual([]);
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('masks are held against the recording', () => {
  const sessions = recordedSessions(
    tape('notes', [
      client(toolCall(1, 'add', { id: uuids[0], items: [{ at: 'noon' }] })),
      server(toolText(1, 'x')),
    ]),
  );

  test.each([
    ['add:/params/arguments/id=uuid', undefined],
    ['tools/call:/params/arguments/items=set', undefined],
    ['tools/call:/result/content/*/text=hex(1)', 'none of them is hex(1)'],
    ['other:/params/arguments/id=uuid', 'covers nothing'],
    ['add:/params/arguments/items/at=any', 'covers nothing'],
    ['add:/params/arguments/items/*/at=rfc3339', 'none of them is rfc3339'],
    ['add:/params/arguments/items/*=any', 'is too broad'],
    ['add:/params/arguments/id=set', 'no list'],
  ])('%s', (text, why) => {
    const declare = () => declaredMasks([text], sessions);
    if (why === undefined) expect(declare()).toHaveLength(1);
    else expect(declare).toThrow(why);
  });
});
