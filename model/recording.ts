/**
 * A recording: a header line, then entry lines in sealed order (design §3, format 1).
 *
 * Read as bytes and split at LF only. Opening one executes nothing and contacts nothing. A torn
 * last line and lines that are no entries are reported and passed over; a newer format is refused.
 */
import { type Entry, FORMAT } from './entry.ts';
import type { Hash } from './framing.ts';
import { isObject, parseJson } from './json.ts';
import { createSha256 } from './keyed-hash.ts';
import { decodeEntry, encodeEntry, messageOrFrame } from './line.ts';
import { sealedOrder } from './order.ts';
import { createSequence } from './sequence.ts';
import { bytesOf, utf8 } from './text.ts';

export interface Problem {
  readonly kind: 'torn' | 'not-an-entry' | 'changed' | 'lost' | 'doubled' | 'no-head';
  /** One sentence for people. */
  readonly detail: string;
  /** The line of the file, counted from 1, where the problem has one. */
  readonly line?: number;
}

export interface Recording {
  readonly ok: true;
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
}

/** Why a file cannot be opened at all; the codes are those of docs/errors.md. */
export interface Refusal {
  readonly ok: false;
  readonly code: 'not-a-recording' | 'newer-format';
  readonly detail: string;
}

/** Rewrites the lines of a recording of format N as those of format N+1. */
export type Upgrade = (lines: readonly string[]) => readonly string[];
export type Upgrades = Readonly<Record<number, Upgrade>>;

/** The chain from every older format to this one; format 1 is the first. */
const UPGRADES: Upgrades = {};

export function readRecording(
  bytes: Uint8Array,
  upgrades: Upgrades = UPGRADES,
): Recording | Refusal {
  const reading = openRecording([bytes], { upgrades });
  if (!reading.ok) return reading;
  const entries = [...reading.entries];
  return { ok: true, entries, problems: reading.problems() };
}

/** A recording that is read entry by entry, once. */
export interface Reading {
  readonly ok: true;
  readonly entries: Iterable<Entry>;
  /** What is wrong with it, as far as it was read. */
  problems(): readonly Problem[];
}

/** Opens a recording that comes in pieces, of which none is held once its entries were taken. */
export function openRecording(
  pieces: Iterable<Uint8Array>,
  { upgrades = UPGRADES, hash = createSha256() }: { upgrades?: Upgrades; hash?: Hash } = {},
): Reading | Refusal {
  const lines = linesIn(pieces);
  const first = firstOf(lines);
  const rewritten = rewrittenBy(first ?? '');
  if (rewritten) return refusal('not-a-recording', rewritten);
  const header = readHeader(first);
  if (!header) return refusal('not-a-recording', 'the first line is not the header of a recording');
  const { format } = header;
  if (format > FORMAT) {
    return refusal(
      'newer-format',
      `the recording has format ${format}, this version reads ${FORMAT}`,
    );
  }
  const chain = chainFrom(format, upgrades);
  if (!chain) return refusal('not-a-recording', `there is no format ${format}`);
  const ofFile: Problem[] = [];
  const ofLines: Problem[] = [];
  const sequence = createSequence();
  return {
    ok: true,
    entries: (function* () {
      const own = checkedLines(lines, { hash, expected: header.hash, problems: ofFile });
      const upgraded = chain.length === 0 ? own : upgradedBy(chain, [...own]);
      for (const entry of decodeLines(upgraded, ofLines)) {
        sequence.add(entry);
        yield entry;
      }
    })(),
    problems: () => [...ofFile, ...ofLines, ...sequence.problems()],
  };
}

/** The lines behind the header; what the file lacks is known behind the last of them. */
function* checkedLines(
  lines: Lines,
  { hash, expected, problems }: { hash: Hash; expected: string; problems: Problem[] },
): Generator<string> {
  let count = 1;
  let next = lines.next();
  for (; !next.done; next = lines.next()) {
    count++;
    hash.update(next.value);
    hash.update(LINE_END);
    yield textOf(next.value);
  }
  if (next.value.length > 0) problems.push({ kind: 'torn', detail: TORN, line: count + 1 });
  else if (expected !== hash.hex().slice(0, HASH_DIGITS))
    problems.push({ kind: 'changed', detail: CHANGED });
}

/** What is said of a file whose last line has no LF. */
export const TORN = 'the last line has no end and was left out';
const CHANGED = 'the entries are not those that the header was written for';

/** The text of a recording of these entries, whatever order they come in. */
export function writeRecording(entries: Iterable<Entry>): string {
  return [...recordingLines(entries)].join('');
}

