/**
 * More: whether an answer says itself that there is more than it shows.
 *
 * A page names the next one, or its own number and size; a list counts what it left out; a text ends
 * where it was cut. What such members and sentences are called is listed here and nowhere else.
 */
import { isObject, type JsonObject } from '../../model/json.ts';
import { singular, wordsOf } from '../footprint/words.ts';

/** Members that say so wherever they stand, as one word in small letters. */
const ANYWHERE =
  /^(?:nextcursor|cursor|hasmore|hasnext|nextpage|hasnextpage|nexttoken|nextpagetoken|truncated|istruncated|incomplete|isincomplete|more)$/;

export function isMoreAnywhere(name: string, value: unknown): boolean {
  return ANYWHERE.test(asWord(name)) && isGiven(value);
}

/** Members that say so beside a list, or in what describes it: in an item they tell of the item. */
const BESIDE: readonly (readonly [name: RegExp, says: (value: unknown, at: Shown) => boolean])[] = [
  [/^next(?:url|uri|link|href|offset|key|id|marker|start|batch)?$/, isGiven],
  [/^(?:continue|continuation|continuationtoken|endcursor|resume|resumetoken)$/, isGiven],
  [/^(?:is)?(?:partial|clipped|cut|abridged|paginated|sampled)$/, (value) => value === true],
  [/^more(?:available|items|results|pages)$/, isGiven],
  [/^(?:remaining|left|omitted|hidden|rest|notshown|others)(?:count|items|results)?$/, isPositive],
  [/^(?:is)?(?:complete|last|lastpage|eof|end|exhausted|final|finished)$/, isFalse],
  [/^(?:pages|totalpages|pagecount|lastpage|numpages)$/, isSeveral],
  [/^(?:page|pagenumber|currentpage|pageindex)$/, isSeveral],
  [/^(?:offset|skip|start|from|startindex)$/, isPositive],
  [
    /^(?:limit|pagesize|perpage|pagelimit|maxresults|maxitems|maxcount|top|take)$/,
    (value, { length }) => isPositive(value) && value <= length,
  ],
];

interface Shown {
  /** Of the longest list beside it. */
  readonly length: number;
}

/** What describes the list that stands beside it. */
const DESCRIBES = /^(?:links?|meta|metadata|page|pageinfo|paging|pagination|pager|cursors?)$/;

/** Whether a member of the object says so of a list beside it. */
export function isMoreBeside(object: JsonObject): boolean {
  const lists = Object.values(object).filter(Array.isArray);
  if (lists.length === 0) return false;
  const shown = { length: Math.max(...lists.map(({ length }) => length)) };
  return (
    saysMore(object, shown) ||
    Object.entries(object).some(([name, value]) => {
      return DESCRIBES.test(asWord(name)) && isObject(value) && saysMore(value, shown);
    })
  );
}

function saysMore(object: JsonObject, shown: Shown): boolean {
  return Object.entries(object).some(([name, value]) => {
    const word = asWord(name);
    return (
      isMoreAnywhere(name, value) ||
      BESIDE.some(([pattern, says]) => pattern.test(word) && says(value, shown))
    );
  });
}

function asWord(name: string): string {
  return wordsOf(name).join('');
}

function isGiven(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== false &&
    value !== '' &&
    value !== 0 &&
    !(Array.isArray(value) && value.length === 0)
  );
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

function isSeveral(value: unknown): boolean {
  return typeof value === 'number' && value > 1;
}

function isFalse(value: unknown): boolean {
  return value === false;
}

/** How texts end that were cut, whatever they are. */
const CUT =
  /(?:\.\.\.|…)$|\[truncated|\(truncated|\btruncated\]|\bshowing \d|\bpage \d{1,9} of\b|\bmore results\b/i;
/** Where a text says that it goes on. */
const ENDING = 200;

export function isCutText(text: string): boolean {
  return CUT.test(text.slice(-ENDING).trimEnd());
}

/** Lines above or below a list which count what they leave out, or say how to get it. */
const LEAVES_OUT = [
  /(?:\.\.\.|…|\+|\(|\band|\bplus) ?\d{1,9} (?:more|others?|omitted|hidden)\b/i,
  /\b\d{1,9} (?:more|others|omitted|hidden|remaining|not shown)[^a-z0-9]{0,3}$/i,
  /^[^a-z0-9]{0,8}(?:the )?(?:first|last|top|latest|newest|oldest|most recent) \d/i,
  /\b(?:showing|displaying) (?:the |only )?(?:first |last |top |latest |newest )?\d/i,
  /\b\d{1,9} (?:shown|displayed|listed)\b/i,
  /\bpage \d{1,9} ?(?:of|\/) ?\d/i,
  /\bnext[ _]?(?:page|cursor|token)\b/i,
  /\b(?:cursor|offset|page|page_?token) ?[=:] ?\S/i,
  /\bto (?:see|view|show|get|load|fetch|read|list) (?:the )?(?:more|rest|next|remaining|others)\b/i,
];

/** A longer line is what is listed. */
const LONGEST = 200;

export function leavesOut(line: string): boolean {
  return line.length <= LONGEST && LEAVES_OUT.some((sentence) => sentence.test(line));
}

export interface Counts {
  /** What the read is about. */
  readonly noun: string | undefined;
  /** What is written has amounts, so that a total may be the sum of them. */
  readonly hasNumbers: boolean;
}

const COUNTED = new Set(['item', 'entry', 'result', 'record', 'row', 'object', 'thing', 'element']);
const COUNTING = new Set([
  ...['total', 'count', 'num', 'number', 'of', 'length', 'size', 'all', 'full'],
]);

/** Whether a member counts more than any list beside it holds. */
export function countsMore(object: JsonObject, { noun, hasNumbers }: Counts): boolean {
  const longest = Object.values(object).reduce<number>(
    (most, value) => Math.max(most, Array.isArray(value) ? value.length : 1),
    1,
  );
  return Object.entries(object).some(([name, value]) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= longest) return false;
    const words = wordsOf(name).map(singular);
    if (words.length === 1 && words[0] === 'total' && hasNumbers) return false;
    const counting = words.filter((word) => COUNTING.has(word));
    return (
      counting.length > 0 &&
      words.every((word) => COUNTING.has(word) || COUNTED.has(word) || word === noun)
    );
  });
}

/** Whether the first or the last line counts more things than there are other lines, or leaves some out. */
export function isMoreInLines(lines: readonly string[], counts: Counts): boolean {
  return [lines[0], lines.at(-1)].some((line) => {
    if (line === undefined || line.length > LONGEST) return false;
    if (leavesOut(line)) return true;
    const said = countIn(line, counts);
    if (said === undefined) return false;
    const stretches = line.split(/[,;:]/).filter((one) => one.trim() !== '').length - 1;
    return said > Math.max(lines.length - 1, stretches);
  });
}

/** `2 entries`, `3 open items`, `total: 4`. */
function countIn(line: string, { noun, hasNumbers }: Counts): number | undefined {
  const words = wordsOf(line).map(singular);
  const at = words.findIndex((word, index) => {
    if (!/^\d{1,7}$/.test(word)) return false;
    const behind = words.slice(index + 1, index + 3);
    if (behind.some((one) => COUNTED.has(one) || one === noun)) return true;
    const before = words[index - 1];
    return before === 'count' || (before === 'total' && !hasNumbers);
  });
  return at === -1 ? undefined : Number(words[at]);
}
