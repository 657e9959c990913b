/**
 * Messages of OTLP as tables, each field with its name in JSON, its number in protobuf, and how it is
 * read from either; and the one reader of each form that goes by these tables.
 */
import { type JsonText, parseJson } from '../json.ts';
import { takeMembers, takeValue, type Write } from './any-value.ts';
import { OtlpFault } from './fault.ts';
import * as json from './json-form.ts';
import { putAscii, putText, type Sink } from './sink.ts';
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
/**
 * What a sender wrote freely: it is not read, but written as JSON where it is wanted. Until then it is
 * known by its places in the bytes of protobuf; of the JSON form it is a JSON text at once.
 */
export type Free = readonly number[] | JsonText;

/** A text; one that is empty was not set. */
export const quoted: Scalar<Free | undefined> = (number) => ({
  number,
  type: WIRE.bytes,
  read(wire) {
    const { at } = wire;
    const end = endOfBytes(wire);
    const isEmpty = wire.at === end;
    wire.at = end;
    return isEmpty ? undefined : [at];
  },
  take: (text) => (json.takeText(text) === '' ? undefined : JSON.stringify(text)),
});

export const value: Scalar<Free> = (number) => ({
  number,
  type: WIRE.bytes,
  read: (wire) => [passed(wire)],
  take: (one) => takeValue(one),
});

/** Repeated KeyValues, as the members of an object. */
export const members: Scalar<Free> = (number) => ({
  number,
  type: WIRE.bytes,
  read(wire, before = []) {
    (before as number[]).push(passed(wire));
    return before;
  },
  take: (list) => takeMembers(list),
});

/** Moves over what stands behind its length, and gives where that stands. */
function passed(wire: Wire): number {
  const { at } = wire;
  wire.at = endOfBytes(wire);
  return at;
}

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
  /** Writes what was written freely in it. */
  write(free: Free, as: Write, sink: Sink): void;
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
  take: (list) => json.takeList(list).map(partOfJson),
});

function partOf({ bytes, view }: Wire, at: number, end: number): Part {
  return {
    read: (as) => readMessage(as, { bytes, view, at, end }),
    write(free, as, sink) {
      if (typeof free === 'string') putText(sink, free);
      else writePlaces(free, as, { bytes, view, at, end }, sink);
    },
  };
}

function writePlaces(places: readonly number[], as: Write, wire: Wire, sink: Sink): void {
  const begin = sink.at;
  for (const place of places) {
    if (sink.at > begin) putAscii(sink, ',');
    wire.at = place;
    as(wire, sink, 1);
  }
}

function partOfJson(object: unknown): Part {
  return {
    read: (as) => takeMessage(as, object),
    write: (free, _, sink) => putText(sink, free as JsonText),
  };
}

export function protobufPart(bytes: Uint8Array): Part {
  return partOf(wireOf(bytes), 0, bytes.length);
}

/** Throws an OtlpFault when the text is no JSON, or nests too deep. */
export function jsonPart(source: string): Part {
  const parsed = parseJson(source);
  if (parsed.ok) return partOfJson(parsed.value);
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
