/**
 * The wire format of protobuf (protobuf.dev/programming-guides/encoding), as much as OTLP needs of it.
 *
 * Every read is checked against the end of the message it belongs to, so that nothing a sender wrote
 * is read as something else; what cannot be read is an OtlpFault.
 */
import { toBase64 } from '../base64.ts';
import { readable } from '../text.ts';
import { OtlpFault } from './fault.ts';

/** How a field is written: a number of varying or fixed length, or bytes behind their length. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A place in a message: `at` moves on with each read, and never beyond `end`. */
export interface Wire {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  end: number;
}

export function wireOf(bytes: Uint8Array): Wire {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, at: 0, end: bytes.length };
}

/** Where what is written behind its length ends. */
export function endOfBytes(wire: Wire): number {
  const length = readCount(wire);
  if (length > wire.end - wire.at) throw new OtlpFault('A length goes beyond its message.');
  return wire.at + length;
}

/** Goes into a message that stands behind its length; gives the end of the outer one, to be set again. */
export function enter(wire: Wire): number {
  const outer = wire.end;
  wire.end = endOfBytes(wire);
  return outer;
}

/** The number of a field with its wire type in the lowest three bits. */
export function readTag(wire: Wire): number {
  const tag = readCount(wire);
  if (tag < 8) throw new OtlpFault('A field has the number 0.');
  return tag;
}

/** A tag or a length: at most 32 bits, which may be written longer than they need. */
function readCount(wire: Wire): number {
  const first = wire.bytes[wire.at] ?? 0;
  if (first < 0x80 && wire.at < wire.end) {
    wire.at++;
    return first;
  }
  const { low, middle, high } = readVarint(wire);
  if (middle > 0xf || high > 0) throw new OtlpFault('A tag or a length has more than 32 bits.');
  return low + middle * 2 ** 28;
}

/** 64 bits in parts that numbers can hold: 28, 28 and 8 of them. */
interface Varint {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

function readVarint(wire: Wire): Varint {
  let low = 0;
  let middle = 0;
  let high = 0;
  for (let place = 0; place < 10; place++) {
    const byte = nextByte(wire);
    const bits = byte & 0x7f;
    if (place < 4) low |= bits << (7 * place);
    else if (place < 8) middle |= bits << (7 * (place - 4));
    else high |= bits << (7 * (place - 8));
    if (byte < 0x80) return { low, middle, high: high & 0xff };
  }
  throw new OtlpFault('A number has more than 64 bits.');
}

function nextByte(wire: Wire): number {
  if (wire.at >= wire.end) throw new OtlpFault('The request is cut off.');
  return wire.bytes[wire.at++] ?? 0;
}

/** A whole number of 64 bits: a number where one holds it exactly, else its decimal text. */
export function readInt64(wire: Wire): number | string {
  const { low, middle, high } = readVarint(wire);
  if (high === 0 && middle < 2 ** 24) return low + middle * 2 ** 28;
  const bits = (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low);
  return exact(BigInt.asIntN(64, bits));
}

/** JSON numbers hold 53 bits; what has more is text, as in the JSON form of protobuf. */
export function exact(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

export function readBool(wire: Wire): boolean {
  const { low, middle, high } = readVarint(wire);
  return (low | middle | high) !== 0;
}

/** Enumerations are numbers of 32 bits, and may be unknown ones. */
export function readEnum(wire: Wire): number {
  const { low, middle } = readVarint(wire);
  return low | (middle << 28);
}

export function readFixed64(wire: Wire): bigint {
  return wire.view.getBigUint64(past(wire, 8), true);
}

export function readDouble(wire: Wire): number {
  return wire.view.getFloat64(past(wire, 8), true);
}

/** Moves over so many bytes, and gives where they began. */
function past(wire: Wire, count: number): number {
  const { at } = wire;
  if (count > wire.end - at) throw new OtlpFault('The request is cut off.');
  wire.at = at + count;
  return at;
}

export function readText(wire: Wire): string {
  const end = endOfBytes(wire);
  return readable(wire.bytes.subarray(past(wire, end - wire.at), end));
}

export function readBase64(wire: Wire): string {
  const end = endOfBytes(wire);
  return toBase64(wire.bytes.subarray(past(wire, end - wire.at), end));
}

/** Ids have 8 or 16 bytes. */
const LONGEST_ID = 16;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** An id in hexadecimal digits; of what is longer than any id, as many as show that it is none. */
export function readId(wire: Wire): string {
  const end = endOfBytes(wire);
  const last = Math.min(end, wire.at + LONGEST_ID + 1);
  let digits = '';
  for (let at = wire.at; at < last; at++) digits += HEX[wire.bytes[at] ?? 0];
  wire.at = end;
  return digits;
}

/** Moves over a field that nobody here reads. */
export function skip(wire: Wire, type: number): void {
  if (type === WIRE.varint) readVarint(wire);
  else if (type === WIRE.fixed64) past(wire, 8);
  else if (type === WIRE.bytes) wire.at = endOfBytes(wire);
  else if (type === WIRE.fixed32) past(wire, 4);
  else throw new OtlpFault(`A field has the wire type ${type}, which OTLP does not use.`);
}
