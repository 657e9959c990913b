/**
 * A JSON value as the set of what stands where in it: pointers with `*` for places in lists, since
 * one item more would else move all behind it. JSON texts are looked into.
 */
import { escapePointer, isObject } from '../../model/json.ts';
import { sha256Hex } from '../../model/keyed-hash.ts';
import { innerJson } from './values.ts';

/** More of one message are not looked at. */
const MOST_LEAVES = 2000;
/** Longer texts are told by their beginning and their length. */
const LONGEST = 200;

/** `POINTER = VALUE` of each leaf, and how long each list is. */
export function leavesOf(value: unknown, pointer: string): ReadonlySet<string> {
  const leaves = new Set<string>();
  const walk = (at: unknown, place: string): void => {
    if (leaves.size >= MOST_LEAVES) return;
    const inner = typeof at === 'string' ? innerJson(at) : undefined;
    if (inner) walk(inner, `${place} → `);
    else if (Array.isArray(at)) {
      leaves.add(`${place} = ${at.length} items`);
      for (const item of at) walk(item, `${place}/*`);
    } else if (isObject(at)) {
      for (const [name, own] of Object.entries(at)) walk(own, `${place}/${escapePointer(name)}`);
    } else if (at !== undefined) leaves.add(`${place} = ${shown(at)}`);
  };
  walk(value, pointer);
  return leaves;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}… (${text.length} characters, ${sha256Hex(text).slice(0, 8)})`;
}
