/** A framed line as the entry it is, and an entry as the bytes that crossed. */
import type { Capture, Crossing, Draft, Entry, FrameEntry } from './entry.ts';
import type { Line } from './framing.ts';
import { messageOrFrame } from './line.ts';
import { bytesOf, fromBase64, fromLatin1, latin1, toBase64, utf8 } from './text.ts';

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
  const crossing = {
    at: line.at,
    sent: line.sent,
    ...where,
    ...(line.eof ? { eof: true as const } : {}),
  };
  if (capture === 'metadata') {
    return {
      type: 'frame',
      why: 'metadata-only',
      ...crossing,
      bytes: line.overCap?.length ?? line.bytes.length,
    };
  }
  if (line.overCap) {
    const kept = cleanBytes(wholeCharacters(line.bytes.subarray(0, HEAD)), redact);
    const { length, sha256 } = line.overCap;
    return { type: 'frame', why: 'over-cap', ...crossing, ...kept, bytes: length, sha256 };
  }
  const text = utf8(line.bytes);
  if (text === undefined)
    return { type: 'frame', why: 'invalid-utf8', ...crossing, ...cleanBytes(line.bytes, redact) };
  const clean = redact(text);
  const head = { type: 'message' as const, ...crossing, ...counted(clean.count) };
  return messageOrFrame(head, clean.text);
}

/** How much of a line over the cap is kept to show what it began with, in bytes. */
const HEAD = 64 * 1024;

/** Bytes cut anywhere, less the character that the cut may have split. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let end = bytes.length; end > bytes.length - 4 && end > 0; end--) {
    const whole = bytes.subarray(0, end);
    if (utf8(whole) !== undefined) return whole;
  }
  return bytes;
}

/** Redacted bytes as text where they are UTF-8, else as base64: secrets are ASCII, so one byte a character finds them. */
function cleanBytes(
  bytes: Uint8Array,
  redact: Redact,
): Pick<FrameEntry, 'text' | 'base64' | 'redacted'> {
  const text = utf8(bytes);
  const clean = redact(text ?? latin1(bytes));
  const kept =
    text === undefined ? { base64: toBase64(fromLatin1(clean.text)) } : { text: clean.text };
  return { ...kept, ...counted(clean.count) };
}

function counted(count: number): { redacted?: number } {
  return count === 0 ? {} : { redacted: count };
}

/**
 * The bytes that an entry stands for, LF included, or undefined when it is not a crossing or kept
 * only the head of one.
 */
export function bytesOfEntry(entry: Entry): Uint8Array | undefined {
  if (entry.type !== 'message' && entry.type !== 'frame') return undefined;
  if (entry.type === 'frame' && entry.sha256 !== undefined) return undefined;
  const end = entry.eof ? '' : '\n';
  if (entry.text !== undefined) return bytesOf(entry.text + end);
  if (entry.type === 'message' || entry.base64 === undefined) return undefined;
  return joined(fromBase64(entry.base64), bytesOf(end));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
