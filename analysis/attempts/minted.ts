/**
 * What two answers to the same request show of two runs: the server gave each a name of its own.
 *
 * A name is a field whose last word is that of one (`ticketId`), or, in a text for people, a word that
 * looks like one (`#12`, `T-12`) where the texts are otherwise equal. Times, and names of requests
 * themselves, differ in any two answers and count for nothing.
 */
import { escapePointer, isObject, member, parseJson } from '../../model/json.ts';
import { opened, textsIn } from '../footprint/leaves.ts';
import { lastWord, wordsOf } from '../footprint/words.ts';

export interface Minted {
  /** Where it stands in both answers, as a JSON pointer into the message. */
  readonly pointer: string;
  readonly first: string;
  readonly again: string;
}

/** The first name that differs between two results. */
export function mintedTwice(first: unknown, again: unknown): Minted | undefined {
  const [one, two] = [first, again].map((result) => member(result, 'structuredContent'));
  const at = { pointer: '/result/structuredContent', field: '' };
  return (
    both(one, two, at, differing) ??
    both(first, again, { pointer: '/result', field: '' }, differing)
  );
}

/** Whether both results have one name that the request did not: the outcome of one run, told twice. */
export function isSameNamed(first: unknown, again: unknown, args: unknown): boolean {
  const given = new Set(textsIn(args).flatMap((text) => [text, ...namesIn(text)]));
  const same: Leaf<true> = (a, b, { field }) => {
    if (a !== b || !isScalar(a)) return undefined;
    const names = isNameField(field) ? [String(a)] : field === 'text' ? namesIn(String(a)) : [];
    return names.filter((name) => !given.has(name)).length === 1 ? true : undefined;
  };
  return both(opened(first), opened(again), { pointer: '', field: '' }, same) === true;
}

type Leaf<T> = (a: unknown, b: unknown, at: Place) => T | undefined;

/** Goes through what two values have in the same places. */
function both<T>(a: unknown, b: unknown, at: Place, leaf: Leaf<T>): T | undefined {
  if (Array.isArray(a) && Array.isArray(b)) {
    return someOf(a.keys(), (key) =>
      both(a[key], b[key], { ...at, pointer: `${at.pointer}/${key}` }, leaf),
    );
  }
  if (isObject(a) && isObject(b)) {
    return someOf(Object.keys(a), (field) =>
      both(
        a[field],
        member(b, field),
        { pointer: `${at.pointer}/${escapePointer(field)}`, field },
        leaf,
      ),
    );
  }
  return leaf(a, b, at);
}

interface Place {
  readonly pointer: string;
  readonly field: string;
}

function differing(a: unknown, b: unknown, { pointer, field }: Place): Minted | undefined {
  if (a === b || !isScalar(a) || !isScalar(b)) return undefined;
  if (isNameField(field)) return { pointer, first: String(a), again: String(b) };
  if (field !== 'text' || typeof a !== 'string' || typeof b !== 'string') return undefined;
  const [one, two] = [a, b].map((text) => (/^\s*[[{]/.test(text) ? parseJson(text) : undefined));
  if (one?.ok && two?.ok) {
    const inner = mintedTwice(one.value, two.value);
    return inner && { ...inner, pointer };
  }
  const named = nameInText(a, b);
  return named && { pointer, ...named };
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

const NAME_WORD =
  /^(?:id|uuid|guid|key|number|iid|ref|reference|url|uri|slug|sha|ticket|confirmation)$/;
const OF_THE_REQUEST =
  /^(?:request|trace|span|correlation|session|log|cursor|page|event|etag|version|query|run)$/;

function isNameField(field: string): boolean {
  return (
    NAME_WORD.test(lastWord(field)) && !wordsOf(field).some((word) => OF_THE_REQUEST.test(word))
  );
}

/** Longer texts are documents, and what differs in them may be anything. */
const LONGEST_TEXT = 2000;

function nameInText(a: string, b: string): Omit<Minted, 'pointer'> | undefined {
  if (a.length > LONGEST_TEXT || b.length > LONGEST_TEXT) return undefined;
  const [one, two] = [a, b].map((text) => text.split(/\s+/));
  if (!one || !two || one.length !== two.length) return undefined;
  const places = [...one.keys()].filter((at) => one[at] !== two[at]);
  const names = places.filter((at) => isName(one, at) && isName(two, at));
  const [at] = names;
  if (at === undefined || places.some((place) => !names.includes(place) && !isTime(one[place])))
    return undefined;
  return { first: bare(one[at]), again: bare(two[at]) };
}

const NAME =
  /^(?:#\d{1,20}|[A-Za-z]{1,20}[-_#]\d{1,20}|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|(?=[a-f]{0,63}\d)[\da-f]{7,64})$/i;
const UNIT =
  /^(?:ms|s|sec|seconds?|minutes?|bytes?|kb|mb|items?|files?|rows?|of|times?|entries|left)\b/i;
const COUNTED = /^(?:in|took|after|at|now|total|count|has|have|of|than|until|within|for)$/i;

function isName(words: readonly string[], at: number): boolean {
  const word = bare(words[at]);
  if (NAME.test(word)) return true;
  const isCounted = COUNTED.test(bare(words[at - 1])) || UNIT.test(words[at + 1] ?? '');
  return /^\d{1,20}$/.test(word) && at > 0 && !isCounted;
}

/** The names in a text for people, each once; a number is one where the word before it says so. */
function namesIn(text: string): string[] {
  if (text.length > LONGEST_TEXT) return [];
  const words = text.split(/\s+/).map(bare);
  const isNamed = (word: string, at: number): boolean =>
    NAME.test(word) || (/^\d{1,20}$/.test(word) && isNameField(words[at - 1] ?? ''));
  return [...new Set(words.filter(isNamed))];
}

function isTime(word = ''): boolean {
  return (
    /^[\d:.,TZ+-]{4,40}(?:ms|s|Z)?$/.test(bare(word)) ||
    /^\d{1,10}(?:\.\d{1,10})?m?s$/.test(bare(word))
  );
}

/** Without the marks around a word. */
function bare(word = ''): string {
  return word.slice(0, 200).replaceAll(/^[("'[`*]{1,5}|[)"'\]`*.,:;!]{1,5}$/g, '');
}

function someOf<K, T>(keys: Iterable<K>, of: (key: K) => T | undefined): T | undefined {
  for (const key of keys) {
    const found = of(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
