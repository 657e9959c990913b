/**
 * Many texts in little memory: as bytes in a few large pieces, and made texts again when asked for.
 * A text that is no Unicode, with half of a pair in it, has no bytes and is kept as it is.
 */
import { createNumbers } from './numbers.ts';

export interface TextStore {
  /** Keeps a text; the number it is known by, one after the other from 0. */
  add(text: string): number;
  /** The text of a number. */
  get(index: number): string;
}

const FIRST = 4096;
const LARGEST = 1 << 20;
/** A character takes at most so many bytes. */
const WIDEST = 3;

export function createTextStore(): TextStore {
  const pieces: Uint8Array[] = [new Uint8Array(FIRST)];
  let piece = pieces[0] ?? new Uint8Array(FIRST);
  let used = 0;
  /** Where each text begins: its piece and its place there. */
  const starts = createNumbers(Float64Array);
  const lengths = createNumbers(Uint32Array);
  let count = 0;
  const halves = new Map<number, string>();

  /** Makes room for so many bytes, in a new piece if need be. */
  const room = (bytes: number): void => {
    if (used + bytes <= piece.length) return;
    const next = Math.min(piece.length * 4, LARGEST);
    piece = new Uint8Array(Math.max(next, bytes));
    pieces.push(piece);
    used = 0;
  };
  return {
    add(text) {
      const most = text.length * WIDEST;
      if (HALF.test(text)) {
        halves.set(count, text);
        starts.push(0);
        lengths.push(0);
        return count++;
      }
      // What would leave much of a piece empty is measured first.
      const bytes = most > LARGEST ? encoder.encode(text) : undefined;
      room(bytes?.length ?? most);
      starts.push((pieces.length - 1) * LARGEST + used);
      if (bytes) piece.set(bytes, used);
      const written = bytes?.length ?? encoder.encodeInto(text, piece.subarray(used)).written;
      used += written;
      lengths.push(written);
      return count++;
    },
    get(index) {
      const half = halves.size > 0 ? halves.get(index) : undefined;
      if (half !== undefined) return half;
      const start = starts.at(index);
      const from = start % LARGEST;
      const bytes = pieces[Math.floor(start / LARGEST)];
      return decoder.decode(bytes?.subarray(from, from + lengths.at(index)));
    },
  };
}

const HALF = /\p{Surrogate}/u;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
