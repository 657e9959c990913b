/** Calls that were cancelled and ran, and those of which that cannot be said. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { client, http, type Step, server, toolCall } from '../../kit/entries.ts';
import { ms, type SceneCall, type SceneOptions, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'cancelled-but-executed';

const cancel = (request: number, at: number): Step =>
  client({ method: 'notifications/cancelled', params: { requestId: request } }, { at: ms(at) });
const add = (from: number, to?: number, gives: unknown = 'Booked'): SceneCall => ({
  tool: 'add_booking',
  args: { guest: 'Ada of Ockham' },
  from,
  ...(to === undefined ? {} : { to, gives }),
});
const list = (
  from: number,
  names: readonly string[],
  more: Partial<SceneCall> = {},
): SceneCall => ({
  tool: 'list_bookings',
  from,
  to: from + 5,
  gives: names.join('\n') || 'none',
  ...more,
});
const ada = ['Ada of Ockham'];
const played = (calls: SceneCall[], at: number, more: SceneOptions = {}): Entry[] =>
  scene('bookings', calls, { ...more, steps: [cancel(1, at)] });

describe('found', () => {
  test('its success comes long after', () => {
    const calls = [add(0, 900), list(1000, [])];
    expect(told(RULE, played(calls, 100))).toMatchInlineSnapshot(`
      [
        "add_booking of bookings was cancelled and ran all the same: its success came 0.80 s after it was cancelled.",
        "cancelled call",
        "cancellation",
        "success all the same: {"content":[{"type":"text","text":"Booked"}]}",
      ]
    `);
  });

  test('a later read shows it', () => {
    const calls = [add(100), list(0, []), list(500, ada)];
    expect(told(RULE, played(calls, 200))).toMatchInlineSnapshot(`
      [
        "add_booking of bookings was cancelled and ran all the same: a later read shows “Ada of Ockham”, which only this call was given.",
        "cancelled call: "Ada of Ockham"",
        "cancellation",
        "read before that lacks it: {"content":[{"type":"text","text":"none"}]}",
        "later read that shows it: {"content":[{"type":"text","text":"Ada of Ockham"}]}",
      ]
    `);
  });

  test('a later read shows it, and nobody had looked before', () => {
    expect(said(RULE, played([add(100), list(500, ada)], 200))).toEqual(['OBSERVED high']);
  });

  test('2026-07-28: the client closes the stream of its answer', () => {
    const head = { transport: 'http' } as const;
    const post = (exchange: number, id: number, tool: string, args: object, at: number): Step[] => [
      {
        ...http(exchange, 'opened', {
          method: 'POST',
          headers: [['mcp-protocol-version', '2026-07-28']],
        }),
        at: ms(at),
      },
      client(toolCall(id, tool, args), { at: ms(at), exchange }),
    ];
    const read = (exchange: number, id: number, text: string, at: number): Step[] => [
      ...post(exchange, id, 'list_bookings', {}, at),
      server({ id, result: { content: [{ type: 'text', text }] } }, { at: ms(at + 5), exchange }),
      { ...http(exchange, 'ended', { ended: 'complete' }), at: ms(at + 6) },
    ];
    const steps = [
      ...read(1, 1, 'none', 0),
      ...post(2, 2, 'add_booking', { guest: 'Ada of Ockham' }, 100),
      { ...http(2, 'ended', { ended: 'client-closed' }), at: ms(200) },
      ...read(3, 3, 'Ada of Ockham', 500),
    ];
    expect(said(RULE, scene('bookings', [], { head, steps }))).toEqual(['OBSERVED high']);
  });
});

describe('nothing to say', () => {
  const silent: [string, Entry[]][] = [
    ['the answer crossed the cancellation', played([add(0, 103), list(1000, [])], 100)],
    ['it was done before', played([add(0, 90), list(1000, ada)], 100)],
    ['a read is cancelled', played([list(0, ada, { to: 900 })], 100)],
    ['the late answer is an error', played([{ ...add(0, 900), isError: true }], 100)],
    ['the late answer says that nothing was done', played([add(0, 900, 'Booking aborted')], 100)],
    ['nobody looked', played([add(100)], 200)],
    ['it is not there', played([add(100), list(0, []), list(500, ['Bob of Bath'])], 200)],
    ['it was there before', played([add(100), list(0, ada), list(500, ada)], 200)],
    [
      'it was seen while the call was under way',
      played([add(100), list(150, ada), list(500, ada)], 200),
    ],
    [
      'it was asked again, and that one ran',
      played([add(100), add(300, 310), list(500, ada)], 200),
    ],
    [
      'one short word tells nothing',
      played([{ ...add(100), args: { guest: 'Ada' } }, list(500, ['Ada'])], 200),
    ],
    ['never cancelled, and never answered', scene('bookings', [add(0), list(500, ada)])],
  ];
  test.each(silent)('%s', (_, entries) => {
    expect(said(RULE, entries)).toEqual([]);
  });
});
