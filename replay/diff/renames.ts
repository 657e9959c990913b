/**
 * Ids that a server minted: another one in each run, and no difference as long as each side uses its
 * own in the same places.
 *
 * Two tokens are names of one thing when a server's message has one where the other side has the
 * other; when each stands for no third one anywhere; and when a later message of the client carries
 * them on, or they stand where others do that are carried on, or they have the form of a UUID or
 * ULID. An id that the client minted is a difference: it asked for something else. A number, or a
 * text shorter than six signs, may equal others by chance, so what it stands for is kept apart by the
 * name of its member.
 *
 * Placeholders of secrets under two keys are names of one secret, as far as they are one to one.
 */

import { isMinted, isTelling } from '../../analysis/words/minted.ts';
import { tokensOf } from '../../analysis/words/names.ts';
import type { Peer } from '../../model/entry.ts';
import type { JsonObject } from '../../model/json.ts';
import { isPlaceholder } from '../../model/placeholder.ts';
import { membersOf } from '../compare.ts';
import { type Change, innerPair } from './values.ts';

export type Rename = readonly [a: string, b: string];

/** A difference, who said it, and when: µs of the first side's clock. */
export interface SaidChange extends Change {
  readonly by: Peer;
  readonly time: number;
  /** What the call is about, so that places in equal calls are one. */
  readonly about: string;
  /** Both sides were redacted under one key. */
  readonly sameKey: boolean;
}

export interface Renames {
  /** Whether the difference is nothing but names of the same things. */
  covers(change: Change): boolean;
  /** The pairs that are names of one thing, in the order they were first found. */
  readonly pairs: readonly Rename[];
}

interface Candidate {
  readonly rename: Rename;
  readonly names: Set<string>;
  /** Where a server said it. */
  readonly places: Set<string>;
  /** When a server first said it, and a client last. */
  given: number;
  used: number;
  /** Two placeholders under one key are two secrets. */
  sameKey: boolean;
}

/**
 * `equal`: the messages of both sides that were compared, to see which tokens stand for themselves.
 */
export function renamesOf(
  changes: readonly SaidChange[],
  equal: Iterable<readonly [a: unknown, b: unknown]>,
): Renames {
  const candidates = candidatesOf(changes);
  const ties = createTies();
  for (const { rename, names } of candidates.values()) {
    for (const name of names) ties.add(name, rename);
  }
  if (candidates.size > 0) tieEqual(candidates, ties, equal);
  const clear = [...candidates].filter(([, one]) => ties.isOneToOne(one));
  const carried = clear.filter(([, one]) => isCarriedOn(one));
  const minting = new Set(carried.flatMap(([, { places }]) => [...places]));
  const held = new Map(clear.filter(([, one]) => isNaming(one, minting)));
  return {
    pairs: [...held.values()].map(({ rename }) => rename),
    covers(change) {
      const renames = renamesIn(change);
      return renames?.every((rename) => held.has(keyOf(rename))) === true;
    },
  };
}

function candidatesOf(changes: readonly SaidChange[]): Map<string, Candidate> {
  const candidates = new Map<string, Candidate>();
  for (const change of changes) {
    for (const rename of renamesIn(change) ?? []) {
      const known = candidates.get(keyOf(rename));
      const one = known ?? {
        rename,
        names: new Set(),
        places: new Set(),
        given: Number.POSITIVE_INFINITY,
        used: Number.NEGATIVE_INFINITY,
        sameKey: false,
      };
      if (!known) candidates.set(keyOf(rename), one);
      one.names.add(nameOf(change));
      one.sameKey ||= change.sameKey;
      if (change.by === 'server') {
        one.given = Math.min(one.given, change.time);
        one.places.add(placeOf(change));
      } else one.used = Math.max(one.used, change.time);
    }
  }
  return candidates;
}

function renamesIn({ kind, a, b }: Change): Rename[] | undefined {
  if (kind !== 'value') return undefined;
  if (typeof a === 'number' && typeof b === 'number') return [[`${a}`, `${b}`]];
  return typeof a === 'string' && typeof b === 'string' ? renamesBetween(a, b) : undefined;
}

