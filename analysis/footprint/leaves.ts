/** The texts in a JSON value with the places they stand at, and texts that are JSON themselves opened. */
import { escapePointer, isObject, parseJson } from '../../model/json.ts';

export interface Leaf {
  readonly value: string | boolean;
  /** Keys from the top, list places as `*`: the same for the same field of every item. */
  readonly pattern: string;
  /** JSON pointer (RFC 6901) within the value. */
  readonly pointer: string;
  /** The key of the field, and that of the field on top. */
  readonly field: string;
  readonly top: string;
}

/**
 * The texts and truth values of an argument object, in the order they stand; `above`: what their
 * pointers begin with. Values nest at most MAX_DEPTH deep.
 */
export function leavesOf(value: unknown, above = ''): Leaf[] {
  return leavesFrom(value, above, OPENED);
}

/** The same with every text that is JSON, or lines of JSON, taken for a list of what it says. */
export function openedLeavesOf(value: unknown): Leaf[] {
  return leavesFrom(value, '', 0);
}

/** Place by place as texts of their own: an object for each would cost several times as much. */
function leavesFrom(whole: unknown, above: string, opened: number): Leaf[] {
  const leaves: Leaf[] = [];
  let depth = opened;
  const walk = (value: unknown, pattern: string, pointer: string, field: string, top: string) => {
    if (typeof value === 'string') {
      const inner = openedText(value, depth);
      if (inner === undefined) leaves.push({ value, pattern, pointer, field, top });
      else {
        depth++;
        walk(inner, pattern, pointer, field, top);
        depth--;
      }
    } else if (typeof value === 'boolean') {
      leaves.push({ value, pattern, pointer, field, top });
    } else if (Array.isArray(value)) {
      let index = 0;
      for (const item of value) walk(item, `${pattern}/*`, `${pointer}/${index++}`, field, top);
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        const step = `/${escapePointer(key)}`;
        walk(value[key], pattern + step, pointer + step, key, top === '' ? key : top);
      }
    }
  };
  walk(whole, '', above, '', '');
  return leaves;
}

/** The value with every text in it that is JSON, or lines of JSON, in place of that text. */
export function opened(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    const inner = openedText(value, depth);
    return inner === undefined ? value : inner.map((item) => opened(item, depth + 1));
  }
  if (Array.isArray(value)) return value.map((item) => opened(item, depth));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item, depth)]));
}

/** Every text in a value, those inside texts that are JSON too. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  addTexts(value, 0, texts);
  return texts;
}

/** `depth`: how often what this stands in was opened. */
function addTexts(value: unknown, depth: number, texts: string[]): void {
  if (typeof value === 'string') {
    const inner = openedText(value, depth);
    if (inner === undefined) texts.push(value);
    else for (const item of inner) addTexts(item, depth + 1, texts);
  } else if (Array.isArray(value)) for (const item of value) addTexts(item, depth, texts);
  else if (isObject(value)) for (const item of Object.values(value)) addTexts(item, depth, texts);
}

/** Every name of a member in a value, once, those inside texts that are JSON too. */
export function memberNamesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  const walk = (item: unknown, depth: number): void => {
    if (typeof item === 'string')
      for (const inner of openedText(item, depth) ?? []) walk(inner, depth + 1);
    else if (Array.isArray(item)) for (const one of item) walk(one, depth);
    else if (isObject(item)) {
      for (const name of Object.keys(item)) {
        names.add(name);
        walk(item[name], depth);
      }
    }
  };
  walk(value, 0);
  return names;
}

/** So often is JSON in texts in JSON opened. */
const OPENED = 3;

/** What a text says that is JSON, or lines of JSON; undefined for another, and for one too deep in such texts. */
export function openedText(text: string, depth = 0): unknown[] | undefined {
  if (depth >= OPENED || !/^\s*[[{]/.test(text)) return undefined;
  const whole = parseJson(text);
  if (whole.ok) return [whole.value];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return undefined;
  const parsed = lines.map((line) => parseJson(line));
  return parsed.some(({ ok }) => ok)
    ? parsed.map((one, index) => (one.ok ? one.value : lines[index]))
    : undefined;
}
