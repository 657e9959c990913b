/**
 * AnyValue and KeyValue (common.proto) in both forms, as the JSON texts of the values that they stand
 * for. Of equal names the last counts, as it does for whoever parses the text.
 */
import type { JsonText } from '../json.ts';
import { OtlpFault } from './fault.ts';
import * as json from './json-form.ts';
import { putAscii, putQuoted, type Sink } from './sink.ts';
import {
  endOfBytes,
  enter,
  readBase64,
  readBool,
  readDouble,
  readInt64,
  readTag,
  skip,
  WIRE,
  type Wire,
} from './wire.ts';

/** Values nested deeper are refused, and never walked. */
export const DEEPEST_VALUE = 32;

/** JSON has no number for NaN and what is infinite: they are the words that protobuf writes for them. */
function textOfDouble(value: number): JsonText {
  return JSON.stringify(Number.isFinite(value) ? value : String(value));
}

function refuseDepth(depth: number): void {
  if (depth > DEEPEST_VALUE) throw new OtlpFault(`A value nests deeper than ${DEEPEST_VALUE}.`);
}

/** Writes what stands here behind its length, and moves behind it. */
export type Write = (wire: Wire, sink: Sink, depth: number) => void;

export const writeText: Write = (wire, sink) => {
  const end = endOfBytes(wire);
  putQuoted(sink, wire.bytes, wire.at, end);
  wire.at = end;
};

/** The fields of a KeyValue, and those of a list, whether of values or of members. */
const KEY = (1 << 3) | WIRE.bytes;
const VALUE = (2 << 3) | WIRE.bytes;
const ITEM = (1 << 3) | WIRE.bytes;

/** One KeyValue, as a member of an object. */
export const writeMember: Write = (wire, sink, depth) => {
  let key = -1;
  let value = -1;
  const outer = enter(wire);
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    if (tag === KEY) key = wire.at;
    else if (tag === VALUE) value = wire.at;
    skip(wire, tag & 7);
  }
  const behind = wire.at;
  wire.at = key;
  if (key === -1) putAscii(sink, '""');
  else writeText(wire, sink, depth);
  putAscii(sink, ':');
  wire.at = value;
  if (value === -1) putAscii(sink, 'null');
  else writeValue(wire, sink, depth);
  wire.at = behind;
  wire.end = outer;
};

/** How each kind of value is written, by its tag. */
const VALUES: Readonly<Record<number, Write>> = {
  [(1 << 3) | WIRE.bytes]: writeText,
  [(2 << 3) | WIRE.varint]: (wire, sink) => putAscii(sink, String(readBool(wire))),
  [(3 << 3) | WIRE.varint]: (wire, sink) => putAscii(sink, JSON.stringify(readInt64(wire))),
  [(4 << 3) | WIRE.fixed64]: (wire, sink) => putAscii(sink, textOfDouble(readDouble(wire))),
  [(5 << 3) | WIRE.bytes]: (wire, sink, depth) =>
    writeEach('[]', writeValue, { wire, sink, depth }),
  [(6 << 3) | WIRE.bytes]: (wire, sink, depth) =>
    writeEach('{}', writeMember, { wire, sink, depth }),
  [(7 << 3) | WIRE.bytes]: (wire, sink) => putAscii(sink, `"${readBase64(wire)}"`),
};

/** One AnyValue; null when it says nothing. */
export const writeValue: Write = (wire, sink, depth) => {
  refuseDepth(depth);
  const begin = sink.at;
  const outer = enter(wire);
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    const write = VALUES[tag];
    // Of several the last counts.
    if (write) sink.at = begin;
    if (write) write(wire, sink, depth);
    else skip(wire, tag & 7);
  }
  wire.end = outer;
  if (sink.at === begin) putAscii(sink, 'null');
};

interface Writing {
  readonly wire: Wire;
  readonly sink: Sink;
  readonly depth: number;
}

function writeEach(brackets: string, write: Write, { wire, sink, depth }: Writing): void {
  putAscii(sink, brackets.charAt(0));
  const first = sink.at;
  const outer = enter(wire);
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    if (tag !== ITEM) skip(wire, tag & 7);
    else {
      if (sink.at > first) putAscii(sink, ',');
      write(wire, sink, depth + 1);
    }
  }
  wire.end = outer;
  putAscii(sink, brackets.charAt(1));
}

/** KeyValues of the JSON form, as the members of an object. */
export function takeMembers(list: unknown, depth = 1): JsonText {
  const members = json.takeList(list).map((item) => {
    const { key, value } = json.takeObject(item);
    return `${key == null ? '""' : json.takeQuoted(key)}:${takeValue(value, depth)}`;
  });
  return members.join(',');
}

/** How each kind of value is taken, by its name; of several the first in this order counts. */
const NAMED: readonly (readonly [string, (value: unknown, depth: number) => JsonText])[] = [
  ['stringValue', json.takeQuoted],
  ['boolValue', (value) => String(json.takeBool(value))],
  ['intValue', (value) => JSON.stringify(json.takeInt64(value))],
  ['doubleValue', (value) => textOfDouble(json.takeDouble(value))],
  ['arrayValue', (value, depth) => `[${listIn(value).map((item) => takeValue(item, depth + 1))}]`],
  ['kvlistValue', (value, depth) => `{${takeMembers(listIn(value), depth + 1)}}`],
  ['bytesValue', (value) => `"${json.takeBase64(value)}"`],
];

/** An AnyValue of the JSON form; null when it says nothing. */
export function takeValue(value: unknown, depth = 1): JsonText {
  if (value == null) return 'null';
  refuseDepth(depth);
  const object = json.takeObject(value);
  for (const [name, take] of NAMED) {
    if (object[name] != null) return take(object[name], depth);
  }
  return 'null';
}

function listIn(value: unknown): readonly unknown[] {
  const { values } = json.takeObject(value);
  return values == null ? [] : json.takeList(values);
}
