/**
 * Puts under explicit keys: what an overlapping rewrite of the whole store loses, and what looks alike.
 *
 * The base: two keys are set at the same time, both are acknowledged, and a later read of the whole
 * store shows the second one only.
 */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import { launched, type SceneCall, scene } from './scene.ts';

function found(calls: readonly SceneCall[]): string[] {
  return analyse(viewsOf(scene('store', calls)))
    .filter(({ code }) => code === 'C03')
    .map(({ tier, severity, lost }) => `${tier} ${severity}: ${lost?.gone} of ${lost?.of}`);
}

const CRITICAL = ['OBSERVED critical: 1 of 2'];
const one = { key: 'alpha-key', value: 'red one long' };
const two = { key: 'beta-key', value: 'blue two long' };
const whole = { 'beta-key': 'blue two long' };

interface Told {
  readonly puts?: string;
  readonly reads?: string;
  readonly args?: readonly [object, object];
  readonly gives?: unknown;
  readonly between?: readonly SceneCall[];
  readonly readArgs?: object;
}

function told({
  puts = 'set',
  reads = 'get_all',
  args = [one, two],
  gives = whole,
  ...rest
}: Told) {
  return found([
    { tool: puts, args: args[0], from: 0, to: 10 },
    { tool: puts, args: args[1], from: 1, to: 11 },
    ...(rest.between ?? []),
    { tool: reads, args: rest.readArgs ?? {}, from: 40, to: 41, gives },
  ]);
}

/** With what stands beside key and value. */
const beside = (...more: [object, object]): [object, object] => [
  { ...one, ...more[0] },
  { ...two, ...more[1] },
];

describe('a key that is gone', () => {
  test.each([
    ...[
      ['set', 'get_all'],
      ['set_value', 'list_values'],
      ['put_item', 'list_items'],
    ],
    ...[
      ['save_note', 'get_all_notes'],
      ['write_key', 'dump'],
      ['store', 'read_all'],
    ],
  ])('%s, %s', (puts = '', reads = '') => {
    expect(told({ puts, reads })).toEqual(CRITICAL);
  });

  test('keys of one letter, keys alone, and values of one word', () => {
    const args: [object, object] = [
      { key: 'a', value: 'red' },
      { key: 'b', value: 'blue' },
    ];
    expect(told({ args, gives: { b: 'blue' } })).toEqual(CRITICAL);
    expect(told({ args, reads: 'list_keys', gives: ['b'] })).toEqual(CRITICAL);
    expect(told({ args, gives: [{ key: 'b', value: 'blue' }] })).toEqual(CRITICAL);
  });

  test('in one namespace', () => {
    expect(told({ args: beside({ user: 'ann' }, { user: 'ann' }) })).toEqual(CRITICAL);
  });

  test('by another process that keeps its data in the same place', () => {
    const head = launched({ STORE_PATH: '#1' });
    const entries = [
      ...scene('a', [{ tool: 'set', args: one, from: 0, to: 10 }], { head }),
      ...scene(
        'b',
        [
          { tool: 'set', args: two, from: 1, to: 11 },
          { tool: 'get_all', from: 40, to: 41, gives: whole },
        ],
        { head },
      ),
    ];
    expect(
      analyse(viewsOf(entries))
        .filter(({ code }) => code === 'C03')
        .map(({ rule }) => rule),
    ).toEqual(['cross-process-lost-update']);
  });
});

describe('a key that may be gone by rights, or is there', () => {
  const between = (tool: string, args: object, gives?: unknown): readonly SceneCall[] => [
    { tool, args, from: 20, to: 21, gives },
  ];
  const silent: Record<string, Told> = {
    'it is shown with another value': { gives: { 'alpha-key': '***', ...whole } },
    'it is deleted': { between: between('delete', { key: 'alpha-key' }) },
    'all are deleted': { between: between('clear', {}) },
    'something of unknown effect ran': { between: between('frobnicate', {}) },
    'it is put again': { between: between('set', { key: 'alpha-key', value: 'grey' }) },
    'it was put before': {
      between: [{ tool: 'set', args: { ...one, value: 'old words' }, from: -20, to: -19 }],
    },
    'it was shown since': { between: between('get', { key: 'alpha-key' }, 'red one long') },
    'the read is a page': { gives: { items: [two], nextCursor: 'x' } },
    'the read leaves some out': { reads: 'list_items', gives: 'beta-key\n…and 4 more' },
    'the read selects': { readArgs: { prefix: 'beta' } },
    'the read is of some only': { reads: 'list_starred_items' },
    'it has an end': { args: beside({ ttl_seconds: 1 }, { ttl_seconds: 600 }) },
    'it expires': { args: beside({ expiresIn: 1 }, { expiresIn: 1 }) },
    'a cache': { puts: 'cache_set', reads: 'cache_list' },
    'another user': { args: beside({ user: 'ann' }, { user: 'bob' }) },
    'another workspace': { args: beside({ workspace: 'ann-space' }, { workspace: 'bob-space' }) },
    'an attribute of a thing': {
      puts: 'set_status',
      args: [
        { id: 'task one', status: 'in review' },
        { id: 'task two', status: 'to do' },
      ],
      reads: 'list_tasks',
      gives: [{ id: 'task two', status: 'to do' }],
    },
    'what is chosen': {
      puts: 'set_theme',
      args: [{ name: 'dark night' }, { name: 'light day' }],
      gives: { theme: 'light day' },
    },
    'files, of which a folder is listed': {
      puts: 'write_file',
      args: [
        { path: 'x/alpha.md', content: 'red one' },
        { path: 'beta.md', content: 'blue two' },
      ],
      reads: 'list_files',
      gives: ['beta.md'],
    },
  };

  test.each(Object.entries(silent))('%s', (_, given) => {
    expect(told(given)).toEqual([]);
  });

  test('nothing ran at the same time', () => {
    expect(
      found([
        { tool: 'set', args: one, from: 0, to: 10 },
        { tool: 'set', args: two, from: 20, to: 30 },
        { tool: 'get_all', from: 40, to: 41, gives: whole },
      ]),
    ).toEqual([]);
  });

  test('a put that nobody disturbed is not there either', () => {
    const extra = { key: 'gamma-key', value: 'green three long' };
    const between: SceneCall[] = [{ tool: 'set', args: extra, from: 20, to: 21 }];
    expect(told({ between })).toEqual([]);
    expect(told({ between, gives: { ...whole, 'gamma-key': 'green three long' } })).toEqual([
      'OBSERVED critical: 1 of 3',
    ]);
  });

  test('another server', () => {
    const put = scene('a', [{ tool: 'set', args: one, from: 0, to: 10 }]);
    const other = scene('b', [
      { tool: 'set', args: two, from: 1, to: 11 },
      { tool: 'get_all', from: 40, to: 41, gives: whole },
    ]);
    const codes = analyse(viewsOf([...put, ...other])).map(({ code }) => code);
    expect(codes).not.toContain('C03');
  });

  test('what is created goes away by itself, too', () => {
    const created = (args: readonly [object, object]) =>
      told({ puts: 'create_item', reads: 'list_items', args });
    expect(created(beside({}, {}))).toEqual(CRITICAL);
    expect(created(beside({ ttl: 1 }, { ttl: 900 }))).toEqual([]);
  });
});