/**
 * The lines of a recording of these entries, each with its LF: for recordings that are larger than
 * the longest text of the engine (half a gigabyte).
 */
export function* recordingLines(entries: Iterable<Entry>): Generator<string> {
  const sealed = sealedOrder(entries).map(checked);
  const hash = hashOfLines(sealed.map(encodeEntry));
  yield `${JSON.stringify({ wiretape: FORMAT, recording: hash })}\n`;
  for (const entry of sealed) yield `${encodeEntry(entry)}\n`;
}

/** A tap may hand over long texts that nobody parsed yet; what is no JSON must not stand as a message. */
function checked(entry: Entry): Entry {
  if (entry.type !== 'message' || entry.value !== undefined) return entry;
  const { text, ...head } = entry;
  return messageOrFrame(head, text);
}

const HASH_DIGITS = 32;

/** What stands in the header: 32 hex digits of the SHA-256 of the entry lines with their LFs. */
function hashOfLines(lines: Iterable<string>): string {
  const hash = createSha256();
  for (const line of lines) hash.update(bytesOf(`${line}\n`));
  return hash.hex().slice(0, HASH_DIGITS);
}

function* decodeLines(lines: Iterable<string>, problems: Problem[]): Generator<Entry> {
  let number = 1;
  for (const line of lines) {
    number++;
    const decoded = decodeEntry(line);
    if (decoded.ok) yield decoded.entry;
    else {
      problems.push({
        kind: 'not-an-entry',
        detail: `line ${number} is no entry: ${decoded.fault}`,
        line: number,
      });
    }
  }
}

/** What makes lines of an older format those of this one; undefined when no chain leads here. */
function chainFrom(from: number, upgrades: Upgrades): Upgrade[] | undefined {
  const chain: Upgrade[] = [];
  for (let format = from; format < FORMAT; format++) {
    const upgrade = upgrades[format];
    if (!upgrade) return undefined;
    chain.push(upgrade);
  }
  return chain;
}

function upgradedBy(chain: readonly Upgrade[], lines: readonly string[]): readonly string[] {
  return chain.reduce((all, upgrade) => upgrade(all), lines);
}

function readHeader(line: string | undefined): { format: number; hash: string } | undefined {
  const parsed = parseJson(line ?? '');
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { wiretape: format, recording: hash } = parsed.value;
  if (typeof format !== 'number' || !Number.isSafeInteger(format)) return undefined;
  // The header of a later format may look different.
  if (format <= FORMAT && typeof hash !== 'string') return undefined;
  return { format, hash: String(hash) };
}

/** What an editor or a checkout did to a file that was a recording, as far as its first line shows it. */
function rewrittenBy(first: string): string | undefined {
  if (first.startsWith('\uFEFF{')) return 'something put a byte order mark before it';
  if (first.endsWith('}\r')) {
    return 'its lines end in CRLF, which Git leaves alone where .gitattributes says "*.tape.jsonl -text"';
  }
  return undefined;
}

function refusal(code: Refusal['code'], detail: string): Refusal {
  return { ok: false, code, detail };
}

/** The LF-ended lines of a file, and what stands after the last LF. */
export function splitLines(bytes: Uint8Array): { lines: string[]; torn: string | undefined } {
  const all = linesIn([bytes]);
  const lines: string[] = [];
  let next = all.next();
  for (; !next.done; next = all.next()) lines.push(textOf(next.value));
  return { lines, torn: next.value.length === 0 ? undefined : textOf(next.value) };
}

/** Lines without their LFs; and at last what stands behind the last LF. */
type Lines = Generator<Uint8Array, Uint8Array>;

const LINE_END = Uint8Array.of(0x0a);

function* linesIn(pieces: Iterable<Uint8Array>): Lines {
  let begun: Uint8Array[] = [];
  for (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      const line = piece.subarray(start, end);
      yield begun.length === 0 ? line : joined([...begun, line]);
      begun = [];
      start = end + 1;
    }
    if (start < piece.length) begun.push(piece.subarray(start));
  }
  return joined(begun);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function firstOf(lines: Lines): string | undefined {
  const first = lines.next();
  return first.done ? undefined : textOf(first.value);
}

/** A line that is not UTF-8 is as nothing, and is then reported as no entry. */
function textOf(line: Uint8Array): string {
  return utf8(line) ?? '';
}

/** Reads a recording that is held as text, as tests and the in-page viewer do. */
export function readRecordingText(text: string): Recording | Refusal {
  return readRecording(bytesOf(text));
}
