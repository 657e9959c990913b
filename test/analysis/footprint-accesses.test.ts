// What a call does to what, where nobody declared it: from its name, its hints, its arguments and its schema.
import { expect, test } from 'vitest';
import { accessesOf, operations, shown } from './footprint-kit.ts';

type Row = [tool: string, args: object, accesses: readonly string[]];

test.each<Row>([
  ['read_file', { path: '/a//b/./c' }, ['R file:/a/b/c']],
  ['read_file', { path: 'C:\\a\\b' }, ['R file:/C:/a/b']],
  ['read_file', { path: 'file:///a%20b' }, ['R file:/a b']],
  ['read_file', { path: 'a/b' }, ['R ent:path:a/b']],
  ['read_files', { paths: ['/a', '/b'] }, ['R file:/a', 'R file:/b']],
  ['edit_file', { path: '/a', edits: [] }, ['R file:/a', 'W file:/a']],
  ['move_file', { source: '/a', destination: '/b' }, ['D file:/a', 'W file:/b']],
  ['copy', { old_path: '/a', new_path: '/b' }, ['R file:/a', 'W file:/b']],
  ['fetch', { url: 'HTTPS://me:pw@A.com:443/x/../y?b=1#part' }, ['R https://a.com/y?b=1']],
  ['get_note', { uri: 'note://1' }, ['R res:note://1']],
  ['update_issue', { issue_id: 7, title: 'x' }, ['R ent:issue:7', 'W ent:issue:7']],
  [
    'update_issue',
    { issueId: 7, projectId: 5 },
    ['R ent:issue:7', 'W ent:issue:7', 'R ent:project:5'],
  ],
  ['delete_issues', { id: '7' }, ['D ent:issue:7']],
  ['create_issue', { project_id: 5, title: 'x' }, ['A ent:project:5', 'C srv:*']],
  ['create_user', { name: 'Ann' }, ['C ent:user:Ann']],
  ['add_comment', { issue_id: 7, text: 'x' }, ['A ent:issue:7']],
  ['increment_counter', { name: 'n' }, ['I ent:counter:n']],
  ['list_issues', { project_id: 5 }, ['L ent:project:5', 'L srv:*']],
  ['read_graph', {}, ['R srv:*']],
  ['save_all', { text: 'see /a/b' }, ['W srv:*']],
  ['get_it', { what: '/a/b' }, ['R file:/a/b', 'R srv:*']],
  [
    'run',
    { command: 'cat "/a/b" https://c.d /help' },
    ['X file:/a/b', 'X https://c.d/', 'X srv:*'],
  ],
  ['think', { path: '/a' }, ['X file:/a', 'X srv:*']],
  ['get_note', { id: '*' }, ['R ent:note:%2A']],
  ['delete_notes', { ids: ['a', 'b'] }, ['D ent:note:a', 'D ent:note:b']],
  [
    'set_values',
    {
      entries: [
        { key: 'a', value: 1 },
        { key: 'b', value: 2 },
      ],
    },
    ['W ent:key:a', 'W ent:key:b'],
  ],
  ['create_users', { users: [{ name: 'Ann' }] }, ['C ent:user:Ann']],
  ['create_issue', { title: 'x', labels: [{ name: 'bug' }] }, ['C srv:*']],
  ['set_values', { entries: [{ key: 'a' }, { value: 2 }] }, ['W srv:*']],
  ['set_values', { entries: [{ key: 'a' }], items: [{ key: 'b' }] }, ['W srv:*']],
  ['redis_mset', { items: [{ key: 'a' }] }, ['W ent:key:a']],
])('%s %j does %j', (tool, args, accesses) => {
  expect(accessesOf(tool, args)).toEqual(accesses);
});

const tool = (name: string, annotations: object, properties: object = {}) => ({
  tools: [{ name, annotations, inputSchema: { type: 'object', properties } }],
});

test.each<[hints: object, accesses: readonly string[]]>([
  [{ readOnlyHint: true }, ['R srv:*']],
  [{ readOnlyHint: false, destructiveHint: false }, ['A srv:*']],
  [{ readOnlyHint: false, destructiveHint: true }, ['W srv:*']],
  [{ destructiveHint: false }, ['X srv:*']],
])('where a name says nothing, hints %j are what we have', (hints, accesses) => {
  expect(accessesOf('frobnicate', {}, tool('frobnicate', hints))).toEqual(accesses);
  expect(accessesOf('write', {}, tool('write', hints))).toEqual(['W srv:*']);
});

test('a schema says that an argument is an address, or wanted in a header', () => {
  const done = tool('get', {}, { where: { format: 'uri' }, region: { 'x-mcp-header': 'Region' } });
  expect(accessesOf('get', { where: 'http://a.b' }, done)).toEqual(['R http://a.b/']);
  expect(accessesOf('get', { region: 'eu' }, done)).toEqual(['R ent:region:eu']);
  expect(accessesOf('get', { region: 'eu', id: 1 }, done)).toEqual(['R ent:id:1']);
});

test('each access says how it is known', () => {
  const known = ([tool, args]: [string, object]) =>
    operations([[tool, args]])[0]?.accesses.map((one) => `${one.provenance} ${one.confidence}`);
  expect(known(['get', { url: 'http://a.b' }])).toEqual(['schema 0.8']);
  expect(known(['read_graph', {}])).toEqual(['verb 0.5']);
  expect(known(['get_it', { what: '/a/b' }])).toEqual(['text 0.4', 'verb 0.5']);
  expect(known(['think', {}])).toEqual(['unknown 0.2']);
});

test('arguments of hostile size and shape name few and short resources, and throw nothing', () => {
  const hostile = {
    path: '/a/'.repeat(100_000),
    id: 'x'.repeat(1_000_000),
    url: `http://${'['.repeat(1000)}`,
    uris: Array.from({ length: 10_000 }, (_, at) => `n://${at}`),
    keys: [null, {}, [['a']], true],
    __proto__: { id: 1 },
    constructor: '/b',
  };
  for (const name of ['get_note', 'run', 'move', '__proto__', '']) {
    for (const operation of operations([[name, hostile], [name, []], [name]])) {
      expect(operation.accesses.length).toBeLessThanOrEqual(400);
      for (const { resource, label } of operation.accesses) {
        expect(resource.length).toBeLessThan(1200);
        expect(label.length).toBeLessThan(200);
      }
      expect(shown(operation).length).toBeGreaterThan(0);
    }
  }
});
