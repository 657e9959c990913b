/**
 * Lines of spans and log records without their secrets. The rules read JSON texts, since a secret is
 * often known by the name beside it, so many lines go through them together. Only texts of a sender can
 * be secrets: ids and times stay as they are, whatever a user's rule matches.
 */
import type { Redact } from '../../model/crossing.ts';
import type { JsonText, JsonValue } from '../../model/json.ts';
import { BETWEEN } from '../../model/otlp/line.ts';
import { bytesOf, readable } from '../../model/text.ts';

/** The JSON list of what stands between these: most have no secret, and are written once. */
export function cleanList(lines: Uint8Array, redact: Redact): Uint8Array<ArrayBuffer> {
  const list = new Uint8Array(lines.length + 2);
  list[0] = '['.charCodeAt(0);
  list.set(lines, 1);
  list[list.length - 1] = ']'.charCodeAt(0);
  const text = readable(list);
  if (redact(text).count === 0) return list;
  const clean = (line: string): string =>
    redact(line).count === 0 ? line : cleanLine(line, redact);
  return bytesOf(`[${text.slice(1, -1).split(BETWEEN).map(clean).join(BETWEEN)}]`);
}

/** The members that a sender wrote freely, and those that are lists of what has such members. */
const FREE: ReadonlySet<string> = new Set([
  'traceState',
  'name',
  'statusMessage',
  'severityText',
  'eventName',
  'body',
  'attributes',
  'resource',
  'scope',
]);
const LISTS: ReadonlySet<string> = new Set(['events', 'links']);

function cleanLine(line: JsonText, redact: Redact): JsonText {
  return cleanObject(JSON.parse(line) as Members, (text) => redact(text).text);
}

type Members = Readonly<Record<string, JsonValue>>;

function cleanObject(members: Members, clean: (text: JsonText) => JsonText): JsonText {
  const cleaned = Object.entries(members).map(([name, value]) => {
    const text = JSON.stringify(value);
    if (FREE.has(name)) return `"${name}":${clean(text)}`;
    if (!LISTS.has(name)) return `"${name}":${text}`;
    return `"${name}":[${(value as Members[]).map((one) => cleanObject(one, clean))}]`;
  });
  return `{${cleaned}}`;
}
