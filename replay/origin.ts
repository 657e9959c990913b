/**
 * Whose mind changed: whether a recorded value was the caller's own choice, or one that a server had
 * given it before. A value came from an answer when it stands there as a word of its own, at least
 * six characters long, and the client had not said it earlier.
 */
import { hasWord } from '../analysis/words/names.ts';
import type { MessageEntry } from '../model/entry.ts';
import { isObject } from '../model/json.ts';
import type { ClientItem, Script } from './script.ts';

export interface Origins {
  /** The recorded answer that a value of this recorded message came from. */
  sourceOf(item: ClientItem, value: unknown): string | undefined;
}

/** A shorter value may stand in an answer by chance, a longer one is a text and no name. */
const SHORTEST = 6;
const LONGEST = 1000;

export function createOrigins(script: Script): Origins {
  // By word: a miss must not cost more than reading the recording, however many there are.
  const known = new Map<string, Source | undefined>();
  return {
    sourceOf(item, value) {
      const word = wordOf(value);
      if (word === undefined) return undefined;
      if (!known.has(word)) known.set(word, firstAnswerWith(script, word));
      const source = known.get(word);
      return source && source.seq < item.ref.seq ? source.reference : undefined;
    },
  };
}

function wordOf(value: unknown): string | undefined {
  const isName = typeof value === 'string' || typeof value === 'number';
  const word = isName ? String(value) : '';
  return word.length >= SHORTEST && word.length <= LONGEST ? word : undefined;
}

interface Source {
  readonly seq: number;
  readonly reference: string;
}

/** The message in which a word comes first, if that is an answer of the server. */
function firstAnswerWith({ session, steps }: Script, word: string): Source | undefined {
  const first = session.entries.find(
    (entry): entry is MessageEntry => entry.type === 'message' && holds(entry.value, word),
  );
  if (first?.from !== 'server') return undefined;
  const step = steps.find(({ seq }) => seq === first.seq);
  const part = step?.parts.find(
    ({ kind, ref }) => kind === 'response' && holds(session.value(ref), word),
  );
  return part && { seq: first.seq, reference: part.reference };
}

function holds(value: unknown, word: string): boolean {
  if (typeof value === 'string') return hasWord(value, word);
  if (typeof value === 'number') return String(value) === word;
  if (Array.isArray(value)) return value.some((item) => holds(item, word));
  return isObject(value) && Object.values(value).some((inner) => holds(inner, word));
}
