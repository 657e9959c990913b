/** A framed line as the entry it is, and an entry as the bytes that crossed. */
import { fromBase64, toBase64 } from './base64.ts';
import type { Capture, Crossing, Draft, Entry, FrameEntry } from './entry.ts';
import type { Line } from './framing.ts';
import { messageOrFrame } from './line.ts';
import { bytesOf, fromLatin1, latin1, utf8 } from './text.ts';

/** Replaces the secrets of a text and says how many there were. */
export type Redact = (text: string) => { readonly text: string; readonly count: number };

type LineDraft = Extract<Draft, { type: 'message' | 'frame' }>;

/** The draft of a line: a message when it is one JSON text, else a frame that says why not. */
export function draftOfLine(
  line: Line,
  where: Pick<Crossing, 'from' | 'channel' | 'exchange'>,
  redact: Redact,
  capture: Capture,
): LineDraft {
  const { bytes, at, sent, eof, overCap } = line;
  const crossing = { at, sent, ...where, ...(eof ? { eof: true as const } : undefined) };
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
  return messageOrFrame(head, clean.text);
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
 * of one. On a pipe that includes the LF that ended the line; in a stream, all of the block.
 */
export function bytesOfEntry(entry: Entry): Uint8Array | undefined {
  if (entry.type !== 'message' && entry.type !== 'frame') return undefined;
  const end = isPipe(entry.channel) && !entry.eof ? '\n' : '';
  if (entry.type === 'message') {
    const { head, tail } = entry.sse ?? { head: '', tail: end };
    return bytesOf(head + entry.text + tail);
  }
  if (entry.sha256 !== undefined) return undefined;
  if (entry.text !== undefined) return bytesOf(entry.text + end);
  return entry.base64 === undefined ? undefined : joined(fromBase64(entry.base64), bytesOf(end));
}

function isPipe(channel: Crossing['channel']): boolean {
  return channel === 'stdin' || channel === 'stdout' || channel === 'stderr';
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
