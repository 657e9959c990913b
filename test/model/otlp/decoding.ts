/** Decoders on what each form brings. */
import { decodeLogs } from '../../../model/otlp/logs.ts';
import { jsonPart, protobufPart } from '../../../model/otlp/message.ts';
import { decodeSpans } from '../../../model/otlp/spans.ts';

export const spansOf = (bytes: Uint8Array) => decodeSpans(protobufPart(bytes));
export const logsOf = (bytes: Uint8Array) => decodeLogs(protobufPart(bytes));
export const spansIn = (json: unknown) => decodeSpans(jsonPart(JSON.stringify(json)));
export const logsIn = (json: unknown) => decodeLogs(jsonPart(JSON.stringify(json)));
