// What a user says of his tools holds before anything else is believed.
import { expect, test } from 'vitest';
import { conflictsOf } from '../../analysis/footprint/commute.ts';
import { operationsOf } from '../../analysis/footprint/operation.ts';
import { analyse } from '../../analysis/index.ts';
import type { AccessTemplates, FootprintRule } from '../../model/footprint-rule.ts';
import { matches } from '../../model/name-pattern.ts';
import { viewsOf } from '../../model/view.ts';
import { lostUpdates } from '../ui/scenes.ts';
import { accessesOf } from './footprint-kit.ts';
import { scene } from './scene.ts';

const said = (accesses: AccessTemplates, args: object) =>
  accessesOf('do_it', args, { footprints: [{ tool: 'do_it', accesses }] });

test.each<[accesses: AccessTemplates, args: object, expected: readonly string[]]>([
  [{}, { path: '/a' }, []],
  [{ read: '*' }, {}, ['R srv:*']],
  [{ modify: 'note:{/id}' }, { id: 1 }, ['R ent:note:1', 'W ent:note:1']],
  [{ increment: 'note:{/ids}' }, { ids: ['a', 'b'] }, ['I ent:note:a', 'I ent:note:b']],
  [
    { create: 'row:{/table}/{/rows/*/key}' },
    { table: 't', rows: [{ key: 1 }, { key: 2 }, {}] },
    ['C ent:row:t/1', 'C ent:row:t/2'],
  ],
  [{ list: 'note:*' }, {}, ['L ent:note:*']],
  [{ read: 'note:{/id}' }, { id: '*' }, ['R ent:note:%2A']],
  [{ overwrite: 'file:{/to}' }, { to: 'file:///a/./b' }, ['W file:/a/b']],
  [{ overwrite: 'file:{/dir}/{/name}' }, { dir: '/a/', name: '../b' }, ['W file:/b']],
  [{ read: '{/where}' }, { where: 'HTTP://A' }, ['R http://a/']],
  [{ delete: 'https://a.b/{/x~1y}' }, { 'x/y': 'z' }, ['D https://a.b/z']],
  [{ add: 'memo://{/of}' }, { of: 'x' }, ['A res:memo://x']],
  [{ read: 'a:{/a}', add: 'b:{/b}' }, { b: 1 }, ['A ent:b:1']],
  [{ unknown: 'a:{/a/0/b}' }, { a: [{ b: 1 }] }, ['X ent:a:1']],
  [{ read: 'a:{/a}', overwrite: 'b:{/b}' }, {}, ['R srv:*', 'W srv:*']],
  [{ read: 'a:{/toString}' }, {}, ['R srv:*']],
])('%j of %j is %j', (accesses, args, expected) => {
  expect(said(accesses, args)).toEqual(expected);
});

test('the first rule that fits holds, by server and tool, and before a pack', () => {
  const footprints: FootprintRule[] = [
    { server: 'other', tool: '*', accesses: {} },
    { server: 'secure-*', tool: 'write_*', accesses: { add: 'a:b' } },
    { tool: '*', accesses: { read: 'a:b' } },
  ];
  const done = (tool: string, server: string, name = 'x') =>
    accessesOf(tool, { path: '/a' }, { footprints, server, name });
  expect(done('write_file', 'secure-filesystem-server')).toEqual(['A ent:a:b']);
  expect(done('edit_file', 'secure-filesystem-server')).toEqual(['R ent:a:b']);
  expect(done('write_file', 'x', 'other')).toEqual([]);
});

test.each([
  ['a*c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'acb', false],
  ['*', '', true],
  ['a*a', 'a', false],
  ['*b*b*', 'abcb', true],
  ['*b*b*', 'abc', false],
  ['a', 'ab', false],
])('%s is as %s: %s', (pattern, name, expected) => {
  expect(matches(pattern, name)).toBe(expected);
});

test('two additions commute, and two lines appended do not', () => {
  const conflict = (accesses: AccessTemplates) => {
    const footprints = [{ tool: 'log', accesses }];
    const calls = [100, 101].map((from) => ({ tool: 'log', from, to: from + 5 }));
    const [a, b] = operationsOf(viewsOf(scene('s', calls)), footprints);
    return a && b && conflictsOf(a, b).length > 0;
  };
  expect(conflict({ add: 'log:it' })).toBe(false);
  expect(conflict({ append: 'log:it' })).toBe(true);
});

test("servers that are said to share a place lose each other's writes", () => {
  const text = (name: string) => `a note of ${name} alone`;
  const write = (name: string, from: number) => ({
    tool: 'create_note',
    args: { text: text(name) },
    from,
    to: from + 50,
  });
  const one = scene(
    'one',
    [write('ann', 100), { tool: 'read_all', from: 300, to: 310, gives: [text('bob'), text('cy')] }],
    { id: 'A' },
  );
  const two = scene('two', [write('bob', 120), write('cy', 200)], { id: 'B' });
  const found = (footprints: readonly FootprintRule[]) =>
    analyse(viewsOf([...one, ...two]), { footprints }).map(
      ({ rule, resource }) => `${rule} ${resource}`,
    );
  expect(found([])).toEqual([]);
  expect(found([{ servers: ['one', 'tw*'], share: 'the notes' }])).toEqual([
    'cross-process-lost-update the notes',
  ]);
});

test('a write that is said to be none, or to touch nothing, loses nothing', () => {
  const found = (accesses?: AccessTemplates) =>
    analyse(viewsOf(lostUpdates()), {
      footprints: accesses ? [{ tool: 'create_entities', accesses }] : [],
    }).map(({ code, tier }) => `${code} ${tier}`);
  expect(found()).toEqual(['C03 OBSERVED']);
  expect(found({ add: 'entity:{/entities/*/name}' })).toEqual(['C03 OBSERVED']);
  expect(found({ read: 'entity:{/entities/*/name}' })).toEqual([]);
  expect(found({})).toEqual([]);
});
