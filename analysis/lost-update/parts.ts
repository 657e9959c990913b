/**
 * Parts: what a read's answer is made of, where it lists things and where it only sums them up.
 *
 * A total, or the newest, shows that a write was made and says nothing of those it does not name. And an
 * answer that says itself how many there are, and shows fewer, is a part of them.
 */
import { isObject, type JsonObject, member, parseJson } from '../../model/json.ts';
import { type Operation, resultOf } from '../footprint/operation.ts';
import { nounOf } from '../footprint/places.ts';
import { wordsOf } from '../footprint/words.ts';
import { countsMore, isMoreBeside, isMoreInLines } from './more.ts';

export interface Parts {
  readonly lists: readonly List[];
  /** Every text that stands in a list, or alone under a name that promises no sum. */
  readonly texts: readonly string[];
  /** It says itself that there are more things than it shows. */
  readonly saysMore: boolean;
}

export interface List {
  /** Where it stands: the same for the same list of another answer. */
  readonly place: string;
  readonly items: readonly unknown[];
}

/** `hasNumbers`: what is written has amounts, so that a total may be the sum of them. */
export function partsOf(read: Operation, hasNumbers: boolean): Parts {
  const lists: List[] = [];
  const texts: string[] = [];
  const counts = { noun: nounOf(read.tool), hasNumbers };
  let saysMore = false;
  const inLines = (lines: readonly string[], place: string): void => {
    if (lines.length > 1) lists.push({ place: `${place} lines`, items: lines });
    if (isMoreInLines(lines, counts)) saysMore = true;
    texts.push(...lines.flatMap(withoutSums));
  };
  const inText = (text: string, place: string, isItem: boolean): void => {
    const inner = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
    if (inner?.ok) walk(inner.value, place, isItem);
    else if (isItem) texts.push(text);
    else inLines(linesOf(text), place);
  };
  const inObject = (object: JsonObject, place: string, isItem: boolean): void => {
    if (!isItem && (countsMore(object, counts) || isMoreBeside(object))) saysMore = true;
    for (const [name, item] of Object.entries(object)) {
      if (isItem || !isSum(name)) walk(item, `${place}/${name}`, isItem);
    }
  };
  const walk = (value: unknown, place: string, isItem: boolean): void => {
    if (typeof value === 'string') inText(value, place, isItem);
    else if (Array.isArray(value)) {
      lists.push({ place, items: value });
      for (const item of value) walk(item, place, true);
    } else if (isObject(value)) inObject(value, place, isItem);
  };
  for (const root of rootsOf(resultOf(read))) walk(root, '', false);
  return { lists, texts, saysMore };
}

/** What a result gives: its structured content, and the texts of its blocks, which are a list for other reasons. */
function rootsOf(result: unknown): unknown[] {
  const blocks = [member(result, 'content'), member(result, 'contents')].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  const texts = blocks.map((block) => member(block, 'text'));
  return [member(result, 'structuredContent'), ...texts].filter((root) => root !== undefined);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const SUMS = new Set([
  ...['newest', 'latest', 'last', 'first', 'oldest', 'next', 'recent', 'top', 'best', 'worst'],
  ...[
    'largest',
    'biggest',
    'smallest',
    'highest',
    'lowest',
    'longest',
    'shortest',
    'most',
    'least',
  ],
  ...['max', 'maximum', 'min', 'minimum', 'total', 'sum', 'average', 'mean', 'random', 'cheapest'],
]);

/** Names of people begin so as well. */
function isSum(name: string): boolean {
  const words = wordsOf(name);
  return words.length <= LONGEST && !words.includes('name') && words.some((word) => SUMS.has(word));
}

/** A label has so many words at most; more are a sentence. */
const LONGEST = 4;

/** The stretches of a line but those that begin with a label which promises a sum. */
function withoutSums(line: string): string[] {
  const stretches = line.split(/[,;]/);
  const left = stretches.filter((stretch) => {
    const label = /[:=]|\b(?:is|was)\b/.exec(stretch);
    return !(label && isSum(stretch.slice(0, label.index)));
  });
  return left.length === stretches.length ? [line] : left;
}
