/**
 * Regular expressions as trees: the part of the syntax whose work can be counted beforehand. What
 * is not in it is refused with a reason: back references, modifiers, letters escaped for nothing.
 */
import {
  ANY,
  allBut,
  type Characters,
  DIGITS,
  inAnyCase,
  inBothCases,
  joined,
  LINE_ENDS,
  SPACE,
  WORD,
} from './characters.ts';

export type Expression =
  /** One character. */
  | { readonly kind: 'one'; readonly set: Characters }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly branches: readonly Expression[] }
  | Repetition
  | Look
  /** Between characters: the start, the end, where a word begins or ends, and where it does not. */
  | { readonly kind: 'edge'; readonly of: '^' | '$' | 'b' | 'B' };

export interface Look {
  readonly kind: 'look';
  readonly item: Expression;
  readonly isAhead: boolean;
  readonly isNegative: boolean;
}

export interface Repetition {
  readonly kind: 'repeat';
  readonly item: Expression;
  readonly min: number;
  /** Infinity: without an end. */
  readonly max: number;
  readonly isLazy: boolean;
  /** As it is written. */
  readonly source: string;
}

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly reason: string };

/** Reads an expression; its reason, where it has one, goes on from "it …". */
export function parseExpression(source: string, flags = ''): Parsed {
  const unknown = /[muv]/.exec(flags)?.[0];
  if (unknown !== undefined) return { ok: false, reason: `has the flag ${unknown}` };
  try {
    const reader: Reader = { source, flags, at: 0, depth: 0 };
    const expression = choice(reader);
    if (reader.at < source.length) throw new Refusal('closes a group that was not opened');
    return { ok: true, expression };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message };
    throw error;
  }
}

class Refusal extends Error {}

interface Reader {
  readonly source: string;
  readonly flags: string;
  at: number;
  depth: number;
}

/** Deeper expressions nobody writes by hand, and every reader of the tree calls itself. */
const DEEPEST = 50;

function takes(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

function choice(reader: Reader): Expression {
  if (++reader.depth > DEEPEST) throw new Refusal(`nests deeper than ${DEEPEST} groups`);
  const branches = [sequence(reader)];
  while (takes(reader, '|')) branches.push(sequence(reader));
  reader.depth--;
  const [only] = branches;
  return only && branches.length === 1 ? only : { kind: 'choice', branches };
}

function sequence(reader: Reader): Expression {
  const items: Expression[] = [];
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source.charAt(reader.at))) {
    const item = repeated(reader);
    items.push(...(item.kind === 'sequence' ? item.items : [item]));
  }
  const [only] = items;
  return only && items.length === 1 ? only : { kind: 'sequence', items };
}

const COUNTED = /\{(\d{1,6})(,?)(\d{0,6})\}/y;

function repeated(reader: Reader): Expression {
  const start = reader.at;
  const item = atom(reader);
  const times = timesOf(reader);
  if (!times) return item;
  if (item.kind === 'look' || item.kind === 'edge')
    throw new Refusal('repeats something that takes no character');
  const isLazy = takes(reader, '?');
  const source = reader.source.slice(start, reader.at);
  if (times.min > times.max) throw new Refusal(`has its numbers the wrong way round in ${source}`);
  return { kind: 'repeat', item, ...times, isLazy, source };
}

function timesOf(reader: Reader): { min: number; max: number } | undefined {
  if (takes(reader, '*')) return { min: 0, max: Infinity };
  if (takes(reader, '+')) return { min: 1, max: Infinity };
  if (takes(reader, '?')) return { min: 0, max: 1 };
  COUNTED.lastIndex = reader.at;
  const found = COUNTED.exec(reader.source);
  if (!found) return undefined;
  const [whole, from, comma, to] = found;
  reader.at += whole.length;
  const min = Number(from);
  if (comma === '') return { min, max: min };
  return { min, max: to === '' ? Infinity : Number(to) };
}

