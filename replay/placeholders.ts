/**
 * Redacted secrets in a match: `<secret:TYPE:hmac>` in the recording stands for one text, which a
 * live client sends in the clear. It agrees with any text that the rule of its type finds there,
 * one to one: one hash always means one text, and one text one hash. The type only says which rule
 * found it: of a secret in an address and in a member it is two.
 *
 * What a placeholder means is learned from the messages of one session and kept in memory only.
 */
import { isObject, type JsonObject } from '../model/json.ts';
import { hasPlaceholder, PLACEHOLDER, tagOf } from '../model/placeholder.ts';
import { SECRET_SHAPES } from '../model/secrets.ts';

/** What placeholders were found to mean. A trial is a guess that is kept or forgotten as a whole. */
export interface Secrets {
  trial(): Trial;
}

export interface Trial {
  /** Whether a live text is what the recorded one stands for, given all that is known so far. */
  agrees(recorded: string, live: string): boolean;
  /** Takes over what this trial assumed. */
  keep(): void;
}

export function createSecrets(): Secrets {
  const textOf = new Map<string, string>();
  const tagOfText = new Map<string, string>();
  return {
    trial() {
      const guessed = new Map<string, string>();
      const guessedBack = new Map<string, string>();
      const known = (tag: string) => textOf.get(tag) ?? guessed.get(tag);
      return {
        agrees(recorded, live) {
          if (recorded === live) return true;
          const pairs = align(recorded, live, known);
          return (
            pairs?.every(([tag, text]) => {
              const back = tagOfText.get(text) ?? guessedBack.get(text);
              if (back !== undefined && back !== tag) return false;
              guessed.set(tag, text);
              guessedBack.set(text, tag);
              return true;
            }) ?? false
          );
        },
        keep() {
          for (const [tag, text] of guessed) textOf.set(tag, text);
          for (const [text, tag] of guessedBack) tagOfText.set(text, tag);
        },
      };
    },
  };
}

type Pair = readonly [tag: string, text: string];

/**
 * What each placeholder of a recorded text stands for in the live one, or undefined when the texts
 * around them differ. Goes once through the live text, whatever the recording holds.
 */
function align(
  recorded: string,
  live: string,
  known: (tag: string) => string | undefined,
): Pair[] | undefined {
  const found = [...recorded.matchAll(PLACEHOLDER)];
  const [first] = found;
  if (!first || !live.startsWith(recorded.slice(0, first.index))) return undefined;
  const pairs: Pair[] = [];
  let at = first.index;
  for (const [index, match] of found.entries()) {
    const [placeholder, type = ''] = match;
    const after = match.index + placeholder.length;
    const next = found[index + 1];
    const literal = recorded.slice(after, next?.index);
    const end = endOfSecret(live, at, {
      literal,
      last: !next,
      bound: known(tagOf(placeholder)),
      placeholder,
    });
    if (end === undefined) return undefined;
    const text = live.slice(at, end);
    if (text !== placeholder) {
      if (!hasShapeOf(type, live, at, end)) return undefined;
      pairs.push([tagOf(placeholder), text]);
    }
    at = end + literal.length;
  }
  return at === live.length ? pairs : undefined;
}

interface Expected {
  /** The recorded text behind the placeholder, up to the next one or to the end. */
  readonly literal: string;
  readonly last: boolean;
  readonly bound: string | undefined;
  readonly placeholder: string;
}

/** Where the text of a placeholder that starts at `at` ends in the live text. */
function endOfSecret(live: string, at: number, expected: Expected): number | undefined {
  const { literal, last, bound, placeholder } = expected;
  for (const text of [placeholder, bound]) {
    if (text === undefined || !live.startsWith(text, at)) continue;
    const end = at + text.length;
    if (live.startsWith(literal, end) && (!last || end + literal.length === live.length))
      return end;
  }
  if (bound !== undefined) return undefined;
  if (last) {
    const end = live.length - literal.length;
    return end > at && live.endsWith(literal) ? end : undefined;
  }
  const end = live.indexOf(literal, at + 1);
  return end === -1 ? undefined : end;
}

/** Whether the rules of this type find a secret exactly there; types without a shape accept any text. */
function hasShapeOf(type: string, live: string, start: number, end: number): boolean {
  const shapes = SECRET_SHAPES.filter((shape) => shape.type === type);
  if (shapes.length === 0) return true;
  return shapes.some(({ shape }) => {
    const search = new RegExp(shape.source, shape.flags);
    search.lastIndex = start;
    const match = search.exec(live);
    return match !== null && match.index === start && match[0].length === end - start;
  });
}

/** Whether two values without members agree. A number that is a secret was recorded as a text. */
export function agree(recorded: unknown, live: unknown, trial: Trial): boolean {
  if (typeof recorded !== 'string') return recorded === live;
  if (typeof live === 'number')
    return hasPlaceholder(recorded) && trial.agrees(recorded, `${live}`);
  return typeof live === 'string' && trial.agrees(recorded, live);
}

/** The live value as a recording of it would be: recorded placeholders where its texts agree. */
export function withPlaceholders(recorded: unknown, live: unknown, trial: Trial): unknown {
  if (agree(recorded, live, trial)) return recorded;
  if (Array.isArray(recorded) && Array.isArray(live)) {
    return live.map((item, index) => withPlaceholders(recorded[index], item, trial));
  }
  if (!isObject(recorded) || !isObject(live)) return live;
  return Object.fromEntries(
    Object.entries(live).map(([name, value]) => [name, masked(recorded, name, value, trial)]),
  );
}

function masked(recorded: JsonObject, name: string, value: unknown, trial: Trial): unknown {
  return Object.hasOwn(recorded, name) ? withPlaceholders(recorded[name], value, trial) : value;
}
