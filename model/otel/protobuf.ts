/**
 * OTLP requests as protobuf: what the JSON form says, written by the table below.
 *
 * Source: opentelemetry-proto 1.11.0, trace/v1, logs/v1, common/v1, resource/v1 and the collector
 * services. Only what otlp-json.ts writes stands in the table; a name that is missing there is a
 * fault of ours, and throws.
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import { bytesOf } from '../text.ts';

type Scalar = 'text' | 'hex' | 'enum' | 'truth' | 'int64' | 'double' | 'fixed32' | 'fixed64';

/** Field numbers by the names of the JSON form, with what stands there: a scalar or a message. */
type Fields = Readonly<Record<string, readonly [number, Scalar | MessageName]>>;
type MessageName = keyof typeof MESSAGES;

const MESSAGES = {
  ExportTraceServiceRequest: { resourceSpans: [1, 'ResourceSpans'] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans'] },
  ScopeSpans: { scope: [1, 'Scope'], spans: [2, 'Span'], schemaUrl: [3, 'text'] },
  Span: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'text'],
    parentSpanId: [4, 'hex'],
    name: [5, 'text'],
    kind: [6, 'enum'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue'],
    links: [13, 'Link'],
    status: [15, 'Status'],
    flags: [16, 'fixed32'],
  },
  Link: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'text'],
    attributes: [4, 'KeyValue'],
    flags: [6, 'fixed32'],
  },
  Status: { message: [2, 'text'], code: [3, 'enum'] },
  ExportLogsServiceRequest: { resourceLogs: [1, 'ResourceLogs'] },
  ResourceLogs: { resource: [1, 'Resource'], scopeLogs: [2, 'ScopeLogs'] },
  ScopeLogs: { scope: [1, 'Scope'], logRecords: [2, 'LogRecord'], schemaUrl: [3, 'text'] },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    severityNumber: [2, 'enum'],
    severityText: [3, 'text'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue'],
    traceId: [9, 'hex'],
    spanId: [10, 'hex'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'text'],
  },
  Resource: { attributes: [1, 'KeyValue'] },
  Scope: { name: [1, 'text'], version: [2, 'text'] },
  KeyValue: { key: [1, 'text'], value: [2, 'AnyValue'] },
  AnyValue: {
    stringValue: [1, 'text'],
    boolValue: [2, 'truth'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
  },
  ArrayValue: { values: [1, 'AnyValue'] },
} as const satisfies Record<string, Readonly<Record<string, readonly [number, string]>>>;

/** Wire types: a varint, eight bytes, bytes with their length before them, or four bytes. */
const VARINT = 0;
const EIGHT = 1;
const LENGTH = 2;
const FOUR = 5;

/** `message`: in the JSON form, as otlp-json.ts writes it. */
export function protobufOf(
  name: 'ExportTraceServiceRequest' | 'ExportLogsServiceRequest',
  message: object,
): Uint8Array<ArrayBuffer> {
  const out = createBackwards();
  putMessage(out, name, message);
  return out.bytes();
}

/** From its last field to its first, since a length stands before what it measures. */
function putMessage(out: Backwards, name: MessageName, message: object): void {
  const fields: Fields = MESSAGES[name];
  for (const [key, value] of Object.entries(message).reverse()) {
    const field = fields[key];
    if (!field) throw new Error(`${name} has no ${key}`);
    if (Array.isArray(value))
      for (let at = value.length - 1; at >= 0; at--) putField(out, field, value[at]);
    else putField(out, field, value);
  }
}

function putField(out: Backwards, [number, type]: Fields[string], value: unknown): void {
  switch (type) {
    case 'text':
      putSized(out, number, () => out.text(String(value)));
      break;
    case 'hex':
      putSized(out, number, () => out.put(hexToBytes(String(value))));
      break;
    case 'truth':
    case 'enum':
    case 'int64':
      putInteger(out, Number(value), value);
      out.varint(number * 8 + VARINT);
      break;
    case 'fixed64':
      out.fixed(8, (view) => view.setBigUint64(0, BigInt(String(value)), true));
      out.varint(number * 8 + EIGHT);
      break;
    case 'fixed32':
      out.fixed(4, (view) => view.setUint32(0, Number(value), true));
      out.varint(number * 8 + FOUR);
      break;
    case 'double':
      out.fixed(8, (view) => view.setFloat64(0, Number(value), true));
      out.varint(number * 8 + EIGHT);
      break;
    default:
      putSized(out, number, () => putMessage(out, type, value as object));
  }
}

/** Negative numbers take ten bytes, as in two's complement of 64 bits; so all that is large goes as a BigInt. */
function putInteger(out: Backwards, number: number, value: unknown): void {
  if (number >= 0 && number < 2 ** 31) out.varint(number);
  else out.put(largeVarint(BigInt.asUintN(64, BigInt(value as string | number))));
}

function largeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Uint8Array.from([...bytes, Number(left)]);
}

function putSized(out: Backwards, number: number, put: () => void): void {
  const before = out.length();
  put();
  out.varint(out.length() - before);
  out.varint(number * 8 + LENGTH);
}

/** Bytes that are written before those that were written last. */
interface Backwards {
  put(bytes: Uint8Array): void;
  text(text: string): void;
  /** A whole number below 2³¹. */
  varint(value: number): void;
  /** A number of so many bytes. */
  fixed(length: 4 | 8, write: (view: DataView) => void): void;
  length(): number;
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Longer texts are quicker encoded by the engine. */
const SHORT = 48;

function createBackwards(): Backwards {
  let room = new Uint8Array(4096);
  let start = room.length;
  const reserve = (length: number): void => {
    if (length > start) {
      const held = room.length - start;
      const wider = new Uint8Array(2 * (held + length) + 4096);
      wider.set(room.subarray(start), wider.length - held);
      start = wider.length - held;
      room = wider;
    }
    start -= length;
  };
  const put = (bytes: Uint8Array): void => {
    reserve(bytes.length);
    room.set(bytes, start);
  };
  return {
    put,
    text(text) {
      if (text.length > SHORT || !isAscii(text)) put(bytesOf(text));
      else {
        reserve(text.length);
        for (let at = 0; at < text.length; at++) room[start + at] = text.charCodeAt(at);
      }
    },
    varint(value) {
      const length = value < 128 ? 1 : value < 16384 ? 2 : Math.ceil(Math.log2(value + 1) / 7);
      reserve(length);
      let left = value;
      for (let at = 0; at < length; at++, left >>>= 7)
        room[start + at] = (left & 127) | (at < length - 1 ? 128 : 0);
    },
    fixed(length, write) {
      reserve(length);
      write(new DataView(room.buffer, start, length));
    },
    length: () => room.length - start,
    bytes: () => room.slice(start),
  };
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
