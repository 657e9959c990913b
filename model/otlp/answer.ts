/**
 * What a receiver of OTLP answers (opentelemetry-proto 1.11.0, docs/specification.md "OTLP/HTTP
 * Response"), in the form in which it was asked.
 */
import { bytesOf } from '../text.ts';
import { type Decoded, sentenceOf } from './decoded.ts';

export type Form = 'protobuf' | 'json';

/** What was rejected is called by its signal in JSON; in protobuf all are field 1. */
export type RejectedName = 'rejectedSpans' | 'rejectedLogRecords' | 'rejectedDataPoints';

/** The body of a 200: empty when all was taken, else how much was not, and why. */
export function acceptance(
  form: Form,
  rejected: Decoded['rejected'],
  name: RejectedName,
): Uint8Array<ArrayBuffer> {
  let count = 0;
  for (const each of rejected.values()) count += each;
  if (count === 0) return form === 'json' ? bytesOf('{}') : new Uint8Array();
  const errorMessage = sentenceOf(rejected);
  if (form === 'protobuf') return bytesField(1, pair(count, errorMessage));
  return bytesOf(JSON.stringify({ partialSuccess: { [name]: String(count), errorMessage } }));
}

/** Codes of google.rpc.Code. */
export const CODE = {
  invalid: 3,
  forbidden: 7,
  exhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** A google.rpc.Status, which is the body of every failure. */
export function failure(form: Form, code: number, message: string): Uint8Array<ArrayBuffer> {
  return form === 'json' ? bytesOf(JSON.stringify({ code, message })) : pair(code, message);
}

/** A message of a number (1) and a text (2). */
function pair(number: number, text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([1 << 3, ...varint(number), ...bytesField(2, bytesOf(text))]);
}

function bytesField(number: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([(number << 3) | 2, ...varint(bytes.length), ...bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}
