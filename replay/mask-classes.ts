/**
 * The classes of values that differ from run to run. A mask names one, and a live value must still
 * be of it; two values agree under a mask when their classes are the same text.
 */
import { isTimestamp } from '../analysis/words/pieces.ts';

/** What a mask may name. `any`: whichever class the recorded value is of; `set`: a list in any order. */
export type MaskType =
  | 'uuid'
  | 'rfc3339'
  | 'date'
  | 'clock'
  | 'epoch'
  | 'int'
  | 'path'
  | 'set'
  | 'any'
  | Hex;

type Hex = `hex(${number})`;

/** Their names, for those who have to choose one. */
export const MASK_TYPES = 'uuid, rfc3339, date, clock, epoch, int, hex(N), path, set, any';

const NAMED: ReadonlySet<string> = new Set([
  'uuid',
  'rfc3339',
  'date',
  'clock',
  'epoch',
  'int',
  'path',
  'set',
  'any',
]);

export function isMaskType(text: string): text is MaskType {
  return NAMED.has(text) || /^hex\([1-9][0-9]{0,3}\)$/.test(text);
}

/** The narrowest class of a value, as `any` sees it; undefined of a value of none. */
export function classOf(value: unknown): string | undefined {
  for (const find of [uuid, rfc3339, date, clock, epoch, int, hex, path]) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The class of a value under a mask of this type; undefined when it is not of that type. */
export function classUnder(type: Exclude<MaskType, 'set'>, value: unknown): string | undefined {
  switch (type) {
    case 'uuid':
      return uuid(value);
    case 'rfc3339':
      return rfc3339(value);
    case 'date':
      return date(value);
    case 'clock':
      return clock(value);
    case 'epoch':
      return epoch(value);
    case 'int':
      return int(value);
    case 'path':
      return path(value);
    case 'any':
      return classOf(value);
    default:
      return hex(value) === type ? type : undefined;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function uuid(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? 'uuid' : undefined;
}

function rfc3339(value: unknown): string | undefined {
  return typeof value === 'string' && isTimestamp(value) ? 'rfc3339' : undefined;
}

/** As English and JavaScript write it: `Thu Nov 26 2026`, `26 November 2026 06:27:42 GMT`. */
const DATE =
  /^((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?([A-Z][a-z]{2,8} [0-3]?\d,?|[0-3]?\d [A-Z][a-z]{2,8}) \d{4}( [0-2]\d:[0-5]\d:[0-6]\d( (GMT|UTC)([+-]\d{4})?( \([A-Za-z ]{1,60}\))?)?)?$/;
const MONTH =
  /^(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?|Oct(ober)?|Nov(ember)?|Dec(ember)?)$/;

function date(value: unknown): string | undefined {
  const [, , , day] = typeof value === 'string' ? (DATE.exec(value) ?? []) : [];
  return day?.split(/[ ,]/).some((word) => MONTH.test(word)) ? 'date' : undefined;
}

/** A time of day of 24 or of 12 hours; some write a narrow space before AM. */
const CLOCK =
  /^([01]?\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d{1,9})?)?([ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?$/;

function clock(value: unknown): string | undefined {
  return typeof value === 'string' && CLOCK.test(value) ? 'clock' : undefined;
}

/** Between 2001 and 2286: a moment since 1970 in each unit. One unit is never taken for another. */
const UNITS = [
  ['s', 1e9],
  ['ms', 1e12],
  ['us', 1e15],
  ['ns', 1e18],
] as const;

function epoch(value: unknown): string | undefined {
  const number = numberOf(value, /^[0-9]{10,19}(\.[0-9]{1,9})?$/);
  if (number === undefined) return undefined;
  const unit = UNITS.find(([, least]) => number >= least && number < least * 10);
  return unit && asWritten(`epoch(${unit[0]})`, value);
}

function int(value: unknown): string | undefined {
  const number = numberOf(value, /^-?[0-9]{1,15}$/);
  return Number.isSafeInteger(number) ? asWritten('int', value) : undefined;
}

/** A number, or a text of this form as one. */
function numberOf(value: unknown, form: RegExp): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && form.test(value) ? Number(value) : undefined;
}

/** A number is not the text of a number. */
function asWritten(name: string, value: unknown): string {
  return typeof value === 'string' ? `${name} as text` : name;
}

function hex(value: unknown): string | undefined {
  const isHex = typeof value === 'string' && value.length < 10_000 && /^[0-9a-f]+$/i.test(value);
  return isHex ? `hex(${value.length})` : undefined;
}

/** Absolute, relative with a dot, of a home, of Windows, or as a URL. */
const PATH = /^(\/|\.{1,2}[/\\]|~[/\\]|[A-Za-z]:[/\\]|\\\\|file:\/\/).*$/;

function path(value: unknown): string | undefined {
  return typeof value === 'string' && PATH.test(value) ? 'path' : undefined;
}
