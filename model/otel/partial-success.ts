/** What an OTLP endpoint says of a request that it took: how much of it it left out, and why. */
import type { Form } from '../otlp/answer.ts';
import { OtlpFault } from '../otlp/fault.ts';
import { integer, jsonPart, message, one, protobufPart, text } from '../otlp/message.ts';
import { utf8 } from '../text.ts';

export interface PartialSuccess {
  /** Spans or log records; 0 with a text is only a warning. */
  readonly rejected: number;
  readonly message: string;
}

/** What was rejected has a name of its own for each signal in JSON, and one number in protobuf. */
const PARTIAL = message({
  rejectedSpans: integer(1),
  rejectedLogRecords: integer(1),
  errorMessage: text(2),
});
const RESPONSE = message({ partialSuccess: one(1, PARTIAL) });

/**
 * Reads an `Export…ServiceResponse`, which is empty where all was taken; undefined where nothing was
 * left out. Throws an OtlpFault where it is none.
 */
export function partialSuccess(response: Uint8Array, form: Form): PartialSuccess | undefined {
  if (response.length === 0) return undefined;
  const part = form === 'json' ? jsonPart(utf8(response) ?? '') : protobufPart(response);
  const { partialSuccess: said } = part.read(RESPONSE);
  // Bytes of anything may be read as fields that nobody knows.
  if (!said && form === 'protobuf') throw new OtlpFault('There is nothing of a response in it.');
  const { rejectedSpans, rejectedLogRecords, errorMessage = '' } = said ?? {};
  const rejected = Math.max(0, Number(rejectedSpans ?? rejectedLogRecords ?? 0));
  return rejected === 0 && errorMessage === '' ? undefined : { rejected, message: errorMessage };
}
