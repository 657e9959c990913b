/**
 * One entry as one line, both ways.
 *
 * A message is embedded verbatim as the last field. The reader therefore never parses a whole
 * message line: it cuts at the first `,"message":`, which cannot occur in what stands before it.
 * Otherwise a peer could complete our line with its own fields
 * (`{…},"from":"client","type":"exit","x":1` is a line of stdout that does) and forge entries.
 */
import {
  type Entry,
  type FrameEntry,
  type FrameReason,
  LAST_SEQ,
  type MessageEntry,
  SESSION_ID,
  type UnknownEntry,
} from './entry.ts';
import { hasShape, isKnownType } from './entry-shape.ts';
import { isCount, isObject, type JsonObject, parseJson, repeatsMember } from './json.ts';

const CUT = ',"message":';

/** The cut, spelt so that a reader passes over it. */
const NO_CUT = ',"\\u006dessage":';

/** The line of an entry, without its LF. */
export function encodeEntry(entry: Entry): string {
  switch (entry.type) {
    case 'unknown':
      return entry.line;
    case 'message':
      return `${headOf(entry)}${CUT}${entry.text}}`;
    default:
      return `${headOf(entry)}}`;
  }
}

/** The fields of an entry up to its message, in one order: the place first, then as they stand. */
function headOf(entry: Exclude<Entry, { type: 'unknown' }>): string {
  const { type, session, seq, at } = entry;
  const skipped = type === 'message' ? MESSAGE_SKIPPED : PLACE;
  let head = `{"type":"${type}","session":${JSON.stringify(session)},"seq":${seq},"at":${at}`;
  for (const [name, value] of Object.entries(entry)) {
    if (skipped.has(name) || value === undefined) continue;
    head += `,${JSON.stringify(name)}:${withoutCut(JSON.stringify(value))}`;
  }
  return head;
}

const PLACE = new Set(['type', 'session', 'seq', 'at']);
const MESSAGE_SKIPPED = new Set([...PLACE, 'text', 'value', 'message']);

/** In a string its quotes would be escaped, but a field of a later version may hold an object. */
function withoutCut(text: string): string {
  return text.includes(CUT) ? text.replaceAll(CUT, NO_CUT) : text;
}

export type Decoded =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly fault: string };

/** The entry of a line. Never throws: a line that is none says why. */
export function decodeEntry(line: string): Decoded {
  const cut = line.indexOf(CUT);
  if (cut !== -1) {
    const plain = plainHead(line.slice(0, cut));
    if (plain) return decodeText(line, cut, plain);
    const head = parsedObject(`${line.slice(0, cut)}}`);
    if (head?.fields['type'] === 'message') return decodeMessage(line, cut, head);
  }
  const whole = parsedObject(line);
  if (!whole) return { ok: false, fault: 'it is not a JSON object' };
  const { fields } = whole;
  if (fields['type'] === 'message')
    return { ok: false, fault: 'its message is not the last field' };
  return placed(whole, ({ type, session, seq, at }) =>
    isKnownType(type)
      ? (fields as unknown as Entry)
      : ({ type: 'unknown', session, seq, at, line } as UnknownEntry),
  );
}

/** What stands before nearly every message: headOf writes it so. Read without a parser and its checks. */
const PLAIN_HEAD =
  /^\{"type":"message","session":"([0-9A-Za-z][0-9A-Za-z._-]{0,127})","seq":(0|[1-9]\d{0,8}),"at":(0|[1-9]\d{0,14}),"sent":(0|[1-9]\d{0,14}),"from":"(client|server)","channel":"(stdin|stdout)"$/;

function plainHead(head: string): PlainHead | undefined {
  const found = PLAIN_HEAD.exec(head);
  if (!found) return undefined;
  const [, session = '', seq, at, sent, from, channel] = found;
  return {
    type: 'message',
    session,
    seq: Number(seq),
    at: Number(at),
    sent: Number(sent),
    from: from === 'client' ? from : 'server',
    channel: channel === 'stdin' ? channel : 'stdout',
  };
}

type PlainHead = Omit<MessageEntry, 'text' | 'value'>;

function decodeText(line: string, cut: number, head: PlainHead): Decoded {
  if (!line.endsWith('}')) return { ok: false, fault: 'it has no end' };
  return { ok: true, entry: messageOrFrame(head, line.slice(cut + CUT.length, -1)) };
}

function decodeMessage(line: string, cut: number, head: Parsed): Decoded {
  if (!line.endsWith('}')) return { ok: false, fault: 'it has no end' };
  for (const name of ['message', 'text', 'value']) {
    if (Object.hasOwn(head.fields, name)) return { ok: false, fault: `it has a field ${name}` };
  }
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
  | (Omit<H, 'type' | 'sse' | 'body'> &
      Pick<FrameEntry, 'type' | 'why'> & { readonly text: string });

/** Text that is not one JSON text on one line cannot be a message, whatever its line claims. */
export function messageOrFrame<H extends MessageHead>(head: H, text: string): TextOf<H> {
  if (text.includes('\n')) return frameOf(head, text, 'not-one-line');
  const parsed = parseJson(text);
  // The head comes last because engines copy it ten times faster there.
  if (parsed.ok) return { text, value: parsed.value, ...head };
  if (parsed.why === 'too-deep') return { text, value: undefined, ...head };
  return frameOf(head, text, text === '' ? 'empty' : 'not-json');
}

function frameOf<H extends MessageHead>(head: H, text: string, why: FrameReason): TextOf<H> {
  const { sse: _, body: __, ...crossing } = head;
  return { ...crossing, type: 'frame', why, text };
}

/** Reads the place of an entry (session, seq, at) and the fields of its type. */
function placed({ text, fields }: Parsed, entry: (fields: JsonObject) => Entry): Decoded {
  if (repeatsMember(text, fields)) return { ok: false, fault: 'it names a field twice' };
  const { session, seq, at, type } = fields;
  if (typeof type !== 'string') return { ok: false, fault: 'it has no type' };
  if (!isSessionId(session)) return { ok: false, fault: 'its session id is none' };
  if (!isCount(seq) || seq > LAST_SEQ) return { ok: false, fault: 'its seq is no number' };
  if (!isCount(at)) return { ok: false, fault: 'its time is no number' };
  if (isKnownType(type) && !hasShape(type, fields)) {
    return { ok: false, fault: `its fields are not those of the type ${type}` };
  }
  return { ok: true, entry: entry(fields) };
}

function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && SESSION_ID.test(value);
}

interface Parsed {
  readonly text: string;
  readonly fields: JsonObject;
}

function parsedObject(text: string): Parsed | undefined {
  const parsed = parseJson(text);
  return parsed.ok && isObject(parsed.value) ? { text, fields: parsed.value } : undefined;
}

/** The message in a body that was written on several lines; undefined for every other frame. */
export function messageInFrame(frame: FrameEntry): MessageEntry | undefined {
  const { why, text } = frame;
  if (why !== 'not-one-line' || text === undefined) return undefined;
  const parsed = parseJson(text);
  return { ...frame, type: 'message', text, value: parsed.ok ? parsed.value : undefined };
}
