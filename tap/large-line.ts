/** The journal line of a large message. Its text is not parsed: readers do that (design: above 64 KiB). */
import { isUtf8 } from 'node:buffer';
import { draftOfLine, type Redact, type Where } from '../model/crossing.ts';
import type { Capture, Entry } from '../model/entry.ts';
import type { Line } from '../model/framing.ts';
import { encodeEntry } from '../model/line.ts';
import { messageHead, messageStart } from './message-text.ts';
import { sealAround, sealOne } from './seal.ts';

/** A line that has its place, and waits for its entry. */
export interface Job {
  readonly seq: number;
  readonly line: Line;
  readonly where: Where;
}

export interface Rules {
  readonly redact: Redact;
  readonly capture: Capture;
}

/** The bytes of the journal line, LF included, in a buffer of their own. */
export function largeLine(
  { seq, line, where }: Job,
  session: string,
  { redact, capture }: Rules,
): Uint8Array<ArrayBuffer> {
  const { bytes } = line;
  if (where.resumes || !looksLikeJson(bytes)) {
    const draft = draftOfLine(line, where, redact, capture);
    return sealOne(encodeEntry({ ...draft, session, seq } as Entry));
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const clean = redact(text);
  const head = `${messageStart(session)}${seq}${messageHead(line, where, clean.count)}`;
  // What has no secret need not be written anew.
  return sealAround(head, clean.count === 0 ? bytes : Buffer.from(clean.text), '}');
}

/** Whether the text begins and ends as a JSON object or array does, on one line, and is UTF-8. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes[0];
  const last = bytes.at(-1);
  const isClosed = (first === 0x7b && last === 0x7d) || (first === 0x5b && last === 0x5d);
  return isClosed && !bytes.includes(LF) && isUtf8(bytes);
}

const LF = 0x0a;
