// E9: where the values of a request came from, over all sessions; and what only looks like it.
import { describe, expect, test } from 'vitest';
import type { Order } from '../../../analysis/order.ts';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, type Said, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { ms, type SceneCall, scene } from '../scene.ts';
import { edgesOf, orderIn } from './scenes.ts';

const ID = 'tkt-4f9a21c7';

/** Where the last call of the last session got its values: `session:seq pointer value`, softly with `?`. */
function sources(...sessions: readonly (readonly Entry[])[]): string[] {
  const call = viewsOf(sessions.flat()).at(-1)?.session.calls.at(-1);
  if (!call) throw new Error('nothing was called');
  return orderIn(...sessions)
    .sourcesOf({ call })
    .map(({ message, pointer, value, certain }) => {
      const name = message.replace(/^01/, '').replace(/0*:/, ':');
      return `${name} ${pointer} ${value}${certain ? '' : '?'}`;
    });
}

const creates = (gives: unknown, at = 100): SceneCall => ({
  tool: 'create_ticket',
  from: at,
  to: at + 50,
  gives,
});
const uses = (args: object, at = 300): SceneCall => ({ tool: 'use', args, from: at });

describe('a value came from the answer that gave it first', () => {
  test.each<[string, unknown, object, string]>([
    ['as a whole', { ticketId: ID }, { ticketId: ID }, `/params/arguments/ticketId ${ID}`],
    ['under another name', { key: ID }, { about: ID }, `/params/arguments/about ${ID}`],
    ['out of a text', `Created ${ID}.`, { id: ID }, `/params/arguments/id ${ID}`],
    ['into a text', { id: ID }, { text: `see #${ID}!` }, `/params/arguments/text ${ID}`],
    ['in an address', { id: ID }, { url: `https://t/${ID}` }, `/params/arguments/url ${ID}`],
    [
      'as a path in a sentence',
      'Wrote to /docs/plan.md.',
      { path: '/docs/plan.md' },
      '/params/arguments/path /docs/plan.md',
    ],
    ['a short handle by its name', { noteId: 7 }, { noteId: 7 }, '/params/arguments/noteId 7'],
    ['in JSON inside a text', JSON.stringify({ id: ID }), { id: ID }, `/params/arguments/id ${ID}`],
    [
      'deep in a list',
      [{ a: [{ id: ID }] }],
      { of: [{ x: [ID] }] },
      `/params/arguments/of/0/x/0 ${ID}`,
    ],
  ])('%s', (_, gives, args, expected) => {
    expect(sources(scene('one', [creates(gives), uses(args)]))).toEqual([`0NE:7 ${expected}`]);
  });

  test('over sessions, whichever is named first', () => {
    const one = scene('one', [creates({ id: ID })]);
    const two = scene('two', [uses({ id: ID })]);
    expect(sources(one, two)).toEqual([`0NE:7 /params/arguments/id ${ID}`]);
    expect(edgesOf(orderIn(two, one), 'E9')).toEqual(edgesOf(orderIn(one, two), 'E9'));
    expect(edgesOf(orderIn(one, two), 'E9')).toEqual(['E9 0NE:7 → TW:6']);
  });

  test('of several answers that gave it one after the other, the first', () => {
    const calls = [creates({ id: ID }, 100), creates({ id: ID }, 200), uses({ id: ID })];
    expect(sources(scene('one', calls))).toEqual([`0NE:7 /params/arguments/id ${ID}`]);
  });

  test('of two that gave it at once, the first, but not for certain', () => {
    const calls = [creates({ id: ID }, 100), creates({ id: ID }, 120), uses({ id: ID })];
    expect(sources(scene('one', calls))).toEqual([`0NE:8 /params/arguments/id ${ID}?`]);
    expect(edgesOf(orderIn(scene('one', calls)), 'E9')).toEqual(['E9 8 → 10 (soft)']);
  });

  test('each of two, of which one begins like the other', () => {
    expect(
      sources(scene('one', [creates(`${ID}7 ${ID}`), uses({ text: `${ID}7 ${ID}` })])),
    ).toEqual([`0NE:7 /params/arguments/text ${ID}7`, `0NE:7 /params/arguments/text ${ID}`]);
  });

  test('the value, not the words in it', () => {
    const path = '/docs/2026/plan-17.md';
    expect(sources(scene('one', [creates({ path }), uses({ path })]))).toEqual([
      `0NE:7 /params/arguments/path ${path}`,
    ]);
  });
});

