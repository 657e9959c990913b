/**
 * Which operations commute: those of which no two accesses meet, by two tables of kinds.
 *
 * Accesses meet on one resource, or where one covers the other: a folder what is in it, and `*` all
 * that its server keeps. What is not known to commute does not.
 */
import type { Access, AccessKind } from './access.ts';
import type { Operation } from './operation.ts';
import { wholeOf } from './resources.ts';

/** Two accesses that do not commute. */
export interface Meeting {
  readonly a: Access;
  readonly b: Access;
}

/** On one resource: the kinds with which each kind commutes. Two unknowns say nothing of each other. */
const COMMUTES: Readonly<Record<AccessKind, string>> = {
  R: 'RL',
  L: 'RL',
  W: '',
  A: 'A',
  I: 'I',
  C: '',
  D: '',
  X: 'X',
};

/** On a folder: the kinds below it with which each kind does not commute. */
const DISTURBS_BELOW: Readonly<Record<AccessKind, string>> = {
  R: '',
  L: 'CDW',
  W: 'RLWAICDX',
  A: '',
  I: '',
  C: 'LWAICX',
  D: 'RLWAICDX',
  X: 'RLWAICD',
};

/** The accesses of `a` and `b` that do not commute; none when the two may run in either order. */
export function conflictsOf(a: Operation, b: Operation): readonly Meeting[] {
  if (a === b) return [];
  const meetings: Meeting[] = [];
  for (const one of a.accesses) {
    for (const other of b.accesses) {
      if (doMeet(one, a, other, b)) meetings.push({ a: one, b: other });
    }
  }
  return meetings;
}

function doMeet(one: Access, a: Operation, other: Access, b: Operation): boolean {
  if (covers(one, other, b) || covers(other, one, a)) return !commute(one, other);
  return disturbs(one, other) || disturbs(other, one);
}

/** Whether two accesses of one resource may change places. */
function commute(one: Access, other: Access): boolean {
  if (one.ordered && other.ordered) return false;
  return COMMUTES[one.kind].includes(other.kind);
}

/** Whether it is the same resource, or one that holds all of the other. */
function covers({ resource }: Access, other: Access, { container }: Operation): boolean {
  if (resource === other.resource) return true;
  if (!resource.endsWith(':*')) return false;
  return (
    resource === wholeOf(container).resource || other.resource.startsWith(resource.slice(0, -1))
  );
}

function disturbs(upper: Access, lower: Access): boolean {
  return DISTURBS_BELOW[upper.kind].includes(lower.kind) && isAbove(upper.resource, lower.resource);
}

/** Whether one resource is a folder around the other: of files, or of addresses. */
function isAbove(upper: string, lower: string): boolean {
  if (lower.length <= upper.length || !lower.startsWith(upper) || !FOLDERS.test(upper))
    return false;
  return upper.endsWith('/') || lower.charAt(upper.length) === '/';
}

const FOLDERS = /^(?:file|https?):/;
