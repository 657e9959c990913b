/**
 * Journal lines as bytes: each behind its CRC-32, LF at the end (model/journal.ts), written into
 * one buffer that is used again, because this runs for every message that passes.
 */
import { crc32 } from 'node:zlib';

/** The CRC in 8 hex digits, and a space. */
const SEAL = 9;
const LF = 0x0a;
const SPACE = 0x20;
const HEX_DIGITS = '0123456789abcdef';

/** Gives the sealed lines as bytes that are valid until the next call. */
export type Sealer = (lines: readonly string[]) => Uint8Array;

/** What is kept for the next lines, in bytes; longer ones get a buffer of their own. */
const KEPT = 256 << 10;

export function createSealer(): Sealer {
  const kept = Buffer.allocUnsafe(KEPT);
  return (lines) => {
    // No character of UTF-16 takes more than three bytes of UTF-8.
    let room = 0;
    for (const line of lines) room += 3 * line.length + SEAL + 1;
    const buffer = room > KEPT ? Buffer.allocUnsafe(room) : kept;
    const atOnce = lines.length > 1 ? sealAtOnce(buffer, lines) : undefined;
    if (atOnce !== undefined) return buffer.subarray(0, atOnce);
    let end = 0;
    for (const line of lines) end = sealInto(buffer, end, line);
    return buffer.subarray(0, end);
  };
}

/** Writes lines of ASCII in one go, since a call for each costs more than its bytes; gives their end. */
function sealAtOnce(buffer: Buffer, lines: readonly string[]): number | undefined {
  const text = `${BLANK}${lines.join(`\n${BLANK}`)}\n`;
  // Any other character takes more bytes than it is long.
  if (buffer.write(text, 'utf8') !== text.length) return undefined;
  let start = 0;
  for (const line of lines) {
    const end = start + SEAL + line.length;
    finish(buffer, start, end);
    start = end + 1;
  }
  return text.length;
}

/** Where the seal will stand. */
const BLANK = ' '.repeat(SEAL);

/** One sealed line in memory of its own, which can be handed to another thread. */
export function sealOne(line: string): Uint8Array<ArrayBuffer> {
  const buffer = Buffer.from(new ArrayBuffer(Buffer.byteLength(line) + SEAL + 1));
  sealInto(buffer, 0, line);
  return buffer;
}

/** One sealed line whose middle is bytes already. */
export function sealAround(
  before: string,
  bytes: Uint8Array,
  behind: string,
): Uint8Array<ArrayBuffer> {
  const [start, end] = [Buffer.byteLength(before), Buffer.byteLength(behind)];
  const buffer = Buffer.from(new ArrayBuffer(SEAL + start + bytes.length + end + 1));
  buffer.write(before, SEAL);
  buffer.set(bytes, SEAL + start);
  buffer.write(behind, SEAL + start + bytes.length);
  finish(buffer, 0, buffer.length - 1);
  return buffer;
}

/** Writes one sealed line at `start`; gives where it ends. */
function sealInto(buffer: Buffer, start: number, line: string): number {
  const from = start + SEAL;
  const end = from + buffer.write(line, from, 'utf8');
  finish(buffer, start, end);
  return end + 1;
}

/** Writes the seal of the line that stands between `start` and `end`, and its LF. */
function finish(buffer: Buffer, start: number, end: number): void {
  let crc = crc32(buffer.subarray(start + SEAL, end));
  buffer[start + SEAL - 1] = SPACE;
  for (let at = start + SEAL - 2; at >= start; at--) {
    buffer[at] = HEX_DIGITS.charCodeAt(crc & 0xf);
    crc >>>= 4;
  }
  buffer[end] = LF;
}
