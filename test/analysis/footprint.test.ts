/** Footprints: what a tool does, from its name; which resources a call names; what is shared. */
import { describe, expect, test } from 'vitest';
import { keysOf } from '../../analysis/footprint/keys.ts';
import { leavesOf, textsIn } from '../../analysis/footprint/leaves.ts';
import { deedOf } from '../../analysis/footprint/verbs.ts';
import { wordsOf } from '../../analysis/footprint/words.ts';
import { featuresOf, visibleIn } from '../../analysis/lost-update/features.ts';

test.each([
  ['read_textFile', 'read text file'],
  ['HTTPServer2', 'http server2'],
  ['notes.add-tag', 'notes add tag'],
  ['créer_note', 'créer note'],
  ['', ''],
  ['__proto__', 'proto'],
])('the words of %s are %s', (name, words) => {
  expect(wordsOf(name).join(' ')).toBe(words);
});

const says = (hint: boolean) => ({ annotations: { readOnlyHint: hint } });

test.each([
  ['read_graph', 'R'],
  ['search_nodes', 'L'],
  ['create_list', 'C'],
  ['add_observations', 'A'],
  ['editFile', 'M'],
  ['write_file', 'W'],
  ['move_file', 'W'],
  ['notes_delete', 'D'],
  ['github_create_issue', 'C'],
  ['think', 'X'],
  ['find_and_replace', 'X'],
  ['get_or_create_user', 'X'],
  ['export_graph', 'X'],
])('%s is %s by its name', (name, kind) => {
  expect(deedOf(name).kind).toBe(kind);
});

test.each([
  ['think', says(true), 'R'],
  ['create_summary', says(true), 'R'],
  ['delete_note', says(true), 'D'],
  ['read_graph', says(false), 'X'],
  ['write_file', says(false), 'W'],
])('a hint makes %s (%o) %s', (name, definition, kind) => {
  expect(deedOf(name, definition).kind).toBe(kind);
});

describe('keys', () => {
  const keys = (args: unknown, move = false) =>
    keysOf(args, move).map(({ value, absolute }) => `${value}${absolute ? ' !' : ''}`);
  test.each([
    [{ path: '/a//b/./c/../d/' }, ['/a/b/d !']],
    [{ path: 'C:\\a\\b' }, ['C:/a/b !']],
    [{ uri: 'file:///a%20b' }, ['/a b !']],
    [{ uri: 'file:///%' }, ['/% !']],
    [{ path: 'a/b' }, ['a/b']],
    [{ issue_id: 7, title: 'x' }, ['7']],
    [{ entityNames: ['a', 'b'] }, ['a', 'b']],
    [{ entities: [{ name: 'a' }] }, []],
    [{ video: 'x', keyboard: 'y', nameless: 'z' }, []],
    [{ name: '/a' }, ['/a']],
    ['text', []],
    [null, []],
  ])('of %j are %j', (args, expected) => {
    expect(keys(args)).toEqual(expected);
  });

  test('of a move are where from and where to', () => {
    expect(keys({ source: '/a', destination: '/b' }, true)).toEqual(['/a !', '/b !']);
    expect(keys({ source: '/a', destination: '/b' })).toEqual([]);
  });
});

test('leaves keep their place, whatever the keys are called', () => {
  const args = JSON.parse('{"__proto__":{"a/b":["x",{"c~d":true}]},"n":1}');
  expect(leavesOf(args).map(({ pattern, pointer, value }) => [pattern, pointer, value])).toEqual([
    ['/__proto__/a~1b/*', '/__proto__/a~1b/0', 'x'],
    ['/__proto__/a~1b/*/c~0d', '/__proto__/a~1b/1/c~0d', true],
  ]);
});

test('texts that are JSON, or lines of it, are opened; others are left as they are', () => {
  const value = {
    text: '{"a":["b","{\\"c\\":\\"d\\"}"]}',
    log: '{"e":"f"}\n{"g":"h"}',
    plain: '{ not',
    list: ['[i] x'],
  };
  expect(textsIn(value)).toEqual(['b', 'd', 'f', 'h', '{ not', '[i] x']);
});

describe('features', () => {
  const shows = (shown: string, text: string): boolean => {
    const all = new Set<number>();
    visibleIn(shown, (feature) => all.add(feature));
    const own = featuresOf(text);
    return own.length > 0 && own.every(({ feature }) => all.has(feature));
  };
  test.each([
    ['Entity-1, done', 'entity-1', true],
    ['entity-10', 'entity-1', false],
    ['entity 1', 'entity-1', true],
    ['my host-0-entity-7 note', 'host-0-entity-7', true],
    ['host-0-entity-17', 'host-0-entity-7', false],
    ['a\nb c', 'a b', false],
    ['ＡＢＣ déf', 'abc déf', true],
    ['7', '7', true],
    ['17', '7', false],
    ['anything', '', false],
    ['anything', '…', false],
    ['key', '<secret:token:0a1b2c3d> key', true],
  ])('%j shows %j: %j', (shown, text, expected) => {
    expect(shows(shown, text)).toBe(expected);
  });
});
