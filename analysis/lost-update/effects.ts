/**
 * Effects: what a write should leave behind, as features by the argument they came from.
 *
 * Arguments that select what is written are no effect, unless the write creates it; nor is a text that
 * an edit looks for to replace it.
 */
import { isKeyName } from '../footprint/keys.ts';
import { type Leaf, leavesOf } from '../footprint/leaves.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { wordsOf } from '../footprint/words.ts';
import { type Feature, featuresOf, sampleOf } from './features.ts';

export interface Trace {
  readonly feature: Feature;
  /** The argument it came from, list places as `*`. */
  readonly pattern: string;
  readonly pointer: string;
}

export interface Effect {
  readonly traces: readonly Trace[];
  /** See `namesOf`: of two equal ones a server may keep one. */
  readonly names: readonly string[];
  /** Switches and one-word values: writes that differ here may be shown in different lists. */
  readonly switches: readonly (readonly [pattern: string, value: string])[];
}

export function effectOf(operation: Operation): Effect {
  const leaves = leavesOf(argumentsOf(operation));
  const gone = new Set<Feature>();
  for (const { value } of replacedLeaves(operation, leaves)) {
    if (typeof value === 'string') featuresOf(value, gone);
  }
  const traces: Trace[] = [];
  for (const leaf of leaves) {
    if (typeof leaf.value !== 'string' || !isWritten(operation, leaf)) continue;
    for (const feature of sampleOf(featuresOf(leaf.value))) {
      if (!gone.has(feature))
        traces.push({ feature, pattern: leaf.pattern, pointer: leaf.pointer });
    }
  }
  return {
    traces,
    names: namesOf(operation, leaves),
    switches: leaves.flatMap(switchOf),
  };
}

/** The texts an edit looks for: what it takes away. None where the call does not say what it replaces. */
export function replacedLeaves({ kind }: Operation, leaves: readonly Leaf[]): readonly Leaf[] {
  return kind === 'M'
    ? leaves.filter(({ field }) => wordsOf(field).some((word) => REPLACED.test(word)))
    : [];
}

/** Whether a change says which text it replaces, and so can take away nothing else. */
export function isEdit(operation: Operation, leaves: readonly Leaf[]): boolean {
  const vague = leaves.some(({ field }) => wordsOf(field).some((word) => VAGUE.test(word)));
  return !vague && replacedLeaves(operation, leaves).length > 0;
}

const REPLACED = /^(?:old|find|search|before|previous|prev|original|expected|from)$/;
const VAGUE = /^(?:regex|regexp|pattern|glob|line|lines|range|start|end)$/;

function isWritten(operation: Operation, leaf: Leaf): boolean {
  if (isSelector(leaf)) return operation.kind === 'C';
  return !replacedLeaves(operation, [leaf]).includes(leaf);
}

/** An argument on top that names what the call is about. */
function isSelector({ pattern, top }: Leaf): boolean {
  return isKeyName(top) && !/\/.*\/[^*]/.test(pattern);
}

/** The names in what a call creates: another creation of one of them may have been passed over. */
export function namesOf({ kind, tool }: Operation, leaves: readonly Leaf[]): string[] {
  if (kind !== 'C') return [];
  return leaves.flatMap(({ field, pattern, value }) =>
    typeof value === 'string' && isKeyName(field) ? [`name: ${tool} ${pattern} ${value}`] : [],
  );
}

function switchOf({ pattern, value }: Leaf): (readonly [string, string])[] {
  if (typeof value === 'boolean') return [[pattern, String(value)]];
  return value.length <= 20 && /^\w+$/.test(value) ? [[pattern, value.toLowerCase()]] : [];
}
