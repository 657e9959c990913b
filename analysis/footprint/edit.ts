/** Changes that say which text they replace, and so can take away nothing else. */
import type { Leaf } from './leaves.ts';
import { wordsOf } from './words.ts';

const REPLACED = /^(?:old|find|search|before|previous|prev|original|expected|from)$/;
const VAGUE = /^(?:regex|regexp|pattern|glob|line|lines|range|start|end)$/;

/** Whether the argument of this name holds the text that an edit looks for and takes away. */
export function isReplaced(field: string): boolean {
  return wordsOf(field).some((word) => REPLACED.test(word));
}

/** Whether a change with these arguments says what it replaces. */
export function isEdit(leaves: readonly Leaf[]): boolean {
  const isVague = leaves.some(({ field }) => wordsOf(field).some((word) => VAGUE.test(word)));
  return !isVague && leaves.some(({ field }) => isReplaced(field));
}
