/** What an OTLP endpoint says of a request that it took: how much of it it left out, and why. */
import { utf8 } from '../text.ts';

export interface PartialSuccess {
  /** Spans or log records; 0 with a text is only a warning. */
  readonly rejected: number;
  readonly message: string;
}

/**
 * Reads `Export…ServiceResponse` in protobuf, which is the same for spans and logs (partial_success
 * 1: rejected 1, error_message 2). Undefined where there is nothing in it, or it cannot be read.
 */
export function partialSuccess(response: Uint8Array): PartialSuccess | undefined {
  let rejected = 0;
  let message = '';
  for (const outer of fieldsOf(response)) {
    if (outer.number !== 1 || typeof outer.value === 'number') continue;
    for (const { number, value } of fieldsOf(outer.value)) {
      if (number === 1 && typeof value === 'number') rejected = value;
      if (number === 2 && typeof value !== 'number') message = utf8(value) ?? '';
    }
  }
  return rejected === 0 && message === '' ? undefined : { rejected, message };
}

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The varints and byte fields of a message, up to the first that is neither. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length && factor < 2 ** 63; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) yield { number, value: varint() };
    else if (tag % 8 === 2) {
      const length = varint();
      yield { number, value: bytes.subarray(at, at + length) };
      at += length;
    } else return;
  }
}
