/** AnyValue and KeyValue (common.proto) in both forms, as the JSON values that they stand for. */
import type { JsonValue } from '../json.ts';
import type { ForeignAttributes } from '../otel/foreign-span.ts';
import { OtlpFault } from './fault.ts';
import * as json from './json-form.ts';
import {
  enter,
  readBase64,
  readBool,
  readDouble,
  readInt64,
  readTag,
  readText,
  skip,
  WIRE,
  type Wire,
} from './wire.ts';

/** Values nested deeper are refused, and never walked. */
export const DEEPEST_VALUE = 32;

/** Attributes while they are read. */
export type Members = Record<string, JsonValue>;

/** Sets a member, whatever it is called: `__proto__` is a name as any other. Of equal names the last counts. */
function setMember(members: Members, name: string, value: JsonValue): void {
  if (name !== '__proto__') members[name] = value;
  else
    Object.defineProperty(members, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

/** JSON has no number for NaN and what is infinite: they are the words that protobuf writes for them. */
function numberValue(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

function refuseDepth(depth: number): void {
  if (depth > DEEPEST_VALUE) throw new OtlpFault(`A value nests deeper than ${DEEPEST_VALUE}.`);
}

/** The fields of a KeyValue, and those of a list, whether of values or of members. */
const KEY = (1 << 3) | WIRE.bytes;
const VALUE = (2 << 3) | WIRE.bytes;
const ITEM = (1 << 3) | WIRE.bytes;

/** Reads one KeyValue behind its length into the members of an object. */
export function readMember(wire: Wire, members: Members, depth = 1): void {
  let name = '';
  let value: JsonValue = null;
  const outer = enter(wire);
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    if (tag === KEY) name = readText(wire);
    else if (tag === VALUE) value = readValue(wire, depth);
    else skip(wire, tag & 7);
  }
  wire.end = outer;
  setMember(members, name, value);
}

/** How each kind of value is read, by its tag. */
const VALUES: Readonly<Record<number, (wire: Wire, depth: number) => JsonValue>> = {
  [(1 << 3) | WIRE.bytes]: readText,
  [(2 << 3) | WIRE.varint]: readBool,
  [(3 << 3) | WIRE.varint]: readInt64,
  [(4 << 3) | WIRE.fixed64]: (wire) => numberValue(readDouble(wire)),
  [(5 << 3) | WIRE.bytes]: readItems,
  [(6 << 3) | WIRE.bytes]: readMembers,
  [(7 << 3) | WIRE.bytes]: readBase64,
};

/** Reads an AnyValue behind its length; null when it says nothing. */
export function readValue(wire: Wire, depth = 1): JsonValue {
  refuseDepth(depth);
  let value: JsonValue = null;
  const outer = enter(wire);
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    const read = VALUES[tag];
    if (read) value = read(wire, depth);
    else skip(wire, tag & 7);
  }
  wire.end = outer;
  return value;
}

function readItems(wire: Wire, depth: number): JsonValue {
  const items: JsonValue[] = [];
  readEach(wire, () => items.push(readValue(wire, depth + 1)));
  return items;
}

function readMembers(wire: Wire, depth: number): JsonValue {
  const members: Members = {};
  readEach(wire, () => readMember(wire, members, depth + 1));
  return members;
}

function readEach(wire: Wire, read: () => void): void {
  const outer = enter(wire);
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    if (tag === ITEM) read();
    else skip(wire, tag & 7);
  }
  wire.end = outer;
}

/** KeyValues of the JSON form. */
export function takeMembers(list: unknown, depth = 1): ForeignAttributes {
  const members: Members = {};
  for (const item of json.takeList(list)) {
    const { key, value } = json.takeObject(item);
    setMember(members, key == null ? '' : json.takeText(key), takeValue(value, depth));
  }
  return members;
}

/** How each kind of value is taken, by its name; of several the first in this order counts. */
const NAMED: readonly (readonly [string, (value: unknown, depth: number) => JsonValue])[] = [
  ['stringValue', json.takeText],
  ['boolValue', json.takeBool],
  ['intValue', json.takeInt64],
  ['doubleValue', (value) => numberValue(json.takeDouble(value))],
  ['arrayValue', (value, depth) => listIn(value).map((item) => takeValue(item, depth + 1))],
  ['kvlistValue', (value, depth) => takeMembers(listIn(value), depth + 1)],
  ['bytesValue', json.takeBase64],
];

/** An AnyValue of the JSON form; null when it says nothing. */
export function takeValue(value: unknown, depth = 1): JsonValue {
  if (value == null) return null;
  refuseDepth(depth);
  const object = json.takeObject(value);
  for (const [name, take] of NAMED) {
    if (object[name] != null) return take(object[name], depth);
  }
  return null;
}

function listIn(value: unknown): readonly unknown[] {
  const { values } = json.takeObject(value);
  return values == null ? [] : json.takeList(values);
}