function atom(reader: Reader): Expression {
  const { source, flags } = reader;
  const letter = source.charAt(reader.at++);
  if (letter === '(') return group(reader);
  if (letter === '[') return classOf(reader);
  if (letter === '\\') return escaped(reader);
  if (letter === '^' || letter === '$') return { kind: 'edge', of: letter };
  if (letter === '.') return one(flags.includes('s') ? ANY : allBut(LINE_ENDS));
  if (/[*+?{]/.test(letter)) throw new Refusal(`has a ${letter} with nothing to repeat before it`);
  return one(asWritten(letter, flags));
}

function one(set: Characters): Expression {
  return { kind: 'one', set };
}

/** The character, in both cases where the flags say so. */
function asWritten(letter: string, flags: string): Characters {
  const set = [[letter.charCodeAt(0), letter.charCodeAt(0)]] as const;
  return flags.includes('i') ? inAnyCase(set) : set;
}

function group(reader: Reader): Expression {
  const look = ['?=', '?!', '?<=', '?<!'].find((sign) => takes(reader, sign));
  if (look === undefined && !takes(reader, '?:')) {
    const name = /\?<[A-Za-z]\w{0,60}>/y;
    name.lastIndex = reader.at;
    const [named] = name.exec(reader.source) ?? [''];
    reader.at += named.length;
    if (reader.source[reader.at] === '?') throw new Refusal('has a group of a kind not known here');
  }
  const item = choice(reader);
  if (!takes(reader, ')')) throw new Refusal('has a group that is not closed');
  if (look === undefined) return item;
  return { kind: 'look', item, isAhead: !look.includes('<'), isNegative: look.endsWith('!') };
}

const CLASSES: Readonly<Record<string, Characters>> = {
  d: DIGITS,
  D: allBut(DIGITS),
  w: WORD,
  W: allBut(WORD),
  s: SPACE,
  S: allBut(SPACE),
};

function escaped(reader: Reader): Expression {
  const letter = reader.source.charAt(reader.at);
  if (letter === 'b' || letter === 'B') {
    reader.at++;
    return { kind: 'edge', of: letter };
  }
  return one(escapedSet(reader));
}

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' };
const HEX = /x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})/y;

/** What stands behind a backslash, outside of a class or in it. */
function escapedSet(reader: Reader, flags = reader.flags): Characters {
  const { source } = reader;
  const letter = source.charAt(reader.at);
  const known = CLASSES[letter];
  if (known) {
    reader.at++;
    return known;
  }
  HEX.lastIndex = reader.at;
  const [code, two, four] = HEX.exec(source) ?? [];
  if (code !== undefined) {
    reader.at += code.length;
    return asWritten(String.fromCharCode(Number.parseInt(two ?? four ?? '', 16)), flags);
  }
  reader.at++;
  const control = CONTROLS[letter];
  if (control !== undefined) return asWritten(control, flags);
  if (letter === '0' && !/\d/.test(source.charAt(reader.at))) return asWritten('\0', flags);
  if (/[1-9k]/.test(letter)) throw new Refusal('refers back to what a group found');
  if (/^\w?$/.test(letter)) throw new Refusal(`has \\${letter}, which is not known here`);
  return asWritten(letter, flags);
}

function classOf(reader: Reader): Expression {
  const { source, flags } = reader;
  const isNegative = takes(reader, '^');
  let set: Characters = [];
  while (!takes(reader, ']')) {
    if (reader.at >= source.length) throw new Refusal('has a class that is not closed');
    const from = member(reader);
    const isRange = source[reader.at] === '-' && source.charAt(reader.at + 1) !== ']';
    set = [...set, ...(isRange ? range(reader, from) : from)];
  }
  set = joined(set);
  // Leaving out too little is safe, leaving out too much is not.
  if (isNegative) return one(allBut(flags.includes('i') ? inBothCases(set) : set));
  return one(flags.includes('i') ? inAnyCase(set) : set);
}

function member(reader: Reader): Characters {
  if (takes(reader, '\\b')) return [[8, 8]];
  if (takes(reader, '\\-')) return [[0x2d, 0x2d]];
  // Case is seen to once the class is whole.
  if (takes(reader, '\\')) return escapedSet(reader, '');
  const code = reader.source.charCodeAt(reader.at++);
  return [[code, code]];
}

function range(reader: Reader, from: Characters): Characters {
  reader.at++;
  const to = member(reader);
  const [[first] = [0]] = from;
  const [[last] = [0]] = to;
  const isOfTwo = [from, to].every(([one, more]) => one && one[0] === one[1] && !more);
  if (!isOfTwo || first > last) throw new Refusal('has a range that is none in a class');
  return [[first, last]];
}
