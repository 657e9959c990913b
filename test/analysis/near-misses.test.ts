/**
 * Scenes that look like a lost update and are none, each a small change of one that is.
 *
 * The base: alpha and beta are added at the same time, both succeed, and a later read shows beta only.
 */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import type { Entry } from '../../model/entry.ts';
import { viewsOf } from '../../model/view.ts';
import { frame, gap } from '../kit/entries.ts';
import { launched, ms, type SceneCall, scene } from './scene.ts';

const entity = (name: string) => ({ entities: [{ name, entityType: 'thing', observations: [] }] });
const create = (name: string, from: number, to: number): SceneCall => ({
  tool: 'create_entities',
  args: entity(name),
  from,
  to,
  gives: entity(name),
});
const graph = (names: readonly string[], from: number): SceneCall => ({
  tool: 'read_graph',
  from,
  to: from + 1,
  gives: { entities: names.map((name) => ({ name, entityType: 'thing', observations: [] })) },
});
const base = [create('alpha', 0, 10), create('beta', 5, 15), graph(['beta'], 20)];

const path = '/home/me/plan.md';
const edit = (before: string, after: string, from: number, to: number): SceneCall => ({
  tool: 'edit_file',
  args: { path, edits: [{ oldText: before, newText: after }] },
  from,
  to,
  gives: `-${before}\n+${after}`,
});
const text = (content: string, from: number, more: object = {}): SceneCall => ({
  tool: 'read_text_file',
  args: { path, ...more },
  from,
  to: from + 1,
  gives: content,
});
const edits = [
  edit('one: open', 'one: settled', 0, 10),
  edit('two: open', 'two: shipped', 5, 15),
  text('one: open\ntwo: shipped', 20),
];

function found(...sessions: readonly Entry[][]): (string | undefined)[] {
  return analyse(viewsOf(sessions.flat()))
    .filter(({ code }) => code === 'C03')
    .map(({ lost, resource }) => `${lost?.gone} of ${lost?.of} in ${resource}`);
}

const note = (body: string, from: number, to: number, more: object = {}): SceneCall => ({
  tool: 'add_note',
  args: { body, ...more },
  from,
  to,
  gives: 'added',
});

const comments = (gives: unknown): SceneCall[] => [
  { tool: 'add_comment', args: { issueKey: 'X-1', body: 'alpha' }, from: 0, to: 10 },
  { tool: 'add_comment', args: { issueKey: 'X-1', body: 'beta' }, from: 5, to: 15 },
  { tool: 'get_issue', args: { issueKey: 'X-1' }, from: 20, to: 21, gives },
];

describe('the base of all', () => {
  test('an entity', () => expect(found(scene('memory', base))).toEqual(['1 of 2 in memory']));
  test('a note', () => {
    const notes = [note('alpha', 0, 10), note('beta', 5, 15)];
    for (const tool of ['read_notes', 'list_notes']) {
      const read = { tool, from: 20, to: 21, gives: ['beta'] };
      expect(found(scene('memory', [...notes, read]))).toEqual(['1 of 2 in memory']);
    }
  });
  test('a change of another thing in the same store', () => {
    const calls = [
      { tool: 'update_task', args: { id: 1, title: 'alpha' }, from: 0, to: 10 },
      { tool: 'update_task', args: { id: 2, title: 'beta' }, from: 5, to: 15 },
      {
        tool: 'read_tasks',
        from: 20,
        to: 21,
        gives: [
          { id: 1, title: 'old' },
          { id: 2, title: 'beta' },
        ],
      },
    ];
    expect(found(scene('memory', calls))).toEqual(['1 of 2 in memory']);
  });
  test('an edit', () => expect(found(scene('files', edits))).toEqual(['1 of 2 in plan.md']));
  test('edits that end in a bracket and go on behind it', () => {
    const calls = [
      edit('one (open)', 'one (open) settled', 0, 10),
      edit('two (open)', 'two (open) shipped', 5, 15),
      text('one (open)\ntwo (open) shipped', 20),
    ];
    expect(found(scene('files', calls))).toEqual(['1 of 2 in plan.md']);
  });
  test('an edit with a word that stood there before', () => {
    const calls = [
      text('one: open\ntwo: open\nshipping settled', -10),
      edit('one: open', 'one: settled sooner', 0, 10),
      edit('two: open', 'two: shipped', 5, 15),
      text('one: open\ntwo: shipped\nshipping settled', 20),
    ];
    expect(found(scene('files', calls))).toEqual(['1 of 2 in plan.md']);
  });
  test.each([
    ['texts', { comments: ['beta'] }],
    ['records', { name: 'X-1', comments: [{ id: 4, body: 'beta' }] }],
    ['marked lines', '- beta'],
  ])(
    'an addition under the name of something else, of which the read shows a list: %s',
    (_, gives) => {
      expect(found(scene('memory', comments(gives)))).toEqual(['1 of 2 in memory']);
    },
  );
});

