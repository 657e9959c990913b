/**
 * The line of a message as text, written without building its entry: that costs half of recording.
 * Says exactly what model/line.ts says of the same message, which a test holds.
 */
import { isPipe, type Redact, type Where } from '../model/crossing.ts';
import type { Envelope } from '../model/entry.ts';
import type { Line } from '../model/framing.ts';
import { isMessageEvent, readBlock } from '../model/sse.ts';
import { utf8 } from '../model/text.ts';

/** What stands before the seq of a message of this session. */
export function messageStart(session: string): string {
  return `{"type":"message","session":${JSON.stringify(session)},"seq":`;
}

/** What stands between the seq of a message and its text; `more`: what its entry says besides. */
export function messageHead(line: Line, where: Where, redacted: number, more = ''): string {
  const { at, sent, eof } = line;
  const { from, channel, exchange } = where;
  const place = exchange === undefined ? '' : `,"exchange":${exchange}`;
  const end = eof && isPipe(channel) ? ',"eof":true' : '';
  const count = redacted === 0 ? '' : `,"redacted":${redacted}`;
  return `,"at":${at},"sent":${sent},"from":"${from}","channel":"${channel}"${place}${end}${count}${more},"message":`;
}

/** What follows the seq of a line that is one JSON text; undefined: it is none, or is not kept. */
export function messageText(line: Line, where: Where, redact: Redact): string | undefined {
  if (line.overCap) return undefined;
  const text = utf8(line.bytes);
  if (text === undefined) return undefined;
  const clean = redact(text);
  if (!isJson(clean.text)) return undefined;
  return `${messageHead(line, where, clean.count)}${clean.text}}`;
}

/** The text of a block of a stream that is one message, and the id of its event; undefined: it is none. */
export type BlockText = (
  line: Line,
  where: Where,
  redact: Redact,
) => { readonly text: string; readonly id: string | undefined } | undefined;

/** What follows the seq of the blocks of one stream. */
export function createBlockText(): BlockText {
  const envelopeText = createEnvelopeText();
  return (line, where, redact) => {
    if (line.overCap || line.eof) return undefined;
    const whole = utf8(line.bytes);
    if (whole === undefined) return undefined;
    const { text, count } = redact(whole);
    const block = readBlock(text);
    if (!block.data || !isMessageEvent(block)) return undefined;
    const { id, event, data } = block;
    const message = text.slice(data.start, data.end);
    if (!isJson(message)) return undefined;
    const sse = { head: text.slice(0, data.start), tail: text.slice(data.end), id, event };
    const head = messageHead(line, where, count, `,"sse":${envelopeText(sse)}`);
    return { text: `${head}${message}}`, id };
  };
}

/** Writes what stands around the messages of one stream: where events have no ids, mostly the same again. */
function createEnvelopeText(): (around: Envelope) => string {
  let [head, tail, text]: (string | undefined)[] = [];
  return (around) => {
    if (text !== undefined && around.head === head && around.tail === tail) return text;
    ({ head, tail } = around);
    text = JSON.stringify(around);
    return text;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
