/**
 * A JSON text in UTF-8 while it is written. What a sender wrote goes from bytes to bytes, since to make
 * texts and objects of it costs more than all that is done with them.
 */
import type { JsonText } from '../json.ts';
import { bytesOf, readable } from '../text.ts';
import { OtlpFault } from './fault.ts';

export interface Sink {
  bytes: Uint8Array<ArrayBuffer>;
  /** How much of them is written. */
  at: number;
}

export function createSink(bytes: number): Sink {
  return { bytes: new Uint8Array(bytes), at: 0 };
}

/** What stands once in a request, as a resource does, is written with every span of it. */
const MOST = 256 << 20;

function makeRoom(sink: Sink, bytes: number): void {
  const { length } = sink.bytes;
  const needed = sink.at + bytes;
  if (needed <= length) return;
  if (needed > MOST) throw new OtlpFault(`Written out it has more than ${MOST} bytes.`);
  const larger = new Uint8Array(Math.min(MOST, Math.max(2 * length, needed)));
  larger.set(sink.bytes.subarray(0, sink.at));
  sink.bytes = larger;
}

/** Ids, numbers, and names and words of ours: one byte a character. */
export function putAscii(sink: Sink, text: string): void {
  makeRoom(sink, text.length);
  const { bytes, at } = sink;
  for (let place = 0; place < text.length; place++) bytes[at + place] = text.charCodeAt(place);
  sink.at = at + text.length;
}

export function putText(sink: Sink, text: JsonText): void {
  putBytes(sink, bytesOf(text));
}

export function putBytes(sink: Sink, bytes: Uint8Array): void {
  makeRoom(sink, bytes.length);
  sink.bytes.set(bytes, sink.at);
  sink.at += bytes.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** By byte: 0 where it stands for itself in a JSON text, else the letter of its escape, else OTHER. */
const ESCAPES = new Uint8Array(256);
const OTHER = 1;
ESCAPES.fill(OTHER, 0, 0x20).fill(OTHER, 0x80);
for (const character of '\b\f\n\r\t"\\') {
  ESCAPES[character.charCodeAt(0)] = JSON.stringify(character).charCodeAt(2);
}

/** A text that stands there in UTF-8, in quotes. */
export function putQuoted(sink: Sink, from: Uint8Array, start: number, end: number): void {
  makeRoom(sink, 2 * (end - start) + 2);
  const { bytes } = sink;
  let to = sink.at;
  bytes[to++] = QUOTE;
  for (let at = start; at < end; at++) {
    const byte = from[at] ?? 0;
    const letter = ESCAPES[byte] ?? 0;
    if (letter === OTHER) {
      putText(sink, JSON.stringify(readable(from.subarray(start, end))));
      return;
    }
    if (letter !== 0) bytes[to++] = BACKSLASH;
    bytes[to++] = letter === 0 ? byte : letter;
  }
  bytes[to++] = QUOTE;
  sink.at = to;
}