function keyOf(rename: Rename): string {
  return JSON.stringify(rename);
}

/** The name of the member that a change is in, items of lists under that of their list. */
function nameOf({ pointer, inside }: Change): string {
  const steps = `${pointer}${inside ?? ''}`.split('/');
  return steps.findLast((step) => !/^\d*$/.test(step)) ?? '';
}

/** The place in calls like this one: all items of a list are one. */
function placeOf({ about, pointer, inside }: SaidChange): string {
  const steps = `${pointer}${inside ?? ''}`.split('/');
  return [about, ...steps.map((step) => (/^\d+$/.test(step) ? '*' : step))].join('/');
}

function isCarriedOn({ given, used }: Candidate): boolean {
  return given <= used;
}

function isNaming(candidate: Candidate, minting: ReadonlySet<string>): boolean {
  const { rename, places, given, used, sameKey } = candidate;
  const [a, b] = rename;
  if (!sameKey && (isPlaceholder(a) || isPlaceholder(b)))
    return typeOfSecret(a) === typeOfSecret(b);
  // What the client said first is its own.
  if (given === Number.POSITIVE_INFINITY) return false;
  if (isCarriedOn(candidate)) return true;
  if (used !== Number.NEGATIVE_INFINITY) return false;
  return (isMinted(a) && isMinted(b)) || [...places].every((place) => minting.has(place));
}

function typeOfSecret(token: string): string {
  return token.slice(0, token.lastIndexOf(':'));
}

/** What each token was found to stand for on the other side. */
interface Ties {
  add(name: string, rename: Rename): void;
  isOneToOne(candidate: Candidate): boolean;
}

function createTies(): Ties {
  const [toB, toA] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  const scope = (token: string, name: string): string =>
    isTelling(token) || isPlaceholder(token) ? token : `${name} ${token}`;
  return {
    add(name, [a, b]) {
      put(toB, scope(a, name), b);
      put(toA, scope(b, name), a);
    },
    isOneToOne({ rename: [a, b], names }) {
      return [...names].every(
        (name) => toB.get(scope(a, name))?.size === 1 && toA.get(scope(b, name))?.size === 1,
      );
    },
  };
}

function put(ties: Map<string, Set<string>>, from: string, to: string): void {
  const known = ties.get(from);
  if (known) known.add(to);
  else ties.set(from, new Set([to]));
}

/** Candidates that stand in the same place on both sides stand for themselves there. */
function tieEqual(
  candidates: ReadonlyMap<string, Candidate>,
  ties: Ties,
  equal: Iterable<readonly [unknown, unknown]>,
): void {
  const tokens = new Set([...candidates.values()].flatMap(({ rename }) => rename));
  const tie = (name: string, token: string): void => {
    if (tokens.has(token)) ties.add(name, [token, token]);
  };
  const walk = (a: unknown, b: unknown, name: string): void => {
    const inner = innerPair(a, b);
    if (inner) walk(...inner, name);
    else if (typeof a === 'number' && a === b) tie(name, `${a}`);
    else if (typeof a === 'string' && a === b)
      for (const token of tokensOf(a).tokens) tie(name, token);
    else
      for (const key of membersOf(a, b) ?? []) {
        const [one, other] = [(a as JsonObject)[key], (b as JsonObject)[key]];
        walk(one, other, Array.isArray(a) ? name : key);
      }
  };
  for (const [a, b] of equal) walk(a, b, '');
}

/** The tokens in which two texts differ; undefined when they differ in more than tokens. */
function renamesBetween(a: string, b: string): Rename[] | undefined {
  const [one, other] = [tokensOf(a), tokensOf(b)];
  if (one.rest !== other.rest || one.tokens.length !== other.tokens.length) return undefined;
  return one.tokens.flatMap((token, at): Rename[] => {
    const twin = other.tokens[at] as string;
    return token === twin ? [] : [[token, twin]];
  });
}
