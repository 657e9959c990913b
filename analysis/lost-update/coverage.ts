/**
 * Coverage: whether a read would show a write, if it were kept.
 *
 * Either it reads the very resource, or it reads everything: it selects nothing, and neither its
 * name, nor its schema, nor its answer says that this is a part. Doubt means that it does not cover.
 */
import { isObject, member } from '../../model/json.ts';
import { isKeyName } from '../footprint/keys.ts';
import { openedText } from '../footprint/leaves.ts';
import { argumentsOf, type Operation, resultOf } from '../footprint/operation.ts';
import { wordsOf } from '../footprint/words.ts';
import { isCutText, isMoreAnywhere } from './more.ts';

/** `keys`: the resources it names, wholly shown. `all`: everything of its container. */
export type Coverage = 'keys' | 'all' | 'part';

export function coverageOf(read: Operation): Coverage {
  if (!read.ok || !read.whole || pages(read.definition)) return 'part';
  const wide = claimOf(read);
  if (wide === 'all' && isDescribedAsPart(read.definition)) return 'part';
  return wide === 'part' || isCut(read) ? 'part' : wide;
}

function claimOf(read: Operation): Coverage {
  const args = argumentsOf(read);
  const given = isObject(args)
    ? Object.keys(args).filter((name) => args[name] !== null && args[name] !== '')
    : [];
  if (given.length === 0) return read.keys.length > 0 ? 'keys' : 'all';
  const selecting = given.filter((name) => !HARMLESS.has(name));
  return read.kind === 'R' && selecting.every(isKeyName) ? 'keys' : 'part';
}

const HARMLESS = new Set(['encoding']);
const PAGING = /^(?:limit|page|pages|cursor|offset|skip|take|per|max|since|after|before)$/;

/** Whether the tool can be asked for a page, and so may give one unasked. */
function pages(definition: unknown): boolean {
  const properties = member(definition, 'inputSchema', 'properties');
  if (!isObject(properties)) return false;
  return Object.keys(properties).some((name) => wordsOf(name).some((word) => PAGING.test(word)));
}

/** How servers describe a tool that gives the newest of what there is, or a page. */
const PART =
  /\b(?:paginated|pagination|(?:a|one) page of|most recent|recent|(?:first|last|top|latest|newest|up to|at most|maximum of|limited to) \d{1,9})\b/i;

/** So much of a description is looked at. */
const LOOKED_AT = 2000;

function isDescribedAsPart(definition: unknown): boolean {
  const description = member(definition, 'description');
  return typeof description === 'string' && PART.test(description.slice(0, LOOKED_AT));
}

const PAGE_SIZES = new Set([10, 20, 25, 30, 50, 100, 200, 250, 500, 1000, 5000, 10000]);
const CUT_SIZES = new Set([
  ...PAGE_SIZES,
  2000,
  4000,
  4096,
  8000,
  8192,
  16000,
  16384,
  20000,
  25000,
  30000,
  32000,
  32768,
  50000,
  65536,
  100000,
]);
/** A text of fewer characters ends where it ends by chance. */
const SHORT = 500;

/** Whether the answer says, or looks as if, there were more. */
function isCut(read: Operation): boolean {
  const result = resultOf(read);
  return result === undefined || holdsPart(result, read.kind === 'L');
}

/** `isList`: a list in it that is as long as a usual page says so too. `opened`: what texts it stands in. */
function holdsPart(value: unknown, isList: boolean, opened = 0): boolean {
  if (typeof value === 'string') {
    const inner = openedText(value, opened);
    if (inner) return holdsPart(inner, isList, opened + 1);
    return isCutText(value) || isRound(value);
  }
  if (Array.isArray(value)) {
    if (isList && PAGE_SIZES.has(value.length)) return true;
    return value.some((item) => holdsPart(item, isList, opened));
  }
  if (!isObject(value)) return false;
  return Object.keys(value).some(
    (name) => isMoreAnywhere(name, value[name]) || holdsPart(value[name], isList, opened),
  );
}

/** A text is as long as somebody allowed it to be. */
function isRound(text: string): boolean {
  return text.length >= SHORT && CUT_SIZES.has(text.length);
}
