/** Which fields an entry of each type must have, so that a hostile recording cannot surprise a reader. */
import { type Entry, LAST_SEQ } from './entry.ts';
import { isCount, isObject, type JsonObject } from './json.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const optionalText: Check = (value) => value === undefined || text(value);
const textOrNull: Check = (value) => value === null || text(value);
const count: Check = isCount;
const place: Check = (value) => isCount(value) && value <= LAST_SEQ;
const optionalCount: Check = (value) => value === undefined || count(value);
const flag: Check = (value) => typeof value === 'boolean';
const integerOrNull: Check = (value) => value === null || Number.isSafeInteger(value);
const optionalTrue: Check = (value) => value === undefined || value === true;
const peer: Check = (value) => value === 'client' || value === 'server';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shape = (fields: Readonly<Record<string, Check>>): Check => {
  const checks = Object.entries(fields);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
};
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const textMap: Check = (value) => isObject(value) && Object.values(value).every(text);

const clock = shape({
  wall: text,
  monotonic: (value) => typeof value === 'string' && /^\d{1,24}$/.test(value),
  boot: text,
});
const host = shape({ pid: count, started: text, name: text });
const installed = shape({ name: text, version: text, integrity: optionalText });
const launchFiles = {
  file: optional(shape({ path: text, sha256: text })),
  config: optional(
    shape({ entry: text, host: optionalText, path: optionalText, hash: optionalText }),
  ),
};
const launch = shape({
  command: text,
  args: listOf(text),
  package: optional(installed),
  env: textMap,
  ...launchFiles,
});
const range: Check = (value) =>
  Array.isArray(value) && value.length === 2 && value.every(place) && value[0] <= value[1];
const otlp = shape({
  endpoint: text,
  destination: optionalText,
  parent: (value) => value === 'remote' || value === 'link',
});
const crossing = {
  from: peer,
  channel: text,
  sent: optionalCount,
  exchange: optionalCount,
  resumes: optional(shape({ exchange: count, event: text })),
  eof: optionalTrue,
  redacted: optionalCount,
  propagated: optionalText,
  imported: optional(shape({ lacks: listOf(text) })),
};
const sse = shape({ head: text, tail: text, id: optionalText, event: optionalText });
const body = shape({ head: text, tail: text });
const coded = listOf(
  shape({ from: peer, coding: text, bytes: count, sha256: text, fault: optionalText }),
);
const headers = listOf((value) => Array.isArray(value) && value.length === 2 && value.every(text));

type Known = Exclude<Entry['type'], 'unknown'>;

const SHAPES: Readonly<Record<Known, Check>> = {
  session: shape({
    name: text,
    transport: text,
    fidelity: text,
    tap: text,
    capture: text,
    redaction: shape({ rules: text, key: text }),
    clock,
    launch: optional(launch),
    host: optional(host),
    upstream: optionalText,
    joined: optionalTrue,
    traceparent: optionalText,
    otlp: optional(otlp),
    imported: optional(shape({ from: text, lacks: listOf(text) })),
    workflow: textOrNull,
  }),
  message: shape({ ...crossing, sse: optional(sse), body: optional(body) }),
  frame: shape({
    ...crossing,
    why: text,
    text: optionalText,
    base64: optionalText,
    bytes: optionalCount,
    sha256: optionalText,
  }),
  http: shape({
    exchange: count,
    phase: text,
    method: optionalText,
    path: optionalText,
    status: optionalCount,
    headers: optional(headers),
    ended: optionalText,
    reason: optionalText,
    coded: optional(coded),
  }),
  stderr: shape({ text, partial: optionalTrue, redacted: optionalCount }),
  exit: shape({ code: integerOrNull, signal: textOrNull }),
  gap: shape({ to: place, count, reason: text, by: optionalText }),
  note: shape({
    text,
    pipe: optional(shape({ from: peer, isFull: flag, seq: count })),
    closed: optional(peer),
    launch: optional(shape(launchFiles)),
    spans: optional(shape({ endpoint: text, upTo: place, without: listOf(range) })),
  }),
  end: shape({ reason: text, by: optionalText }),
};

export function isKnownType(type: unknown): type is Known {
  return typeof type === 'string' && Object.hasOwn(SHAPES, type);
}

/** Whether the fields are those of an entry of their type. */
export function hasShape(type: Known, fields: JsonObject): boolean {
  if (!SHAPES[type](fields)) return false;
  return type !== 'gap' || Number(fields['to']) >= Number(fields['seq']);
}
