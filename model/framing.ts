/**
 * Framing of a byte stream that may be split at any byte.
 *
 * Bytes come in, lines come out: on a pipe each LF-ended run of bytes is exactly one line, and the
 * last one may lack its LF; in an event stream each block is one (model/sse.ts); a body is one as a
 * whole. Nothing is decoded or judged here. A line longer than the cap keeps its head, its length
 * and its SHA-256, so that memory stays bounded whatever a peer sends.
 */

const LF = 0x0a;

/** Where a line ends in a chunk, and where the next one starts; undefined: not in this chunk. */
export type Cut = (
  chunk: Uint8Array,
  start: number,
) => { readonly end: number; readonly next: number } | undefined;

/** Cuts a pipe at each LF, which belongs to no line. */
export const atLineFeed: Cut = (chunk, start) => {
  const end = chunk.indexOf(LF, start);
  return end === -1 ? undefined : { end, next: end + 1 };
};

/** A body is never cut. */
export const nowhere: Cut = () => undefined;

/** A running SHA-256; node:crypto and @noble/hashes both satisfy it. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  hex(): string;
}

export interface Line {
  /** The bytes without their LF; over the cap only the first `cap` of them. */
  readonly bytes: Uint8Array;
  /** When the first byte was read, and when the chunk with the last byte was passed on. */
  readonly at: number;
  readonly sent: number;
  /** The line was not ended: the stream was. */
  readonly eof: boolean;
  readonly overCap?: { readonly length: number; readonly sha256: string };
  /** The bytes were put together in a buffer of their own, which may be handed over. */
  readonly isOwn?: true;
}

export interface Framer {
  /**
   * Takes a chunk read at `at` and passed on at `sent` (µs); gives the lines that it completes.
   * Lines may share the memory of the chunk, so its bytes must not change afterwards.
   */
  push(chunk: Uint8Array, at: number, sent: number): Line[];
  /** Ends the stream; gives the last line when it lacked its LF. */
  end(): Line[];
}

/** A line of which the end has not come yet. */
interface Partial {
  /** What is kept, in a buffer with room to grow; the first part is not copied. */
  bytes: Uint8Array;
  kept: number;
  length: number;
  at: number;
  sent: number;
  hash: Hash | undefined;
  isOwn: true | undefined;
}

const NO_BYTES = new Uint8Array(0);

const nothing = (): Partial => ({
  bytes: NO_BYTES,
  kept: 0,
  length: 0,
  at: 0,
  sent: 0,
  hash: undefined,
  isOwn: undefined,
});

/**
 * `cap`: the most bytes kept of a line; `sha256`: makes the hash of a line that is longer; `cut`:
 * where lines end, a new one for each stream where it remembers anything.
 */
export function createFramer(cap: number, sha256: () => Hash, cut: Cut = atLineFeed): Framer {
  let partial = nothing();

  const take = (bytes: Uint8Array, at: number, sent: number): void => {
    if (partial.length === 0) partial.at = at;
    partial.sent = sent;
    partial.length += bytes.length;
    if (partial.length > cap) hashBeyond(partial, bytes, sha256);
    keep(partial, bytes.subarray(0, cap - partial.kept));
  };

  const finish = (at: number, sent: number, eof: boolean): Line => {
    const { bytes, kept, length, hash, isOwn } = partial;
    const line: Line = {
      bytes: bytes.subarray(0, kept),
      at: length === 0 ? at : partial.at,
      sent,
      eof,
      ...(hash ? { overCap: { length, sha256: hash.hex() } } : undefined),
      ...(isOwn ? { isOwn } : undefined),
    };
    partial = nothing();
    return line;
  };

  return {
    push(chunk, at, sent) {
      const lines: Line[] = [];
      let start = 0;
      for (let found = cut(chunk, 0); found; found = cut(chunk, start)) {
        if (found.end > start) take(chunk.subarray(start, found.end), at, sent);
        lines.push(finish(at, sent, false));
        start = found.next;
      }
      if (start < chunk.length) take(chunk.subarray(start), at, sent);
      return lines;
    },
    end() {
      return partial.length === 0 ? [] : [finish(partial.at, partial.sent, true)];
    },
  };
}

/** Doubles the buffer when it is full: a line may come byte by byte, and costs its length only. */
function keep(partial: Partial, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const length = partial.kept + bytes.length;
  if (partial.kept === 0) partial.bytes = bytes;
  else {
    if (length > partial.bytes.length) {
      const larger = new Uint8Array(Math.max(2 * partial.bytes.length, length));
      larger.set(partial.bytes.subarray(0, partial.kept));
      partial.bytes = larger;
      partial.isOwn = true;
    }
    partial.bytes.set(bytes, partial.kept);
  }
  partial.kept = length;
}

/** Hashes a line from its start once it has outgrown the cap, then each further part. */
function hashBeyond(partial: Partial, bytes: Uint8Array, sha256: () => Hash): void {
  if (!partial.hash) {
    partial.hash = sha256();
    partial.hash.update(partial.bytes.subarray(0, partial.kept));
  }
  partial.hash.update(bytes);
}
