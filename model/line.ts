/**
 * One entry as one line, both ways.
 *
 * A message is embedded verbatim as the last field. The reader therefore never parses a whole
 * message line: it cuts at the first `,"message":`, which cannot occur inside the prefix because
 * quotes in JSON strings are escaped. Otherwise a peer could complete our line with its own fields
 * (`{…},"from":"client","type":"exit","x":1` is a line of stdout that does) and forge entries.
 */
import type { Entry, FrameEntry, MessageEntry, UnknownEntry } from './entry.ts';
import { hasShape, isKnownType } from './entry-shape.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';

const CUT = ',"message":';

/** The line of an entry, without its LF. */
export function encodeEntry(entry: Entry): string {
  if (entry.type === 'unknown') return entry.line;
  const { type, session, seq, at, ...fields } = entry;
  const place = { type, session, seq, at };
  if (entry.type !== 'message') return JSON.stringify({ ...place, ...fields });
  const { text, value: _, ...crossing } = fields as Omit<MessageEntry, keyof typeof place>;
  return `${JSON.stringify({ ...place, ...crossing }).slice(0, -1)}${CUT}${text}}`;
}

export type Decoded =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly fault: string };

/** The entry of a line. Never throws: a line that is none says why. */
export function decodeEntry(line: string): Decoded {
  const cut = line.indexOf(CUT);
  const head = cut === -1 ? undefined : parsedObject(`${line.slice(0, cut)}}`);
  if (head?.['type'] === 'message') return decodeMessage(line, cut, head);
  const fields = parsedObject(line);
  if (!fields) return { ok: false, fault: 'it is not a JSON object' };
  if (fields['type'] === 'message')
    return { ok: false, fault: 'its message is not the last field' };
  return placed(fields, ({ type, session, seq, at }) =>
    isKnownType(type)
      ? (fields as unknown as Entry)
      : ({ type: 'unknown', session, seq, at, line } as UnknownEntry),
  );
}

function decodeMessage(line: string, cut: number, head: JsonObject): Decoded {
  if (!line.endsWith('}')) return { ok: false, fault: 'it has no end' };
  const text = line.slice(cut + CUT.length, -1);
  return placed(head, (fields) =>
    messageOrFrame(fields as unknown as Omit<MessageEntry, 'text' | 'value'>, text),
  );
}

/** A message entry, or the draft of one, without its text. */
type MessageHead = Omit<MessageEntry, 'text' | 'value' | 'session' | 'seq'> & { session?: string };

/** A message with its text and value, or the frame that its text makes of it. */
type TextOf<H> =
  | (H & Pick<MessageEntry, 'type' | 'text' | 'value'>)
  | (Omit<H, 'type' | 'sse'> & Pick<FrameEntry, 'type' | 'why'> & { readonly text: string });

/** Text that is not one JSON text cannot be a message, whatever its line claims. */
export function messageOrFrame<H extends MessageHead>(head: H, text: string): TextOf<H> {
  const parsed = parseJson(text);
  if (parsed.ok) return { ...head, text, value: parsed.value };
  if (parsed.why === 'too-deep') return { ...head, text, value: undefined };
  const { sse: _, ...crossing } = head;
  return { ...crossing, type: 'frame', why: text === '' ? 'empty' : 'not-json', text };
}

/** Reads the place of an entry (session, seq, at) and the fields of its type. */
function placed(fields: JsonObject, entry: (fields: JsonObject) => Entry): Decoded {
  const { session, seq, at, type } = fields;
  if (typeof session !== 'string' || session === '')
    return { ok: false, fault: 'it names no session' };
  if (!isCount(seq)) return { ok: false, fault: 'its seq is no number' };
  if (!isCount(at)) return { ok: false, fault: 'its time is no number' };
  if (isKnownType(type) && !hasShape(type, fields)) {
    return { ok: false, fault: `its fields are not those of the type ${type}` };
  }
  return { ok: true, entry: entry(fields) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsedObject(text: string): JsonObject | undefined {
  const parsed = parseJson(text);
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}
