/**
 * Accesses that nobody declared: the kind from the tool's name and hints (verbs.ts), the resources
 * from its arguments (places.ts).
 *
 * A call that names nothing may touch all that its server keeps. So does one of unknown effect,
 * besides what it names; which is hardly sure, and never meets another of its kind.
 */
import { member } from '../../model/json.ts';
import {
  type Access,
  type AccessKind,
  CONFIDENCE,
  type Provenance,
  type Resource,
} from './access.ts';
import type { Container } from './container.ts';
import { type Meaning, nounOf, type Place, placesIn, placesInTexts } from './places.ts';
import { wholeOf } from './resources.ts';
import { isMove, type Kind } from './verbs.ts';
import { wordsOf } from './words.ts';

/** What is known of a tool before it is called. */
export interface ToolUse {
  readonly name: string;
  readonly kind: Kind;
  /** How sure the kind is. */
  readonly sure: number;
  readonly definition: unknown;
}

/** What one call does, as far as its tool and its arguments tell. */
export function inferred(
  tool: ToolUse,
  args: unknown,
  container: Container,
  meaning: Meaning = () => undefined,
): readonly Access[] {
  const places = placesIn(tool, args, container, meaning);
  const { kinds, sure } = deedsOf(tool);
  const whole = wholeOf(container);
  if (kinds === UNKNOWN) {
    const named = places.length > 0 ? places : placesInTexts(args, container);
    return [...named, whole].map((place) => access(place, 'X', 'unknown', sure));
  }
  const found: Access[] = [];
  const add = (place: Resource, own: readonly AccessKind[], from: Provenance): void => {
    for (const kind of own) found.push(access(place, kind, from, sure, isOrdered(kind, tool)));
  };
  if (places.length === 0) {
    for (const place of placesInTexts(args, container, true)) add(place, kinds, 'text');
    add(whole, kinds, 'verb');
    return found;
  }
  const main = mainOf(places, tool);
  for (const place of places)
    add(place, kindsAt(place, main, tool, kinds), place.flow ? 'flow' : 'schema');
  if (isWhole(main, tool)) add(whole, kinds, 'verb');
  return found;
}

/** With what the call made, by its answer, in the place of all that its server keeps. */
export function withMade(
  accesses: readonly Access[],
  made: Resource,
  container: Container,
): readonly Access[] {
  const { resource } = wholeOf(container);
  return [access(made, 'C', 'flow', 1), ...accesses.filter((one) => one.resource !== resource)];
}

const UNKNOWN: readonly AccessKind[] = ['X'];

/** A change reads what it changes, and so loses what was written meanwhile. */
const KINDS: Readonly<Record<Kind, readonly AccessKind[]>> = {
  R: ['R'],
  L: ['L'],
  C: ['C'],
  A: ['A'],
  M: ['R', 'W'],
  W: ['W'],
  D: ['D'],
  X: UNKNOWN,
};

/** A hint is worth so much where the name says nothing. */
const HINTED = 0.6;

interface Deeds {
  readonly kinds: readonly AccessKind[];
  readonly sure: number;
}

/** Found out once for each tool of a session. */
const KNOWN = new WeakMap<ToolUse, Deeds>();

function deedsOf(tool: ToolUse): Deeds {
  const known = KNOWN.get(tool);
  if (known) return known;
  const deeds = foundOut(tool);
  KNOWN.set(tool, deeds);
  return deeds;
}

function foundOut({ kind, name, sure, definition }: ToolUse): Deeds {
  if (kind === 'M' && wordsOf(name).some((word) => /^(?:in|de)cr(?:ement)?$/.test(word)))
    return { kinds: ['I'], sure };
  if (kind !== 'X') return { kinds: KINDS[kind], sure };
  const hint = member(definition, 'annotations', 'destructiveHint');
  const readOnly = member(definition, 'annotations', 'readOnlyHint');
  if (readOnly !== false || typeof hint !== 'boolean') return { kinds: UNKNOWN, sure };
  return { kinds: hint ? ['W'] : ['A'], sure: HINTED };
}

/** Whether the order of two additions shows afterwards. */
function isOrdered(kind: AccessKind, { name }: ToolUse): boolean {
  return kind === 'A' && wordsOf(name).some((word) => /^(?:append|prepend|insert)$/.test(word));
}

/** What the call is about: the thing that the tool is named after, else the last that it names. */
function mainOf(places: readonly Place[], tool: ToolUse): Place | undefined {
  const noun = nounOf(tool.name);
  let last: Place | undefined;
  for (let at = places.length - 1; at >= 0; at--) {
    const place = places[at];
    if (place?.type === undefined) continue;
    if (place.type === noun) return place;
    last ??= place;
  }
  return last;
}

function kindsAt(
  place: Place,
  main: Place | undefined,
  tool: ToolUse,
  kinds: readonly AccessKind[],
): readonly AccessKind[] {
  if (place.end !== undefined && isMove(tool.name)) {
    if (place.end === 'to') return KINDS.W;
    return wordsOf(tool.name).some((word) => word === 'copy' || word === 'cp') ? KINDS.R : KINDS.D;
  }
  if (place.type === undefined) return kinds;
  // What is made in or under a thing is added to it; what is named beside the main thing is looked up.
  const isMain = place.argument === main?.argument;
  if (tool.kind === 'C') return isMain && place.type === nounOf(tool.name) ? kinds : KINDS.A;
  return isMain ? kinds : KINDS.R;
}

/** Whether it touches more than it names: lists show other things, and new ones have no name yet. */
function isWhole(main: Place | undefined, { kind, name }: ToolUse): boolean {
  if (main === undefined) return false;
  return kind === 'L' || (kind === 'C' && main.type !== nounOf(name));
}

function access(
  { resource, label }: Resource,
  kind: AccessKind,
  provenance: Provenance,
  sure: number,
  ordered = false,
): Access {
  const confidence = CONFIDENCE[provenance] * sure;
  const made = { resource, label, kind, confidence, provenance };
  return ordered ? { ...made, ordered } : made;
}
