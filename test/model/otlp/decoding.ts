/** Decoders on what each form brings: the lines that they write, read back. */
import { decodeForeignLog } from '../../../model/otel/foreign-log-text.ts';
import { decodeForeignSpan } from '../../../model/otel/foreign-span-text.ts';
import type { Decode } from '../../../model/otlp/decoded.ts';
import { decodeLogs } from '../../../model/otlp/logs.ts';
import { jsonPart, type Part, protobufPart } from '../../../model/otlp/message.ts';
import { createSink } from '../../../model/otlp/sink.ts';
import { decodeSpans } from '../../../model/otlp/spans.ts';

function reading<T>(decode: Decode, readLine: (line: string) => T | undefined) {
  return (part: Part) => {
    const sink = createSink(64);
    const { items, rejected } = decode(part, sink);
    const lineOf = ({ begin, end }: { begin: number; end: number }): string =>
      Buffer.from(sink.bytes.subarray(begin, end)).toString();
    return { items: items.map((item) => readLine(lineOf(item)) as T), rejected };
  };
}

const readSpans = reading(decodeSpans, decodeForeignSpan);
const readLogs = reading(decodeLogs, decodeForeignLog);

export const spansOf = (bytes: Uint8Array) => readSpans(protobufPart(bytes));
export const logsOf = (bytes: Uint8Array) => readLogs(protobufPart(bytes));
export const spansInText = (body: string) => readSpans(jsonPart(body));
export const spansIn = (json: unknown) => spansInText(JSON.stringify(json));
export const logsIn = (json: unknown) => readLogs(jsonPart(JSON.stringify(json)));