const near: Record<string, SceneCall[]> = {
  'both are there': [...base.slice(0, 2), graph(['alpha', 'beta'], 20)],
  'neither is there: the read shows something else': [...base.slice(0, 2), graph([], 20)],
  'one after the other': [create('alpha', 0, 4), create('beta', 5, 15), graph(['beta'], 20)],
  'the write failed': [{ ...create('alpha', 0, 10), isError: true }, ...base.slice(1)],
  'the write was never answered': [
    { tool: 'create_entities', args: entity('alpha'), from: 0 },
    ...base.slice(1),
  ],
  'the answer says that nothing was created': [
    { ...create('alpha', 0, 10), gives: { entities: [] } },
    ...base.slice(1),
  ],
  'the answer says in words that it failed': [
    { ...note('alpha', 0, 10), gives: 'Error: disk full' },
    note('beta', 5, 15),
    { tool: 'read_notes', from: 20, to: 21, gives: ['beta'] },
  ],
  'the same name twice: a server may keep the first': [
    { ...create('beta', 0, 10), args: { entities: [{ name: 'beta', note: 'gamma' }] } },
    { ...create('beta', 5, 15), args: { entities: [{ name: 'beta', note: 'delta' }] } },
    { tool: 'read_notes', from: 20, to: 21, gives: ['delta'] },
  ],
  'something of that name was there before': [
    { tool: 'add_link', args: { entity: 'alpha' }, from: -10, to: -5 },
    {
      ...create('alpha', 0, 10),
      args: { entities: [{ name: 'alpha', note: 'omega' }] },
      gives: 'ok',
    },
    {
      ...create('beta', 5, 15),
      args: { entities: [{ name: 'beta', note: 'delta' }] },
      gives: 'ok',
    },
    {
      tool: 'read_graph',
      from: 20,
      to: 21,
      gives: [{ name: 'alpha' }, { name: 'beta', note: 'delta' }],
    },
  ],
  'the same value twice': [
    create('alpha', 0, 10),
    create('alpha', 1, 11),
    create('beta', 5, 15),
    graph(['beta'], 20),
  ],
  'deleted later': [
    ...base.slice(0, 2),
    { tool: 'delete_entities', args: { entityNames: ['alpha'] }, from: 16, to: 18 },
    base[2] as SceneCall,
  ],
  'deleted meanwhile, under another name': [
    ...base.slice(0, 2),
    { tool: 'delete_entities', args: { entityNames: ['omega'] }, from: 8, to: 9 },
    base[2] as SceneCall,
  ],
  'a delete that failed may still have deleted': [
    ...base.slice(0, 2),
    { tool: 'delete_entities', args: { entityNames: ['omega'] }, from: 16, to: 18, isError: true },
    base[2] as SceneCall,
  ],
  'all was reset': [...base.slice(0, 2), { tool: 'reset', from: 16, to: 18 }, base[2] as SceneCall],
  'a tool of unknown effect ran': [
    ...base.slice(0, 2),
    { tool: 'dream', from: 16, to: 18 },
    base[2] as SceneCall,
  ],
  'the read began before the write was done': [...base.slice(0, 2), graph(['beta'], 9)],
  'the read ran while something was written': [
    ...base.slice(0, 2),
    { ...graph(['beta'], 20), to: 30 },
    create('gamma', 25, 28),
  ],
  'a later read shows it': [...base, graph(['alpha', 'beta'], 30)],
  'a search shows only what fits': [
    ...base.slice(0, 2),
    { ...graph(['beta'], 20), tool: 'search_nodes', args: { query: 'be' } },
  ],
  'nodes by name show only those': [
    ...base.slice(0, 2),
    { ...graph(['beta'], 20), tool: 'open_nodes', args: { names: ['beta'] } },
  ],
  'recent ones only': [
    ...base.slice(0, 2),
    { ...graph(['beta'], 20), tool: 'list_recent_entities' },
  ],
  'a page with a cursor': [
    ...base.slice(0, 2),
    { ...graph(['beta'], 20), gives: { entities: [{ name: 'beta' }], nextCursor: 'b' } },
  ],
  'a page that says there is more, as text': [
    ...base.slice(0, 2),
    { tool: 'list_entities', from: 20, to: 21, gives: '{"entities":["beta"],"has_more":true}' },
  ],
  'a page of ten': [
    ...base.slice(0, 2),
    { ...graph(['beta', ...'abcdefghi'], 20), tool: 'list_entities' },
  ],
  'a page by request': [...base.slice(0, 2), { ...graph(['beta'], 20), args: { limit: 1 } }],
  'a read that lacks what nobody disturbed shows a part': [create('omega', -10, -5), ...base],
  'a list that leaves out the done ones': [
    { ...note('alpha', 0, 10, { done: true }), gives: 'added' },
    note('beta', 5, 15, { done: false }),
    { tool: 'list_notes', from: 20, to: 21, gives: ['beta'] },
  ],
  'only a part is missing': [
    note('alpha and some more words', 0, 10),
    note('beta', 5, 15),
    { tool: 'read_notes', from: 20, to: 21, gives: ['more words', 'beta'] },
  ],
  'the read ends in an ellipsis': [
    note('alpha', 0, 10),
    note('beta', 5, 15),
    { tool: 'read_notes', from: 20, to: 21, gives: ['beta', 'and…'] },
  ],
  'an argument that no read shows': [
    note('beta', 0, 10, { secretly: 'alpha' }),
    note('beta two', 5, 15, { secretly: 'gamma' }),
    { tool: 'read_notes', from: 20, to: 21, gives: ['beta', 'beta two'] },
  ],
  'added again under the same name': [
    { tool: 'add_contact', args: { name: 'amy', mail: 'alpha' }, from: 0, to: 10 },
    { tool: 'add_contact', args: { name: 'amy', mail: 'beta' }, from: 5, to: 15 },
    { tool: 'read_contacts', from: 20, to: 21, gives: [{ name: 'amy', mail: 'beta' }] },
  ],
  'added under the name of something else, which keeps one': comments({ comment: 'beta' }),
  'the same, as a list of what has one each': comments([{ key: 'X-1', comment: 'beta' }]),
  'the same, as the only text': comments('beta'),
  'set to something else': [
    { tool: 'update_task', args: { id: 1, title: 'alpha' }, from: 0, to: 10 },
    { tool: 'update_task', args: { id: 1, title: 'beta' }, from: 5, to: 15 },
    { tool: 'read_tasks', from: 20, to: 21, gives: [{ id: 1, title: 'beta' }] },
  ],
};

