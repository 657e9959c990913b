/**
 * Effects: what a write should leave behind, as features by the argument they came from.
 *
 * Arguments that select what is written are no effect, unless the write creates it; nor is a text that
 * an edit looks for to replace it.
 */
import { isReplaced } from '../footprint/edit.ts';
import { isKeyName } from '../footprint/keys.ts';
import { type Leaf, leavesOf } from '../footprint/leaves.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { type Feature, type Found, featuresOf, visibleIn } from './features.ts';
import { isPut } from './puts.ts';

export interface Trace {
  readonly found: Found;
  /** The argument it came from, list places as `*`. */
  readonly pattern: string;
  readonly pointer: string;
  /** The whole text it stands in. */
  readonly value: string;
}

export interface Effect {
  readonly traces: readonly Trace[];
  /** The names in what it creates. */
  readonly names: readonly Name[];
  /** Switches and one-word values: writes that differ here may be shown in different lists. */
  readonly switches: readonly (readonly [pattern: string, value: string])[];
}

export function effectOf(operation: Operation): Effect {
  const leaves = leavesOf(argumentsOf(operation));
  const gone = new Set<Feature>();
  for (const { field, value } of operation.edits ? leaves : []) {
    if (typeof value === 'string' && isReplaced(field))
      visibleIn(value, (feature) => gone.add(feature));
  }
  const traces: Trace[] = [];
  for (const leaf of leaves) {
    if (typeof leaf.value !== 'string' || !isWritten(operation, leaf)) continue;
    for (const found of sampleOf(featuresOf(leaf.value))) {
      if (gone.has(found.feature)) continue;
      traces.push({ found, pattern: leaf.pattern, pointer: leaf.pointer, value: leaf.value });
    }
  }
  return {
    traces,
    names: namesOf(operation, leaves),
    switches: leaves.flatMap(switchOf),
  };
}

function isWritten(operation: Operation, leaf: Leaf): boolean {
  if (isSelector(leaf)) return operation.kind === 'C' || isPut(operation);
  return !(operation.edits && isReplaced(leaf.field));
}

/** An argument on top that names what the call is about. */
function isSelector({ pattern, top }: Leaf): boolean {
  return isKeyName(top) && !/^[^/]*\/.*\/[^*]/s.test(pattern);
}

/** Where something of the name is already, a server may leave it as it is, and say that all is well. */
export interface Name {
  /** Equal for creations of the same name by the same tool in the same place. */
  readonly key: string;
  /** What a read shows of anything of this name. */
  readonly features: readonly Feature[];
}

export function nameKeysOf({ kind, tool }: Operation, leaves: readonly Leaf[]): string[] {
  return kind === 'C' ? leaves.filter(isName).map((leaf) => nameKey(tool, leaf)) : [];
}

function namesOf(operation: Operation, leaves: readonly Leaf[]): Name[] {
  const { kind, tool } = operation;
  if (kind !== 'C' && !isPut(operation)) return [];
  return leaves.filter(isName).map((leaf) => ({
    key: nameKey(tool, leaf),
    features: featuresOf(String(leaf.value)).map(({ feature }) => feature),
  }));
}

function isName({ field, value }: Leaf): boolean {
  return typeof value === 'string' && isKeyName(field);
}

function nameKey(tool: string, { pattern, value }: Leaf): string {
  return `${tool} ${pattern} ${value}`;
}

function switchOf({ pattern, value }: Leaf): (readonly [string, string])[] {
  if (typeof value === 'boolean') return [[pattern, String(value)]];
  return value.length <= 20 && /^\w+$/.test(value) ? [[pattern, value.toLowerCase()]] : [];
}

/** At most `most` of what was found: the first half as it stands, the rest spread over what is left. */
function sampleOf(found: readonly Found[], most = 64): readonly Found[] {
  if (found.length <= most) return found;
  const half = most / 2;
  const step = (found.length - half) / half;
  const spread = Array.from({ length: half }, (_, at) => found[half + Math.floor(at * step)]);
  return [...found.slice(0, half), ...spread.filter((one) => one !== undefined)];
}
