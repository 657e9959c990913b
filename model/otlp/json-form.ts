/**
 * The JSON form of OTLP (opentelemetry-proto 1.11.0, docs/specification.md "JSON Protobuf Encoding"):
 * ids in hexadecimal, 64-bit numbers as text or number, enumerations as numbers, bytes in base64.
 * What is of another type than its field is an OtlpFault.
 */
import { fromBase64, toBase64 } from '../base64.ts';
import { isObject, type JsonObject, type JsonText } from '../json.ts';
import { OtlpFault } from './fault.ts';
import { exact } from './wire.ts';

export function takeObject(value: unknown): JsonObject {
  return isObject(value) ? value : refuse(value, 'object');
}

export function takeList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(value, 'array');
}

export function takeText(value: unknown): string {
  return typeof value === 'string' ? value : refuse(value, 'string');
}

/** As JSON writes it. */
export function takeQuoted(value: unknown): JsonText {
  return JSON.stringify(takeText(value));
}

/** In lower case; whether it is one is looked at where it is used. */
export function takeId(value: unknown): string {
  return takeText(value).toLowerCase();
}

export function takeBool(value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuse(value, 'boolean');
}

export function takeEnum(value: unknown): number {
  return Number.isInteger(value) ? (value as number) : refuse(value, 'a number for an enumeration');
}

const MOST_FIXED64 = 2n ** 64n - 1n;
const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

export function takeFixed64(value: unknown): bigint {
  const whole = wholeNumber(value);
  const fits = whole !== undefined && whole >= 0n && whole <= MOST_FIXED64;
  return fits ? whole : refuse(value, 'a whole number of 64 bits');
}

export function takeInt64(value: unknown): number | string {
  const whole = wholeNumber(value);
  const fits = whole !== undefined && whole >= INT64.least && whole <= INT64.most;
  return fits ? exact(whole) : refuse(value, 'a whole number of 64 bits');
}

function wholeNumber(value: unknown): bigint | undefined {
  const isWritten = typeof value === 'string' && /^-?\d{1,20}$/.test(value);
  return isWritten || Number.isInteger(value) ? BigInt(value as string | number) : undefined;
}

/** The numbers that JSON has no number for. */
const WORDS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

export function takeDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  const isWritten = WORDS.has(value) || (typeof value === 'string' && NUMBER.test(value));
  return isWritten ? Number(value) : refuse(value, 'number');
}

const NUMBER = /^-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,5})?$/;

/** In the usual alphabet and with padding, however it was written. */
export function takeBase64(value: unknown): string {
  return toBase64(fromBase64(takeText(value).replaceAll('-', '+').replaceAll('_', '/')));
}

/** Says what came instead of what was expected; the reader of the message puts the field before it. */
function refuse(value: unknown, expected: string): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  throw new OtlpFault(`expected ${expected}, found ${found}.`);
}
