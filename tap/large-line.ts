/** The journal line of a large message. Its text is not parsed: readers do that (design: above 64 KiB). */
import { isUtf8 } from 'node:buffer';
import { draftOfLine, type Redact } from '../model/crossing.ts';
import type { Capture, Draft, Entry } from '../model/entry.ts';
import type { Line } from '../model/framing.ts';
import { encodeEntry } from '../model/line.ts';
import type { Direction } from './crossings.ts';
import { sealOne } from './seal.ts';

/** A line that has its place, and waits for its entry. */
export interface Job {
  readonly seq: number;
  readonly line: Line;
  readonly where: Direction;
}

export interface Rules {
  readonly redact: Redact;
  readonly capture: Capture;
}

/** The bytes of the journal line, LF included, in a buffer of their own. */
export function largeLine(
  { seq, line, where }: Job,
  session: string,
  rules: Rules,
): Uint8Array<ArrayBuffer> {
  return sealOne(encodeEntry({ ...draftOf(line, where, rules), session, seq } as Entry));
}

function draftOf(line: Line, where: Direction, { redact, capture }: Rules): Draft {
  if (capture === 'metadata' || line.overCap || !looksLikeJson(line.bytes)) {
    return draftOfLine(line, where, redact, capture);
  }
  const { text, count } = redact(
    Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.length).toString('utf8'),
  );
  return {
    type: 'message',
    at: line.at,
    sent: line.sent,
    ...where,
    ...(line.eof ? { eof: true as const } : {}),
    ...(count > 0 ? { redacted: count } : {}),
    text,
    value: undefined,
  };
}

/** Whether the text begins and ends as a JSON object or array does, and is UTF-8. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes[0];
  const last = bytes.at(-1);
  const isClosed = (first === 0x7b && last === 0x7d) || (first === 0x5b && last === 0x5d);
  return isClosed && isUtf8(bytes);
}
