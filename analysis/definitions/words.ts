/** Changes of words: texts for people and models, wherever they stand. */
import { canonicalJson } from '../../model/canonical.ts';
import { isObject, type JsonObject } from '../../model/json.ts';
import type { Change } from './change.ts';
import { hiddenIn } from './hidden.ts';
import { below } from './schema/allowed.ts';
import { shortJson } from './schema/short.ts';

/** How one member changed that means something only to a reader. */
export function wording(at: string, before: unknown, after: unknown): Change[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const hidden = hiddenIn(after);
  const text = `${shortJson(before)} → ${shortJson(after)}`;
  return [
    {
      level: 'wording',
      at,
      text: told(before, after) ?? text,
      ...(hidden.length > 0 ? { hidden } : {}),
    },
  ];
}

/** Around the first difference, where both are texts: their beginnings are often the same. */
function told(before: unknown, after: unknown): string | undefined {
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  const start = Math.max(0, same - 16);
  const part = (text: string): string => shortJson(`${start > 0 ? '…' : ''}${text.slice(start)}`);
  return `${part(before)} → ${part(after)}`;
}

const WORDS = ['title', 'description', 'examples', 'contentEncoding', 'contentMediaType'] as const;

/** What is worded in a schema: titles, descriptions, examples and how a text is to be read, of it and of what it names. */
export function schemaWording(at: string, before: unknown, after: unknown): Change[] {
  if (!isObject(before) || !isObject(after)) return [];
  const own = WORDS.flatMap((name) =>
    wording(at === '' ? name : `${at} ${name}`, before[name], after[name]),
  );
  return [
    ...own,
    ...both(before, after).flatMap(([name, a, b]) => schemaWording(below(at, name), a, b)),
  ];
}

/**
 * Defaults: who leaves a member out means the default, so another one changes what his calls mean.
 */
export function defaults(at: string, before: unknown, after: unknown): Change[] {
  if (!isObject(before) || !isObject(after)) return [];
  const [was, is] = [before['default'], after['default']];
  const level = was === undefined ? 'widening' : 'breaking';
  const own: Change[] =
    canonicalJson(was) === canonicalJson(is)
      ? []
      : [{ level, at, text: `default ${shortJson(was)} → ${shortJson(is)}` }];
  return [
    ...own,
    ...both(before, after).flatMap(([name, a, b]) => defaults(below(at, name), a, b)),
  ];
}

/** The schemas below that both have at one place. */
function both(before: JsonObject, after: JsonObject): [string, unknown, unknown][] {
  const { properties: a, items: aItems } = before;
  const { properties: b, items: bItems } = after;
  const members =
    isObject(a) && isObject(b) ? Object.keys(a).filter((name) => Object.hasOwn(b, name)) : [];
  const found = members.map((name): [string, unknown, unknown] => [
    name,
    (a as JsonObject)[name],
    (b as JsonObject)[name],
  ]);
  return aItems === undefined || bItems === undefined ? found : [...found, ['[]', aItems, bItems]];
}
