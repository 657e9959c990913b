/**
 * Masks: places in messages where a live value may be another one than was recorded, as long as it
 * is of the same class.
 *
 *   create_order:/params/arguments/id=uuid
 *   tools/call:/params/arguments/times/*=rfc3339
 *
 * In front of the colon a method, or the name of a tool; then a JSON pointer (RFC 6901) into the
 * message, in which `*` stands for every index of a list and for nothing else; then a class.
 * Everything here is pure, and the same for requests (`/params/…`) and answers (`/result/…`).
 */
import { canonicalJson } from '../model/canonical.ts';
import { escapePointer, isObject } from '../model/json.ts';
import { order } from '../model/order.ts';
import { classUnder, isMaskType, MASK_TYPES, type MaskType } from './mask-classes.ts';

export { classOf, type MaskType } from './mask-classes.ts';

export interface Mask {
  /** As it was declared. */
  readonly text: string;
  /** A method, or the name of a tool. */
  readonly of: string;
  /** Member names and indices, from the message down; `*` stands for every index. */
  readonly path: readonly string[];
  readonly type: MaskType;
}

export type ParsedMask =
  | { readonly ok: true; readonly mask: Mask }
  /** `detail`: a sentence without its full stop. */
  | { readonly ok: false; readonly detail: string };

/** Reads `METHOD|TOOL:POINTER=TYPE`. Refuses what would mask more than values. */
export function parseMask(text: string): ParsedMask {
  const [start, end] = [text.indexOf(':/'), text.lastIndexOf('=')];
  if (start < 1 || end < start) {
    return refused(text, 'is not of the form METHOD:/POINTER=TYPE or TOOL:/POINTER=TYPE');
  }
  const [pointer, type] = [text.slice(start + 1, end), text.slice(end + 1)];
  if (!isMaskType(type))
    return refused(text, `has no such type as ${type}; there are ${MASK_TYPES}`);
  if (/~(?![01])/.test(pointer)) return refused(text, 'has a ~ that is neither ~0 nor ~1');
  const path = pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const broad = breadthOf(path);
  if (broad !== undefined) return refused(text, broad);
  return { ok: true, mask: { text, of: text.slice(0, start), path, type } };
}

function refused(text: string, why: string): ParsedMask {
  return { ok: false, detail: `The mask ${text} ${why}` };
}

/** Pointers that stand for the message, for all it holds, or for what makes it the message it is. */
const STRUCTURE: ReadonlySet<string> = new Set([
  'params/name',
  'params/uri',
  'params/arguments',
  'params/_meta',
  'params/protocolVersion',
  'result/content',
  'result/isError',
  'result/resultType',
  'result/structuredContent',
  'error/code',
]);

function breadthOf(path: readonly string[]): string | undefined {
  const [first = ''] = path;
  if (!['params', 'result', 'error'].includes(first)) {
    return 'is about no value of a message: its pointer begins with none of /params/, /result/ and /error/';
  }
  const isBroad = path.length < 2 || STRUCTURE.has(path.join('/'));
  return isBroad ? 'is too broad: what it covers decides which message it is' : undefined;
}

/** The masks about messages of this method, and of this tool if it is a call of one. */
export function masksOf(masks: readonly Mask[], method: string, subject?: string): readonly Mask[] {
  const tool = method === 'tools/call' ? subject : undefined;
  return masks.filter(({ of }) => of === method || of === tool);
}

/**
 * A copy of a message in which every masked value has given way to its class, so that messages that
 * are equal under the masks are equal. A value that is not of its class stays what it was.
 */
export function withMasks(message: unknown, masks: readonly Mask[]): unknown {
  // From the inside out: a list in any order is sorted once its items are masked.
  const inward = [...masks].sort((a, b) => b.path.length - a.path.length);
  return inward.reduce((changed, { path, type }) => coverAt(changed, path, type), message);
}

/** Whether two messages are equal but for masked values, which are of one class. */
export function maskedEqual(recorded: unknown, live: unknown, masks: readonly Mask[]): boolean {
  const [one, other] = [recorded, live].map((message) => canonicalJson(withMasks(message, masks)));
  return one === other;
}

/** A place where a mask lets a live value differ. */
export interface MaskedPlace {
  /** A JSON pointer into the message. */
  readonly pointer: string;
  /** What both values are. */
  readonly class: string;
}

/** Of two messages that are equal under the masks: the places where they differ, in order. */
export function maskedPlaces(
  recorded: unknown,
  live: unknown,
  masks: readonly Mask[],
): MaskedPlace[] {
  const found = new Map<string, MaskedPlace>();
  for (const mask of masks) {
    const others = new Map(valuesAt(live, mask).map(({ pointer, value }) => [pointer, value]));
    for (const { pointer, value } of valuesAt(recorded, mask)) {
      if (!others.has(pointer)) continue;
      const isSame = canonicalJson(value) === canonicalJson(others.get(pointer));
      const name = mask.type === 'set' ? 'set' : classUnder(mask.type, value);
      if (!isSame && name !== undefined) found.set(pointer, { pointer, class: name });
    }
  }
  return [...found.values()].sort((a, b) => order(a.pointer, b.pointer));
}

/** A value that a mask covers in a message. */
export interface Covered {
  readonly pointer: string;
  readonly value: unknown;
}

/** All values that a mask covers in a message, of its class or not. */
export function valuesAt(message: unknown, { path }: Pick<Mask, 'path'>): Covered[] {
  let found: Covered[] = [{ pointer: '', value: message }];
  for (const name of path) {
    found = found.flatMap(({ pointer, value }) =>
      namesIn(value, name).map((own) => ({
        pointer: `${pointer}/${escapePointer(own)}`,
        value: (value as { readonly [key: string]: unknown })[own],
      })),
    );
  }
  return found;
}

/** The members or indices that one name of a pointer stands for in a value. */
function namesIn(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value)) {
    if (name === '*') return Object.keys(value);
    return /^(0|[1-9][0-9]*)$/.test(name) && Object.hasOwn(value, name) ? [name] : [];
  }
  return isObject(value) && Object.hasOwn(value, name) ? [name] : [];
}

function coverAt(value: unknown, path: readonly string[], type: MaskType): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return cover(value, type);
  const names = new Set(namesIn(value, name));
  if (names.size === 0) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => (names.has(`${index}`) ? coverAt(item, rest, type) : item));
  }
  return Object.fromEntries(
    Object.entries(value as object).map(([own, inner]) =>
      names.has(own) ? [own, coverAt(inner, rest, type)] : [own, inner],
    ),
  );
}

/** Both outcomes are objects of ours, so that no value of a peer looks like a class. */
function cover(value: unknown, type: MaskType): unknown {
  if (type !== 'set') {
    const name = classUnder(type, value);
    return name === undefined ? { other: value } : { class: name };
  }
  if (!Array.isArray(value)) return { other: value };
  const items = value.map((item) => [canonicalJson(item), item] as const);
  return { set: items.sort(([a], [b]) => order(a, b)).map(([, item]) => item) };
}
