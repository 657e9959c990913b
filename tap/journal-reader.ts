/**
 * Reads a journal that is still being written, as the lines that a collector wants: in order of
 * seq, each once, without their CRC. Lines that stand in the file before their turn (recorder.ts)
 * are remembered by place, not kept; memory does not grow with what a collector has not taken yet.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { isObject, parseJson } from '../model/json.ts';

export interface JournalReader {
  /** The next lines, whole, about so many bytes; none when the journal has no more for now. */
  next(bytes: number): Promise<readonly Uint8Array[]>;
  /** Starts again with the entry behind `seq`. */
  goBehind(seq: number): void;
  close(): Promise<void>;
}

interface Place {
  readonly offset: number;
  readonly length: number;
  /** The seq behind the last one the line stands for. */
  readonly behind: number;
}

const LF = 0x0a;
/** The CRC and the space before each line. */
const SEAL = 9;
const SEQ = /^\{"type":"(\w+)","session":"[^"]*","seq":(\d+)/;

export async function readGrowing(path: string): Promise<JournalReader> {
  const file = await open(path, 'r');
  let offset = 0;
  let wanted = 0;
  let early = new Map<number, Place>();

  /** Takes one sealed line at its offset; gives those whose turn has come. */
  const take = async (sealed: Buffer, at: number): Promise<Uint8Array[]> => {
    const line = sealed.subarray(SEAL);
    const found = /^[0-9a-f]{8} $/.test(sealed.toString('latin1', 0, SEAL)) && spanOf(line);
    if (!found || Number.parseInt(sealed.toString('latin1', 0, 8), 16) !== crc32(line)) return [];
    const { seq, behind } = found;
    if (seq > wanted) early.set(seq, { offset: at + SEAL, length: line.length, behind });
    if (seq !== wanted) return [];
    wanted = behind;
    return [line, ...(await takeEarly())];
  };

  const takeEarly = async (): Promise<Uint8Array[]> => {
    const lines: Uint8Array[] = [];
    for (let place = early.get(wanted); place; place = early.get(wanted)) {
      early.delete(wanted);
      wanted = place.behind;
      lines.push(await readAll(file, place.offset, place.length));
    }
    return lines;
  };

  return {
    async next(bytes) {
      const lines: Uint8Array[] = [];
      // Lines that were passed over are not the end of the journal.
      for (let read = -1; lines.length === 0 && read !== 0; ) {
        const chunk = await readLines(file, offset, bytes);
        read = 0;
        for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, read)) {
          lines.push(...(await take(chunk.subarray(read, end), offset + read)));
          read = end + 1;
        }
        offset += read;
      }
      return lines;
    },
    goBehind(seq) {
      offset = 0;
      wanted = seq + 1;
      early = new Map();
    },
    close: () => file.close(),
  };
}

function spanOf(line: Buffer): { seq: number; behind: number } | undefined {
  const [, type, digits] = SEQ.exec(line.toString('latin1', 0, 200)) ?? [];
  if (digits === undefined) return undefined;
  const seq = Number(digits);
  if (type !== 'gap') return { seq, behind: seq + 1 };
  const gap = parseJson(line.toString('utf8'));
  return { seq, behind: gap.ok && isObject(gap.value) ? Number(gap.value['to']) + 1 : seq + 1 };
}

/** Whole lines from an offset on: about `bytes` of them, more when the first is longer. */
async function readLines(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  for (let size = bytes; ; size *= 4) {
    const chunk = await readAll(file, offset, size);
    if (chunk.length < size || chunk.includes(LF)) return chunk;
  }
}

/** Reads up to `length` bytes, fewer only at the end of the file. */
async function readAll(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