describe('a value came from nowhere', () => {
  test.each<[string, readonly SceneCall[]]>([
    ['when nobody gave it', [creates({ id: 'tkt-00000001' }), uses({ id: ID })]],
    ['when it is a word', [creates('Created a ticket'), uses({ text: 'ticket' })]],
    ['when it is short', [creates({ id: 'a7' }), uses({ name: 'a7' })]],
    ['when it is all of one sign', [creates({ n: '1111111' }), uses({ n: '1111111' })]],
    ['when it is a small number of another name', [creates({ id: 7 }), uses({ limit: 7 })]],
    ['when it is of another type', [creates({ id: 7 }), uses({ id: '7' })]],
    [
      'when the client had said it before',
      [{ tool: 'make', args: { as: ID }, from: 10, to: 20 }, creates({ id: ID }), uses({ id: ID })],
    ],
    [
      'when the client had said it while it was made',
      [creates({ id: ID }), { tool: 'make', args: { as: ID }, from: 120 }, uses({ id: ID })],
    ],
    ['when it was given later', [uses({ id: ID }, 10), creates({ id: ID }), uses({ x: 1 })]],
    ['when it is only a part of a longer word', [creates({ id: `${ID}99` }), uses({ id: ID })]],
  ])('%s', (_, calls) => {
    expect(sources(scene('one', calls))).toEqual([]);
  });

  test('when it is the short handle of another connection', () => {
    expect(sources(scene('one', [creates({ id: 7 })]), scene('two', [uses({ id: 7 })]))).toEqual(
      [],
    );
  });

  test('when it was on the way: passed on only after the request was read', () => {
    const asked = client(toolCall(1, 'create'), { at: ms(10) });
    const answer = server(toolText(1, ID), { at: ms(20), sent: ms(40) });
    const one = tape('one', [asked, answer]);
    expect(
      sources(one, tape('two', [client(toolCall(1, 'use', { id: ID }), { at: ms(30) })])),
    ).toEqual([]);
    expect(
      sources(one, tape('two', [client(toolCall(1, 'use', { id: ID }), { at: ms(41) })])),
    ).not.toEqual([]);
  });

  test.each(['traceparent', 'progressToken', 'io.modelcontextprotocol/clientInfo'])(
    'when it is what the client mints: %s',
    (name) => {
      const said: Said = toolCall(2, 'use', {}, { [name]: ID });
      const steps = [client(toolCall(1, 'create')), server(toolText(1, ID)), client(said)];
      expect(sources(tape('one', steps))).toEqual([]);
    },
  );
});

describe('machines with clocks of their own', () => {
  const one = scene('one', [creates({ id: ID })], { boot: 'a' });
  const used = (wall: string) => scene('two', [uses({ id: ID })], { boot: 'b', wall });

  test('a value goes over, never for certain', () => {
    expect(sources(one, used('2026-11-22T09:00:01.000Z'))).toEqual([
      `0NE:7 /params/arguments/id ${ID}?`,
    ]);
  });

  test('and not where their clocks do not part the two', () => {
    expect(sources(one, used('2026-11-22T08:59:59.900Z'))).toEqual([]);
  });
});

test('a text of megabytes is read once', () => {
  const text = Array.from({ length: 100_000 }, (_, index) => `id-${100_000 + index}-x9zq`).join(
    ' ',
  );
  const order: Order = orderIn(scene('one', [creates(text), uses({ text })]));
  expect([...order.edges()].filter(({ kind }) => kind === 'E9')).toHaveLength(100_000);
});
