/** Hints that what was recorded contradicts, and what only looks like it. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { type Step, server } from '../../kit/entries.ts';
import { ms, type SceneCall, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'annotation-contradicted';

const tool = (name: string, annotations: object) => ({
  name,
  inputSchema: { type: 'object' },
  annotations,
});
const tools = [
  tool('render_note', { readOnlyHint: true }),
  tool('create_note', { readOnlyHint: true }),
  tool('triage_note', { readOnlyHint: true }),
  tool('ask_docs', { readOnlyHint: true }),
  tool('search_notes', { readOnlyHint: true }),
  tool('file_ticket', { idempotentHint: true, readOnlyHint: false }),
  tool('register_user', { idempotentHint: true }),
];
const body = 'Ada walks to the harbour';
const render = (from: number, more: Partial<SceneCall> = {}): SceneCall => ({
  tool: 'render_note',
  args: { body },
  from,
  to: from + 5,
  gives: '<p>done</p>',
  ...more,
});
const list = (from: number, texts: readonly string[]): SceneCall => ({
  tool: 'list_notes',
  from,
  to: from + 5,
  gives: texts.join('\n') || 'none',
});
const notes = (calls: SceneCall[], steps: Step[] = []): Entry[] =>
  scene('notes', calls, { tools, steps });
const updated = (uri: string, at: number): Step =>
  server({ method: 'notifications/resources/updated', params: { uri } }, { at: ms(at) });
const user = (from: number, id: string, more: Partial<SceneCall> = {}): SceneCall => ({
  tool: 'register_user',
  args: { email: 'ada@example.org' },
  from,
  to: from + 5,
  gives: { userId: id },
  ...more,
});

describe('found', () => {
  test('read-only, and a later read shows what only it was given', () => {
    expect(told(RULE, notes([list(0, []), render(100), list(200, [body])]))).toMatchInlineSnapshot(`
      [
        "render_note of notes says readOnlyHint, and a later read shows “Ada walks to the harbour”, which only its call was given, once.",
        "read before that lacks it: {"content":[{"type":"text","text":"none"}]}",
        "call of a read-only tool: "Ada walks to the harbour"",
        "later read that shows it: {"content":[{"type":"text","text":"Ada walks to the harbour"}]}",
      ]
    `);
  });

  test('idempotent, and the same call makes another thing', () => {
    expect(told(RULE, notes([user(0, 'U-1'), user(100, 'U-2')]))).toMatchInlineSnapshot(`
      [
        "register_user of notes says idempotentHint, and the same call made “U-1” and then “U-2”, once.",
        "call of an idempotent tool: {"email":"ada@example.org"}",
        "its answer: "U-1"",
        "the same call again: {"email":"ada@example.org"}",
        "its answer: "U-2"",
      ]
    `);
  });

  const found: [string, Entry[]][] = [
    [
      'read-only, named like a write',
      notes([list(0, []), render(100, { tool: 'create_note' }), list(200, [body])]),
    ],
    [
      'read-only, and what it named as well is changed',
      notes([
        list(0, ['N-7 open']),
        render(100, { tool: 'triage_note', args: { id: 'N-7', status: body } }),
        list(200, [`N-7 ${body}`]),
      ]),
    ],
    [
      'read-only, and the server tells that what it named was updated',
      notes(
        [render(100, { args: { path: '/n/1.md' }, to: 150 })],
        [updated('file:///n/1.md', 120)],
      ),
    ],
  ];
  test.each(found)('%s', (_, entries) => {
    expect(said(RULE, entries)).toEqual(['OBSERVED high']);
  });
});

test('a history of what was asked shows it: it may be nothing more', () => {
  const asked = render(100, { tool: 'ask_docs', args: { q: body }, gives: 'Along the quay.' });
  expect(said(RULE, notes([list(0, []), asked, list(200, [body])]))).toEqual(['POTENTIAL medium']);
  const ofOne = { ...asked, args: { id: 'N-7', q: body } };
  const shown = [list(0, []), ofOne, list(200, [`N-7 ${body}`])];
  expect(said(RULE, notes(shown))).toEqual(['POTENTIAL medium']);
});

describe('nothing to say', () => {
  const silent: [string, Entry[]][] = [
    ['no read before', notes([render(100), list(200, [body])])],
    ['it was there before', notes([list(0, [body]), render(100), list(200, [body])])],
    [
      'another call wrote it',
      notes([
        list(0, []),
        render(100),
        { tool: 'add_note', args: { body }, from: 120, to: 130 },
        list(200, [body]),
      ]),
    ],
    ['nothing changed', notes([list(0, []), render(100), list(200, [])])],
    [
      'a search that the server remembers',
      notes([list(0, []), render(100, { tool: 'search_notes' }), list(200, [body])]),
    ],
    [
      'another resource was updated',
      notes(
        [render(100, { args: { path: '/n/1.md' }, to: 150 })],
        [updated('file:///n/2.md', 120)],
      ),
    ],
    [
      'a write shortly before may be what was told of',
      notes(
        [
          { tool: 'write_file', args: { path: '/n/1.md' }, from: 50, to: 60 },
          render(100, { args: { path: '/n/1.md' }, to: 150 }),
        ],
        [updated('file:///n/1.md', 120)],
      ),
    ],
    [
      'it was updated after the call',
      notes([render(100, { args: { path: '/n/1.md' } })], [updated('file:///n/1.md', 400)]),
    ],
    [
      'a write was under way as well',
      notes(
        [
          render(100, { args: { path: '/n/1.md' }, to: 150 }),
          { tool: 'write_file', args: { path: '/n/1.md' }, from: 90, to: 160 },
        ],
        [updated('file:///n/1.md', 120)],
      ),
    ],
    ['idempotent, and the same name comes back', notes([user(0, 'U-1'), user(100, 'U-1')])],
    [
      'idempotent, and the first was removed in between',
      notes([
        user(0, 'U-1'),
        { tool: 'delete_user', args: { email: 'ada@example.org' }, from: 50, to: 55 },
        user(100, 'U-2'),
      ]),
    ],
    [
      'idempotent, other arguments',
      notes([user(0, 'U-1'), user(100, 'U-2', { args: { email: 'b@example.org' } })]),
    ],
    ['idempotent, at the same time', notes([user(0, 'U-1', { to: 120 }), user(100, 'U-2')])],
    ['not said to be idempotent', scene('notes', [user(0, 'U-1'), user(100, 'U-2')])],
    [
      'idempotent, and the second says that it is there',
      notes([user(0, 'U-1'), user(100, 'U-2', { gives: 'exists already: U-2' })]),
    ],
  ];
  test.each(silent)('%s', (_, entries) => {
    expect(said(RULE, entries)).toEqual([]);
  });
});
