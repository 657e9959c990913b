/**
 * Puts a trace context into a request (`params._meta.traceparent`, SEP-414) and leaves every other
 * character of its text as it was.
 */

import { isObject, parseJson, textMember } from './json.ts';
import { isId } from './message.ts';
import { META } from './methods.ts';
import { lastMember } from './value-text.ts';

/** `inject`: where the request names no trace. `rewrite`: also in place of the one it names. */
export const PROPAGATION = ['inject', 'rewrite'] as const;
export type Propagation = (typeof PROPAGATION)[number];

export interface Propagated {
  readonly text: string;
  readonly traceparent: string;
}

/**
 * `mint` gives the new one, told the one that is there; `beside`: what the request names outside of
 * its text. Undefined: the text is to pass as it is.
 */
export function propagate(
  text: string,
  how: Propagation,
  mint: (given: string | undefined) => string,
  beside?: string,
): Propagated | undefined {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { method, id, params } = parsed.value;
  if (typeof method !== 'string' || !isId(id)) return undefined;
  if (params !== undefined && !isObject(params)) return undefined;
  const meta = params?.['_meta'];
  if (meta !== undefined && !isObject(meta)) return undefined;
  const given = textMember(meta, META.traceparent) ?? beside;
  if (given !== undefined && how === 'inject') return undefined;
  const traceparent = mint(given);
  return { text: withMember(text, text.indexOf('{'), PATH, traceparent), traceparent };
}

const PATH = ['params', '_meta', META.traceparent];

/** The text of an object with a text at a path in it; `open`: where the object begins. */
function withMember(text: string, open: number, path: readonly string[], value: string): string {
  const [name = '', ...rest] = path;
  const found = lastMember(text, open, name);
  if (found && rest.length > 0) return withMember(text, found.start, rest, value);
  if (found) return text.slice(0, found.start) + JSON.stringify(value) + text.slice(found.end);
  const inner = rest.reduceRight<unknown>((at, key) => ({ [key]: at }), value);
  const member = `${JSON.stringify(name)}:${JSON.stringify(inner)}`;
  const isEmpty = /^\s*\}/.test(text.slice(open + 1, open + 1000));
  return `${text.slice(0, open + 1)}${member}${isEmpty ? '' : ','}${text.slice(open + 1)}`;
}
