/**
 * Where two JSON values differ, as JSON pointers (RFC 6901). A text that is JSON on both sides is
 * looked into, once; lists are lined up, so that one item more is one difference.
 */
import { canonicalJson } from '../../model/canonical.ts';
import { escapePointer, isObject, type JsonObject, parseJson } from '../../model/json.ts';
import { order } from '../../model/order.ts';
import { align } from './align.ts';

/** `missing`: only on the first side. `extra`: only on the other. `order`: a list in another order. */
export type ChangeKind = 'value' | 'type' | 'missing' | 'extra' | 'order';

export interface Change {
  readonly pointer: string;
  /** A pointer into the JSON text that stands at `pointer`. */
  readonly inside?: string;
  readonly kind: ChangeKind;
  /** What stands there; of `order` nothing is given. */
  readonly a?: unknown;
  readonly b?: unknown;
}

/** More differences of one message are counted and not kept. */
export const MOST_CHANGES = 1000;

export interface Changes {
  readonly list: Change[];
  /** How many there are in all. */
  count: number;
}

interface Place {
  readonly pointer: string;
  readonly inside?: string;
}

/** Whether two leaves say the same although they are not equal: placeholders of secrets. */
export type Agree = (a: unknown, b: unknown) => boolean;

/** Adds where the values at `pointer` differ; members in the order of their names. */
export function addChanges(
  changes: Changes,
  pointer: string,
  { a, b, agree }: { readonly a: unknown; readonly b: unknown; readonly agree: Agree },
): void {
  const say = (place: Place, kind: ChangeKind, values: { a?: unknown; b?: unknown }): void => {
    changes.count++;
    if (changes.list.length < MOST_CHANGES) changes.list.push({ ...place, kind, ...values });
  };
  const walk = (one: unknown, other: unknown, place: Place): void => {
    if (one === other) return;
    const inner = place.inside === undefined ? innerPair(one, other) : undefined;
    if (inner) walk(...inner, { ...place, inside: '' });
    else if (Array.isArray(one) && Array.isArray(other)) walkLists(one, other, place);
    else if (isObject(one) && isObject(other)) walkObjects(one, other, place);
    else if (!agree(one, other))
      say(place, typeOf(one) === typeOf(other) ? 'value' : 'type', { a: one, b: other });
  };
  const walkObjects = (one: JsonObject, other: JsonObject, place: Place): void => {
    for (const name of [...new Set([...Object.keys(one), ...Object.keys(other)])].sort(order)) {
      const at = below(place, name);
      if (!Object.hasOwn(other, name)) say(at, 'missing', { a: one[name] });
      else if (!Object.hasOwn(one, name)) say(at, 'extra', { b: other[name] });
      else walk(one[name], other[name], at);
    }
  };
  const walkLists = (one: readonly unknown[], other: readonly unknown[], place: Place): void => {
    const [keys, twins] = [one.map(canonicalJson), other.map(canonicalJson)];
    if (sameItems(keys, twins)) {
      if (keys.some((key, at) => key !== twins[at])) say(place, 'order', {});
      return;
    }
    const pairs = [...align(keys, twins), [one.length, other.length] as const];
    let [i, j] = [0, 0];
    for (const [endA, endB] of pairs) {
      // What stands between two equal items is compared one by one.
      while (i < endA && j < endB) walk(one[i++], other[j], below(place, `${j++}`));
      for (; i < endA; i++) say(below(place, `${i}`), 'missing', { a: one[i] });
      for (; j < endB; j++) say(below(place, `${j}`), 'extra', { b: other[j] });
      [i, j] = [endA + 1, endB + 1];
    }
  };
  walk(a, b, { pointer });
}

function below({ pointer, inside }: Place, name: string): Place {
  const step = `/${escapePointer(name)}`;
  return inside === undefined ? { pointer: pointer + step } : { pointer, inside: inside + step };
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const twins = [...b].sort(order);
  return [...a].sort(order).every((key, at) => key === twins[at]);
}

/** What two texts are as JSON, when both are. */
export function innerPair(one: unknown, other: unknown): [object, object] | undefined {
  if (typeof one !== 'string' || typeof other !== 'string') return undefined;
  const [inner, twin] = [innerJson(one), innerJson(other)];
  return inner && twin && [inner, twin];
}

/** What a text is as JSON, when that is an object or a list. */
export function innerJson(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  const parsed = parseJson(text);
  return parsed.ok && typeof parsed.value === 'object' && parsed.value !== null
    ? parsed.value
    : undefined;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
