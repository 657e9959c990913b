// Which operations commute: the two tables, row by row, and what covers what.
import { expect, test } from 'vitest';
import type { Access, AccessKind } from '../../analysis/footprint/access.ts';
import { conflictsOf } from '../../analysis/footprint/commute.ts';
import type { Operation } from '../../analysis/footprint/operation.ts';
import { operations } from './footprint-kit.ts';

const [model] = operations([['get_note', { id: 1 }]]);

function doing(...accesses: readonly string[]): Operation {
  if (!model) throw new Error('no operation');
  return { ...model, accesses: accesses.map(accessOf) };
}

function accessOf(text: string): Access {
  const [kind = '', ...resource] = text.split(' ');
  const known = { label: '', confidence: 1, provenance: 'user' as const };
  const ordered = kind === 'A+' ? { ordered: true as const } : {};
  return { ...known, ...ordered, kind: kind.charAt(0) as AccessKind, resource: resource.join(' ') };
}

/** The kinds with which a kind conflicts, on the resources given. */
function conflicting(kind: string, upper: string, lower: string): string {
  const kinds = ['R', 'L', 'W', 'A', 'I', 'C', 'D', 'X'];
  const meets = (other: string) => {
    const [a, b] = [doing(`${kind} ${upper}`), doing(`${other} ${lower}`)];
    const [there, back] = [conflictsOf(a, b), conflictsOf(b, a)];
    expect(back.map(({ a: x, b: y }) => ({ a: y, b: x }))).toEqual(there);
    return there.length > 0;
  };
  return kinds.filter(meets).join('');
}

test.each([
  ['R', 'WAICDX'],
  ['L', 'WAICDX'],
  ['W', 'RLWAICDX'],
  ['A', 'RLWICDX'],
  ['I', 'RLWACDX'],
  ['C', 'RLWAICDX'],
  ['D', 'RLWAICDX'],
  ['X', 'RLWAICD'],
])('on one resource %s conflicts with %s', (kind, others) => {
  expect(conflicting(kind, 'file:/a', 'file:/a')).toBe(others);
});

test.each([
  ['R', ''],
  ['L', 'WCD'],
  ['W', 'RLWAICDX'],
  ['A', ''],
  ['I', ''],
  ['C', 'LWAICX'],
  ['D', 'RLWAICDX'],
  ['X', 'RLWAICD'],
])('on a folder %s conflicts with %s of what is in it', (kind, others) => {
  expect(conflicting(kind, 'file:/a', 'file:/a/b')).toBe(others);
});

test.each([
  ['W file:/a', 'W file:/ab', false],
  ['L file:/', 'C file:/a', true],
  ['L file:/a', 'C file:/a/b/c', true],
  ['L file:/a/b', 'C file:/a', true],
  ['W ent:s:a:1', 'W ent:s:a:10', false],
  ['C ent:s:a:1', 'C ent:s:a:2', false],
  ['L ent:s:a:*', 'C ent:s:a:2', true],
  ['L ent:s:a:*', 'C ent:s:b:2', false],
  ['A ent:s:a:1', 'A ent:s:a:1', false],
  ['A+ ent:s:a:1', 'A+ ent:s:a:1', true],
  ['A ent:s:a:1', 'A+ ent:s:a:1', false],
])('%s and %s conflict: %s', (one, other, expected) => {
  expect(conflictsOf(doing(one), doing(other)).length > 0).toBe(expected);
});

test('all that a server keeps covers what its calls touch, and nothing of another server', () => {
  const [all, file, thing] = operations([
    ['read_graph'],
    ['write_file', { path: '/a' }],
    ['update_note', { id: 1 }],
  ]);
  const [elsewhere] = operations([['write_file', { path: '/a' }]], { name: 'other' });
  if (!all || !file || !thing || !elsewhere) throw new Error('calls are missing');
  const kinds = (a: Operation, b: Operation) =>
    conflictsOf(a, b).map((one) => one.a.kind + one.b.kind);
  expect(kinds(all, file)).toEqual(['RW']);
  expect(kinds(all, thing)).toEqual(['RW']);
  expect(kinds(all, elsewhere)).toEqual([]);
  expect(kinds(file, elsewhere)).toEqual(['WW']);
  expect(kinds(file, file)).toEqual([]);
});
