/** The texts in a JSON value with the places they stand at, and texts that are JSON themselves opened. */
import { isObject, parseJson } from '../../model/json.ts';

export interface Leaf {
  /** Keys from the top, list places as `*`: the same for the same field of every item. */
  readonly pattern: string;
  /** JSON pointer (RFC 6901) within the value. */
  readonly pointer: string;
  /** The key of the field, and that of the field on top. */
  readonly field: string;
  readonly top: string;
  readonly value: string | boolean;
}

/** The texts and truth values of an argument object, in the order they stand. Values nest at most MAX_DEPTH deep. */
export function leavesOf(args: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, at: Omit<Leaf, 'value'>): void => {
    if (typeof value === 'string' || typeof value === 'boolean') leaves.push({ ...at, value });
    else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        walk(item, { ...at, pattern: `${at.pattern}/*`, pointer: `${at.pointer}/${index}` });
      });
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        const step = escaped(key);
        walk(item, {
          pattern: `${at.pattern}/${step}`,
          pointer: `${at.pointer}/${step}`,
          field: key,
          top: at.top === '' ? key : at.top,
        });
      }
    }
  };
  walk(args, { pattern: '', pointer: '', field: '', top: '' });
  return leaves;
}

/** The value with every text in it that is JSON, or lines of JSON, in place of that text. */
export function opened(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    const inner = depth < OPENED ? openedText(value) : undefined;
    return inner === undefined ? value : inner.map((item) => opened(item, depth + 1));
  }
  if (Array.isArray(value)) return value.map((item) => opened(item, depth));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item, depth)]));
}

/** Every text in a value, those inside texts that are JSON too. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const walk = (item: unknown): void => {
    if (typeof item === 'string') texts.push(item);
    else if (Array.isArray(item)) item.forEach(walk);
    else if (isObject(item)) Object.values(item).forEach(walk);
  };
  walk(opened(value));
  return texts;
}

/** So often is JSON in texts in JSON opened. */
const OPENED = 3;

function openedText(text: string): unknown[] | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const whole = parseJson(text);
  if (whole.ok) return [whole.value];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return undefined;
  const parsed = lines.map((line) => parseJson(line));
  return parsed.some(({ ok }) => ok)
    ? parsed.map((one, index) => (one.ok ? one.value : lines[index]))
    : undefined;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
