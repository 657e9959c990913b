/** Changes that say which text they replace, and so can take away nothing else. */
import { isObject } from '../../model/json.ts';
import { wordsOf } from './words.ts';

const REPLACED = /^(?:old|find|search|before|previous|prev|original|expected|from)$/;
const VAGUE = /^(?:regex|regexp|pattern|glob|line|lines|range|start|end)$/;

/** Whether the argument of this name holds the text that an edit looks for and takes away. */
export function isReplaced(field: string): boolean {
  return wordsOf(field).some((word) => REPLACED.test(word));
}

/** Whether a change with these arguments says what it replaces. */
export function isEdit(args: unknown): boolean {
  const fields = new Set<string>();
  addFields(args, '', fields);
  const isVague = [...fields].some((field) => wordsOf(field).some((word) => VAGUE.test(word)));
  return !isVague && [...fields].some(isReplaced);
}

/** The names under which texts and truth values stand; those of lists are the lists'. */
function addFields(value: unknown, field: string, fields: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'boolean') fields.add(field);
  else if (Array.isArray(value)) for (const item of value) addFields(item, field, fields);
  else if (isObject(value))
    for (const key of Object.keys(value)) addFields(value[key], key, fields);
}
