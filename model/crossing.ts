/** A framed line as the entry it is, and an entry as the bytes that crossed. */
import { fromBase64, toBase64 } from './base64.ts';
import type { Capture, Crossing, Draft, Entry, FrameEntry } from './entry.ts';
import type { Line } from './framing.ts';
import { parseJson } from './json.ts';
import { messageOrFrame } from './line.ts';
import { isMessageEvent, readBlock } from './sse.ts';
import { bytesOf, fromLatin1, latin1, utf8 } from './text.ts';

/** Replaces the secrets of a text and says how many there were. */
export type Redact = (text: string) => { readonly text: string; readonly count: number };

type LineDraft = Extract<Draft, { type: 'message' | 'frame' }>;

/** Where a line crossed. */
export type Where = Pick<Crossing, 'from' | 'channel' | 'exchange' | 'resumes'>;

/**
 * The draft of a line, of a block of an event stream or of a whole body: a message when it is one
 * JSON text, else a frame that says why not.
 */
export function draftOfLine(line: Line, where: Where, redact: Redact, capture: Capture): LineDraft {
  const { bytes, at, sent, eof, overCap } = line;
  // A body always ends without a line end of its own.
  const isCutOff = eof && !isBody(where.channel);
  const crossing = { at, sent, ...where, ...(isCutOff ? { eof: true as const } : undefined) };
  if (capture === 'metadata') {
    const length = overCap?.length ?? bytes.length;
    return { type: 'frame', why: 'metadata-only', ...crossing, bytes: length };
  }
  if (overCap) {
    const { length, sha256 } = overCap;
    const head = cleanHead(bytes, redact);
    return { type: 'frame', why: 'over-cap', ...crossing, ...head, bytes: length, sha256 };
  }
  const text = utf8(bytes);
  if (text === undefined) {
    return { type: 'frame', why: 'invalid-utf8', ...crossing, ...cleanBytes(bytes, redact) };
  }
  const clean = redact(text);
  const head = { type: 'message' as const, ...crossing, ...counted(clean.count) };
  if (where.channel === 'stream') return draftOfBlock(head, clean.text);
  if (isBody(where.channel)) return draftOfBody(head, clean.text);
  return messageOrFrame(head, clean.text);
}

type MessageHead = Omit<Extract<LineDraft, { type: 'message' }>, 'text' | 'value'>;

/** A block is a message when its event is one and its only data line is one JSON text. */
function draftOfBlock(head: MessageHead, text: string): LineDraft {
  const block = readBlock(text);
  const { data, id, event } = block;
  const { type: _, ...crossing } = head;
  const frame = { ...crossing, type: 'frame', why: 'sse', text } as const;
  if (!data || crossing.eof || !isMessageEvent(block)) return frame;
  const sse = {
    head: text.slice(0, data.start),
    tail: text.slice(data.end),
    ...(id === undefined ? undefined : { id }),
    ...(event === undefined ? undefined : { event }),
  };
  const draft = messageOrFrame({ ...head, sse }, text.slice(data.start, data.end));
  return draft.type === 'message' ? draft : frame;
}

/** A body is a message when it is one JSON text; white space around it is kept beside it. */
function draftOfBody(head: MessageHead, text: string): LineDraft {
  const { start, end } = insideOfSpace(text);
  const inside = text.slice(start, end);
  const body = { head: text.slice(0, start), tail: text.slice(end) };
  const draft = messageOrFrame(inside === text ? head : { ...head, body }, inside);
  if (draft.type === 'message') return draft;
  const isBroken = draft.why === 'not-one-line' && isNoJson(inside);
  return { ...draft, text, ...(isBroken ? { why: 'not-json' as const } : undefined) };
}

function isNoJson(text: string): boolean {
  const parsed = parseJson(text);
  return !parsed.ok && parsed.why === 'not-json';
}

/** Where a text begins and ends without the white space of JSON around it. */
function insideOfSpace(text: string): { start: number; end: number } {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.has(text.charCodeAt(start))) start++;
  while (end > start && SPACE.has(text.charCodeAt(end - 1))) end--;
  return { start, end };
}

const SPACE = new Set([...'\t\n\r '].map((character) => character.charCodeAt(0)));

function isBody(channel: Crossing['channel']): boolean {
  return channel === 'request' || channel === 'response';
}

/** How much of a line over the cap is kept to show what it began with, in characters. */
const HEAD = 64 * 1024;

/** How much more is searched for secrets, so that the cut leaves no half of one, in bytes. */
const BEYOND = 8 * 1024;

type Kept = Pick<FrameEntry, 'text' | 'base64' | 'redacted'>;

/** What a line over the cap began with, without its secrets. */
function cleanHead(bytes: Uint8Array, redact: Redact): Kept {
  const length = Math.min(HEAD, bytes.length >> 1);
  return cleanBytes(wholeCharacters(bytes.subarray(0, length + BEYOND)), redact, length);
}

/** Bytes cut anywhere, less the character that the cut may have split. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let end = bytes.length; end > bytes.length - 4 && end > 0; end--) {
    const whole = bytes.subarray(0, end);
    if (utf8(whole) !== undefined) return whole;
  }
  return bytes;
}

/**
 * Redacted bytes, as text where they are UTF-8, else as base64: secrets are ASCII, so one character
 * a byte finds them. At most `length` characters are kept.
 */
function cleanBytes(bytes: Uint8Array, redact: Redact, length?: number): Kept {
  const text = utf8(bytes);
  const { text: clean, count } = redact(text ?? latin1(bytes));
  const kept = clean.slice(0, length);
  return {
    ...(text === undefined ? { base64: toBase64(fromLatin1(kept)) } : { text: kept }),
    ...counted(count),
  };
}

function counted(count: number): { redacted?: number } {
  return count === 0 ? {} : { redacted: count };
}

/**
 * The bytes that an entry stands for, or undefined when it is not a crossing or kept only the head
 * of one. On a pipe that includes the LF that ended the line; in a stream, all of the block; of a
 * body, all of it.
 */
export function bytesOfEntry(entry: Entry): Uint8Array | undefined {
  if (entry.type !== 'message' && entry.type !== 'frame') return undefined;
  const end = isPipe(entry.channel) && !entry.eof ? '\n' : '';
  if (entry.type === 'message') {
    const { head, tail } = entry.sse ?? entry.body ?? { head: '', tail: end };
    return bytesOf(head + entry.text + tail);
  }
  if (entry.sha256 !== undefined) return undefined;
  if (entry.text !== undefined) return bytesOf(entry.text + end);
  return entry.base64 === undefined ? undefined : joined(fromBase64(entry.base64), bytesOf(end));
}

export function isPipe(channel: Crossing['channel']): boolean {
  return channel === 'stdin' || channel === 'stdout' || channel === 'stderr';
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
