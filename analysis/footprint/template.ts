/**
 * Resources as rules and packs write them, with JSON pointers into the arguments in braces.
 *
 *   *               all that the server keeps
 *   file:{/path}    a file; likewise any path, address or URI that stands alone: {/url}
 *   note:{/id}      a thing of the server by type and id; `note:*` is all notes
 *
 * A step `*` in a pointer stands for every item of a list, and each item is a resource of its own.
 */
import { isObject } from '../../model/json.ts';
import type { Resource } from './access.ts';
import type { Container } from './container.ts';
import { allOf, entity, located, wholeOf } from './resources.ts';

export interface Template {
  /** What stands before the first `:`; undefined where there is none. */
  readonly type: string | undefined;
  readonly parts: readonly Part[];
}

type Part = string | { readonly pointer: readonly string[] };

/** Reads a template; undefined where a brace or a pointer in it is wrong. */
export function templateOf(text: string): Template | undefined {
  const type = /^[a-z][a-z0-9_-]{0,40}(?=:)/i.exec(text)?.[0];
  const rest = type === undefined ? text : text.slice(type.length + 1);
  const parts: Part[] = [];
  for (let at = 0; at < rest.length; ) {
    const open = rest.indexOf('{', at);
    const plain = rest.slice(at, open === -1 ? undefined : open);
    if (plain.includes('}')) return undefined;
    if (plain !== '') parts.push(plain);
    if (open === -1) break;
    const close = rest.indexOf('}', open);
    const pointer = close === -1 ? undefined : rest.slice(open + 1, close);
    if (!pointer?.startsWith('/')) return undefined;
    parts.push({ pointer: pointer.slice(1).split('/').map(unescaped) });
    at = close + 1;
  }
  return parts.length === 0 ? undefined : { type, parts };
}

/** So many resources are taken of one template: a list of thousands says no more. */
const MOST = 64;

/** The resources that a template names, given the arguments; all that the server keeps where one is missing. */
export function resourcesOf(template: Template, args: unknown, container: Container): Resource[] {
  const { type, parts } = template;
  if (parts.length === 1 && parts[0] === '*') {
    return [type === undefined ? wholeOf(container) : allOf(container, type)];
  }
  const texts = textsOf(parts, args);
  if (texts.length === 0) return [wholeOf(container)];
  const isPlaced = type === undefined || PLACED.has(type);
  return texts.map((text) => {
    if (!isPlaced) return entity(container, type, text);
    // An address has its scheme as its type; the path of a file may be written as a URI as well.
    const whole = type === undefined || type === 'file' ? text : `${type}:${text}`;
    return located(container, whole) ?? entity(container, 'path', text);
  });
}

/** Types that say where a thing is, so that every server means the same by it. */
const PLACED: ReadonlySet<string> = new Set(['file', 'http', 'https']);

/** The texts that the parts make together: one for each way to choose from lists. */
function textsOf(parts: readonly Part[], args: unknown): string[] {
  let texts = [''];
  for (const part of parts) {
    const ends = typeof part === 'string' ? [part] : valuesAt(args, part.pointer);
    texts = texts.flatMap((text) => ends.map((end) => text + end)).slice(0, MOST);
  }
  return texts;
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): string[] {
  if (step === undefined) return scalarsOf(value);
  if (step === '*') {
    const items = Array.isArray(value) ? value.slice(0, MOST) : [];
    return items.flatMap((item) => valuesAt(item, rest)).slice(0, MOST);
  }
  if (Array.isArray(value))
    return /^\d{1,6}$/.test(step) ? valuesAt(value[Number(step)], rest) : [];
  return isObject(value) && Object.hasOwn(value, step) ? valuesAt(value[step], rest) : [];
}

/** A text or a number; the items of a list of such, so that `{/paths}` names each. */
function scalarsOf(value: unknown): string[] {
  const items = Array.isArray(value) ? value.slice(0, MOST) : [value];
  return items.flatMap((item) =>
    typeof item === 'string' || typeof item === 'number' ? [String(item)] : [],
  );
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