describe('memory: looks alike and is not', () => {
  test.each(Object.entries(near))('%s', (_, calls) => {
    expect(found(scene('memory', calls))).toEqual([]);
  });

  test.each([
    ['can give pages', { inputSchema: { properties: { page_size: {} } } }],
    ['may write, says its server', { annotations: { readOnlyHint: false } }],
  ])('a read that %s', (_, definition) => {
    const tools = [{ name: 'read_graph', ...definition }];
    expect(found(scene('memory', base, { tools }))).toEqual([]);
  });

  test('entries were lost in between', () => {
    const lost = { ...gap(3), at: ms(17) };
    expect(found(scene('memory', base, { steps: [lost] }))).toEqual([]);
  });

  test('a request in between was too large to be kept', () => {
    const large = frame(
      'client',
      { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' },
      { at: ms(16) },
    );
    expect(found(scene('memory', base, { steps: [large] }))).toEqual([]);
  });
});

const nearEdits: Record<string, SceneCall[]> = {
  'edited again': [
    ...edits.slice(0, 2),
    edit('one: settled', 'one: dropped', 16, 18),
    text('one: dropped\ntwo: shipped', 20),
  ],
  'cut in the middle of a word': [
    edit('one: open', 'one: unsettled', 0, 10),
    edit('two: open', 'two: shipped', 5, 15),
    edit('un', '', 16, 18),
    text('one: settled\ntwo: shipped', 20),
  ],
  'grown together with the rest of a word': [
    edit('open', 'settle', 0, 10),
    edit('two', 'second', 5, 15),
    text('one: settled\nsecond: x', 20),
  ],
  'grown together with what a bracket parted it from': [
    edit('one: open', 'one: (re)settled', 0, 10),
    edit('two: open', 'two: shipped', 5, 15),
    edit('(re)', 're', 16, 18),
    text('one: resettled\ntwo: shipped', 20),
  ],
  'there, with a word that stood there before': [
    text('one: open\ntwo: open\nsettled', -10),
    edit('one: open', 'one: settled', 0, 10),
    edit('two: open', 'two: shipped', 5, 15),
    text('one: settled\ntwo: shipped\nsettled', 20),
  ],
  'grown together inside': [
    ...edits.slice(0, 2),
    edit(': ', '', 16, 18),
    text('onesettled\ntwo: shipped', 20),
  ],
  'cut from the middle of a word on': [
    edit('one: open', 'one: resting place', 0, 10),
    edit('two: open', 'two: shipped', 5, 15),
    edit('ing place\ntwo', 'less\ntwo', 16, 18),
    text('one: restless\ntwo: shipped', 20),
  ],
  'cut up to the middle of a word': [
    edit('one: open', 'one: resting', 0, 10),
    edit('two: open', 'two: shipped', 5, 15),
    edit('nil or one: rest', 'sleep', 16, 18),
    text('sleeping\ntwo: shipped', 20),
  ],
  'a part of it edited again': [
    edit('one: open', 'one: resting', 0, 10),
    edit('two: open', 'two: working', 5, 15),
    edit('resting', 'done', 16, 18),
    text('one: done\ntwo: working', 20),
  ],
  'overwritten meanwhile': [
    ...edits.slice(0, 2),
    { tool: 'write_file', args: { path, content: 'one: open\ntwo: shipped' }, from: 8, to: 12 },
    text('one: open\ntwo: shipped', 20),
  ],
  'overwritten later': [
    ...edits.slice(0, 2),
    { tool: 'write_file', args: { path, content: 'two: shipped' }, from: 16, to: 18 },
    text('two: shipped', 20),
  ],
  'renamed, and another file put in its place': [
    ...edits.slice(0, 2),
    {
      tool: 'move_file',
      args: { source: '/home/me/other.md', destination: path },
      from: 16,
      to: 18,
    },
    text('one: open\ntwo: shipped', 20),
  ],
  'its folder was deleted': [
    ...edits.slice(0, 2),
    { tool: 'delete_directory', args: { path: '/home' }, from: 16, to: 18 },
    text('one: open\ntwo: shipped', 20),
  ],
  'a rehearsal': [
    { ...(edits[0] as SceneCall), args: { ...edits[0]?.args, dryRun: true } },
    ...edits.slice(1),
  ],
  'another file': [
    ...edits.slice(0, 2),
    { ...text('two: shipped', 20), args: { path: '/home/me/other.md' } },
  ],
  'as long as a limit': [...edits.slice(0, 2), text('one: open\ntwo: shipped'.padEnd(4096), 20)],
  'the head of the file': [...edits.slice(0, 2), text('two: shipped', 20, { head: 1 })],
  'a pattern replaced who knows what': [
    ...edits.slice(0, 2),
    {
      tool: 'edit_file',
      args: { path, find: 'set.*', replace: 'x', regex: true },
      from: 16,
      to: 18,
    },
    text('one: x\ntwo: shipped', 20),
  ],
};

describe('files: looks alike and is not', () => {
  test.each(Object.entries(nearEdits))('%s', (_, calls) => {
    expect(found(scene('files', calls))).toEqual([]);
  });
});

describe('two sessions', () => {
  const [first, second, read] = base as [SceneCall, SceneCall, SceneCall];
  type Head = ReturnType<typeof launched>;
  const a = (head: Head | undefined, more = {}) =>
    scene('a', [first], { ...(head ? { head } : {}), ...more });
  const b = (head: Head | undefined, more = {}) =>
    scene('b', [second, read], { ...(head ? { head } : {}), ...more });
  const here = launched({ NOTES_FILE_PATH: '#1' });

  test('of one store are one container', () => {
    expect(found(a(here), b(here))).toEqual(['1 of 2 in NOTES_FILE_PATH']);
  });

  test('of one store are one, whatever else their environments hold', () => {
    const there = launched({ NOTES_FILE_PATH: '#1', PROJECT_DIR: '#9' });
    expect(found(a(here), b(there))).toEqual(['1 of 2 in NOTES_FILE_PATH']);
  });

  test.each([
    ['without launch', undefined, undefined, {}],
    ['of two stores', here, launched({ NOTES_FILE_PATH: '#2' }), {}],
    ['of which one uses the place by default', here, launched({}), {}],
    [
      'that share a folder which says nothing',
      launched({ PROJECT_DIR: '#1', NOTES_FILE_PATH: '#3' }),
      launched({ PROJECT_DIR: '#1' }),
      {},
    ],
    [
      'that share what every shell has',
      launched({ PATH: '#1', TMPDIR: '#2' }),
      launched({ PATH: '#1', TMPDIR: '#2' }),
      {},
    ],
    ['of two servers', here, here, { server: 'other-server' }],
    ['of two machines', here, here, { boot: 'boot-2' }],
    [
      'behind a container',
      launched({ NOTES_FILE_PATH: '#1' }, ['docker']),
      launched({ NOTES_FILE_PATH: '#1' }, ['docker']),
      {},
    ],
  ])('%s are two', (_, one, other, more) => {
    expect(found(a(one), b(other, more))).toEqual([]);
  });

  test('whose hashes have two keys are two', () => {
    const redaction = { rules: 'default/1', key: 'ffffffff' };
    expect(found(a(here), b({ ...here, redaction }))).toEqual([]);
  });
});

test('entity-1 is not in entity-10, and entity-10 does not hide that entity-1 is gone', () => {
  const calls = [create('entity-1', 0, 10), create('entity-10', 5, 15), graph(['entity-10'], 20)];
  expect(found(scene('memory', calls))).toEqual(['1 of 2 in memory']);
  const kept = [
    create('entity-1', 0, 10),
    create('entity-10', 5, 15),
    graph(['entity-1', 'entity-10'], 20),
  ];
  expect(found(scene('memory', kept))).toEqual([]);
});

test('made again after the loss was seen, it was lost all the same', () => {
  const calls = [...base, create('alpha', 30, 35), graph(['alpha', 'beta'], 40)];
  expect(found(scene('memory', calls))).toEqual(['1 of 2 in memory']);
});
