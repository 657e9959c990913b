/**
 * Messages of OTLP as tables, each field with its name in JSON, its number in protobuf, and how it is
 * read from either; and the one reader of each form that goes by these tables.
 */
import { parseJson } from '../json.ts';
import type { ForeignAttributes } from '../otel/foreign-span.ts';
import { type Members, readMember, readValue, takeMembers, takeValue } from './any-value.ts';
import { OtlpFault } from './fault.ts';
import * as json from './json-form.ts';
import {
  endOfBytes,
  enter,
  readEnum,
  readFixed64,
  readId,
  readInt64,
  readTag,
  readText,
  skip,
  WIRE,
  type Wire,
  wireOf,
} from './wire.ts';

export interface Field<T> {
  readonly number: number;
  readonly type: number;
  /** Reads one occurrence; `before`: what those before it gave. */
  readonly read: (wire: Wire, before: T | undefined) => T;
  readonly take: (value: unknown) => T;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds fields of any type, and Raw gives each its own.
export type Fields = Readonly<Record<string, Field<any>>>;

/** What is said of a message: a field that is not there was not set. */
export type Raw<F extends Fields> = {
  -readonly [Name in keyof F]?: F[Name] extends Field<infer T> ? T : never;
};

/** A field by its tag. */
interface Named {
  readonly name: string;
  readonly read: Field<unknown>['read'];
}

export interface Message<F extends Fields> {
  readonly fields: F;
  readonly byTag: ReadonlyMap<number, Named>;
}

export function message<F extends Fields>(fields: F): Message<F> {
  const byTag = Object.entries(fields).map(
    ([name, { number, type, read }]) => [(number << 3) | type, { name, read }] as const,
  );
  return { fields, byTag: new Map(byTag) };
}

type Scalar<T> = (number: number) => Field<T>;

function scalar<T>(type: number, read: (wire: Wire) => T, take: Field<T>['take']): Scalar<T> {
  return (number) => ({ number, type, read, take });
}

export const text = scalar(WIRE.bytes, readText, json.takeText);
export const id = scalar(WIRE.bytes, readId, json.takeId);
export const nanoseconds = scalar(WIRE.fixed64, readFixed64, json.takeFixed64);
export const integer = scalar(WIRE.varint, readInt64, json.takeInt64);
export const enumeration = scalar(WIRE.varint, readEnum, json.takeEnum);
export const value = scalar(
  WIRE.bytes,
  (wire) => readValue(wire),
  (one) => takeValue(one),
);

/** Repeated KeyValues, as one object. */
export const attributes: Scalar<ForeignAttributes> = (number) => ({
  number,
  type: WIRE.bytes,
  read(wire, before) {
    const members = (before ?? {}) as Members;
    readMember(wire, members);
    return members;
  },
  take: (list) => takeMembers(list),
});

/** A message within this one; if it is there twice, the later counts. */
export function one<F extends Fields>(number: number, inner: Message<F>): Field<Raw<F>> {
  return {
    number,
    type: WIRE.bytes,
    read: (wire) => readInner(inner, wire),
    take: (object) => takeMessage(inner, object),
  };
}

export function many<F extends Fields>(number: number, inner: Message<F>): Field<Raw<F>[]> {
  return {
    number,
    type: WIRE.bytes,
    read(wire, before = []) {
      before.push(readInner(inner, wire));
      return before;
    },
    take: (list) => json.takeList(list).map((object) => takeMessage(inner, object)),
  };
}

/** A message that is still to be read. */
export interface Part {
  read<F extends Fields>(as: Message<F>): Raw<F>;
}

/** Messages that are read one by one, since there may be very many. */
export const parts: Scalar<Part[]> = (number) => ({
  number,
  type: WIRE.bytes,
  read(wire, before = []) {
    const end = endOfBytes(wire);
    before.push(partOf(wire, wire.at, end));
    wire.at = end;
    return before;
  },
  take: (list) => json.takeList(list).map((object) => ({ read: (as) => takeMessage(as, object) })),
});

function partOf({ bytes, view, known }: Wire, at: number, end: number): Part {
  return { read: (as) => readMessage(as, { bytes, view, known, at, end }) };
}

export function protobufPart(bytes: Uint8Array): Part {
  return partOf(wireOf(bytes), 0, bytes.length);
}

/** Throws an OtlpFault when the text is no JSON, or nests too deep. */
export function jsonPart(source: string): Part {
  const parsed = parseJson(source);
  if (parsed.ok) return { read: (as) => takeMessage(as, parsed.value) };
  throw new OtlpFault(
    parsed.why === 'not-json' ? 'The body is no JSON.' : 'The body nests too deep.',
  );
}

/** What no table knows is skipped, and so is what is written as no field of its number is. */
function readMessage<F extends Fields>({ byTag }: Message<F>, wire: Wire): Raw<F> {
  const raw: Record<string, unknown> = {};
  while (wire.at < wire.end) {
    const tag = readTag(wire);
    const field = byTag.get(tag);
    if (field) raw[field.name] = field.read(wire, raw[field.name]);
    else skip(wire, tag & 7);
  }
  return raw as Raw<F>;
}

function readInner<F extends Fields>(as: Message<F>, wire: Wire): Raw<F> {
  const outer = enter(wire);
  const raw = readMessage(as, wire);
  wire.end = outer;
  return raw;
}

/** Fields that are null were not set; what no table knows is passed over. */
function takeMessage<F extends Fields>({ fields }: Message<F>, value: unknown): Raw<F> {
  const object = json.takeObject(value);
  const raw: Record<string, unknown> = {};
  for (const name in fields) {
    if (object[name] == null) continue;
    try {
      raw[name] = fields[name]?.take(object[name]);
    } catch (error) {
      // Whoever refused a value does not know what it is called; each level adds its name.
      throw error instanceof OtlpFault ? new OtlpFault(`${name}: ${error.message}`) : error;
    }
  }
  return raw as Raw<F>;
}
