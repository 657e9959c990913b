/**
 * Ids that servers made: what a creating call gave back, and where it is used again.
 *
 * A unique id means one thing, whatever the argument is called that carries it, and whichever server
 * is given it.
 */
import { isObject, type JsonObject, member, parseJson } from '../../model/json.ts';
import type { Resource } from './access.ts';
import type { Container } from './container.ts';
import { nounOf } from './places.ts';
import { entity } from './resources.ts';
import { lastWord, singular, wordsOf } from './words.ts';

/** A thing that a call made. */
export interface Thing extends Resource {
  readonly id: string;
  readonly type: string;
  /** When the answer that named it had come. */
  readonly end: number;
}

export interface Minted {
  /** Takes what a call of a tool gave; what it made, if it says so. */
  learn(tool: string, result: unknown, container: Container, end: number): Thing | undefined;
  /** What an argument means that was given at `start`. */
  meaning(text: string, start: number): Thing | undefined;
}

/** So many ids are kept, and so many answers without one are looked at of each tool. */
const MOST = 100_000;
const PATIENCE = 20;

export function createMinted(): Minted {
  const things = new Map<string, Thing | 'several'>();
  /** By container and tool: how many answers in a row had no id. */
  const without = new Map<string, Map<string, number>>();
  const missesOf = ({ id }: Container): Map<string, number> => {
    const misses = without.get(id) ?? new Map<string, number>();
    if (misses.size === 0) without.set(id, misses);
    return misses;
  };
  return {
    learn(tool, result, container, end) {
      const misses = missesOf(container);
      const missed = misses.get(tool) ?? 0;
      if (missed === PATIENCE) return undefined;
      const found = idIn(result, tool);
      if (!found) {
        misses.set(tool, missed + 1);
        return undefined;
      }
      if (missed > 0) misses.set(tool, 0);
      const { id, type } = found;
      const { resource, label } = entity(container, type, id);
      const thing: Thing = { resource, label, id, type, end };
      if (isUnique(id) && things.size < MOST) {
        const known = things.get(id);
        const isSame =
          known === undefined || (known !== 'several' && known.resource === thing.resource);
        if (!isSame) things.set(id, 'several');
        else if (known === undefined || end < known.end) things.set(id, thing);
      }
      return thing;
    },
    meaning(text, start) {
      const thing = things.size > 0 && isUnique(text) ? things.get(text) : undefined;
      return thing !== undefined && thing !== 'several' && thing.end < start ? thing : undefined;
    },
  };
}

const ID = /^(?:id|uuid|guid|key|number|iid)$/;
const FIELDS = 32;

/** The id that an answer gives: of what it is about, or the only one in its text. */
function idIn(result: unknown, tool: string): { id: string; type: string } | undefined {
  const text = textOf(result);
  for (const value of [member(result, 'structuredContent'), text && parsed(text)]) {
    const about = isObject(value) ? aboutIn(value) : {};
    for (const [field, id] of Object.entries(about).slice(0, FIELDS)) {
      if (!ID.test(lastWord(field)) || !isId(id)) continue;
      const said = wordsOf(field).slice(0, -1).map(singular).join('-');
      return { id: String(id), type: said === '' ? typeBy(tool) : said };
    }
  }
  const words = (text ?? '')
    .slice(0, LOOKED_AT)
    .split(/[\s"'`.,:;()[\]{}]/)
    .filter(isUnique);
  const [id, ...others] = new Set(words);
  return id === undefined || others.length > 0 ? undefined : { id, type: typeBy(tool) };
}

const LOOKED_AT = 1024;

function textOf(result: unknown): string | undefined {
  const content = member(result, 'content');
  const text = Array.isArray(content) ? member(content[0], 'text') : undefined;
  return typeof text === 'string' ? text : undefined;
}

function parsed(text: string): unknown {
  const value = text.startsWith('{') && text.length < LARGE ? parseJson(text) : undefined;
  return value?.ok ? value.value : undefined;
}

const LARGE = 65_536;

/** What an answer is about may stand in it under its own name. */
function aboutIn(value: JsonObject): JsonObject {
  const [inner, ...others] = Object.values(value);
  return others.length === 0 && isObject(inner) ? inner : value;
}

function typeBy(tool: string): string {
  return nounOf(tool) ?? 'thing';
}

function isId(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= LONGEST);
}

const LONGEST = 128;

/** Whether a text is so long and so mixed that no other thing is called so. */
function isUnique(text: string): boolean {
  return text.length >= 6 && text.length <= LONGEST && /\d/.test(text) && /^[\w-]+$/.test(text);
}
