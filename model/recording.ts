/**
 * A recording: a header line, then entry lines in sealed order (design §3, format 1).
 *
 * Read as bytes and split at LF only. Opening one executes nothing and contacts nothing. A torn
 * last line and lines that are no entries are reported and passed over; a newer format is refused.
 */
import { type Entry, FORMAT } from './entry.ts';
import { isObject, parseJson } from './json.ts';
import { createSha256 } from './keyed-hash.ts';
import { decodeEntry, encodeEntry, messageOrFrame } from './line.ts';
import { sealedOrder } from './order.ts';
import { sequenceProblems } from './sequence.ts';
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
  const { lines, torn } = splitLines(bytes);
  const header = readHeader(lines[0]);
  if (!header) return refusal('not-a-recording', 'the first line is not the header of a recording');
  const { format, hash } = header;
  if (format > FORMAT) {
    return refusal(
      'newer-format',
      `the recording has format ${format}, this version reads ${FORMAT}`,
    );
  }
  const own = lines.slice(1);
  const upgraded = upgradeLines(own, format, upgrades);
  if (!upgraded) return refusal('not-a-recording', `there is no format ${format}`);
  const problems: Problem[] = [];
  if (torn !== undefined) {
    problems.push({ kind: 'torn', detail: TORN, line: lines.length + 1 });
  } else if (hash !== hashOfLines(own)) problems.push({ kind: 'changed', detail: CHANGED });
  const entries = decodeLines(upgraded, problems);
  return { ok: true, entries, problems: [...problems, ...sequenceProblems(entries)] };
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

/** What stands in the header: 32 hex digits of the SHA-256 of the entry lines with their LFs. */
function hashOfLines(lines: Iterable<string>): string {
  const hash = createSha256();
  for (const line of lines) hash.update(bytesOf(`${line}\n`));
  return hash.hex().slice(0, 32);
}

function decodeLines(lines: readonly string[], problems: Problem[]): Entry[] {
  const entries: Entry[] = [];
  lines.forEach((line, index) => {
    const decoded = decodeEntry(line);
    if (decoded.ok) entries.push(decoded.entry);
    else {
      problems.push({
        kind: 'not-an-entry',
        detail: `line ${index + 2} is no entry: ${decoded.fault}`,
        line: index + 2,
      });
    }
  });
  return entries;
}

/** Lines of an older format as those of this one; undefined when no chain leads here. */
function upgradeLines(
  lines: readonly string[],
  from: number,
  upgrades: Upgrades,
): readonly string[] | undefined {
  let upgraded = lines;
  for (let format = from; format < FORMAT; format++) {
    const upgrade = upgrades[format];
    if (!upgrade) return undefined;
    upgraded = upgrade(upgraded);
  }
  return upgraded;
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

function refusal(code: Refusal['code'], detail: string): Refusal {
  return { ok: false, code, detail };
}

/** The LF-ended lines of a file, and what stands after the last LF. */
export function splitLines(bytes: Uint8Array): { lines: string[]; torn: string | undefined } {
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    // A line that is not UTF-8 decodes to nothing, and is then reported as no entry.
    lines.push(utf8(bytes.subarray(start, end)) ?? '');
    start = end + 1;
  }
  const rest = bytes.subarray(start);
  return { lines, torn: rest.length === 0 ? undefined : (utf8(rest) ?? '') };
}

/** Reads a recording that is held as text, as tests and the in-page viewer do. */
export function readRecordingText(text: string): Recording | Refusal {
  return readRecording(bytesOf(text));
}
