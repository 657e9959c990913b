/**
 * Newline framing of a byte stream that may be split at any byte.
 *
 * Bytes come in, lines come out: each LF-ended run of bytes is exactly one line, and the last one
 * may lack its LF. Nothing is decoded or judged here. A line longer than the cap keeps its head,
 * its length and its SHA-256, so that memory stays bounded whatever a peer sends.
 */

const LF = 0x0a;

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
  /** The line did not end in LF: the stream ended. */
  readonly eof: boolean;
  readonly overCap?: { readonly length: number; readonly sha256: string };
}

export interface Framer {
  /** Takes a chunk read at `at` and passed on at `sent` (µs); gives the lines that it completes. */
  push(chunk: Uint8Array, at: number, sent: number): Line[];
  /** Ends the stream; gives the last line when it lacked its LF. */
  end(): Line[];
}

interface Partial {
  parts: Uint8Array[];
  kept: number;
  length: number;
  at: number;
  sent: number;
  hash: Hash | undefined;
}

const nothing = (): Partial => ({ parts: [], kept: 0, length: 0, at: 0, sent: 0, hash: undefined });

/** `cap`: the most bytes kept of a line; `sha256`: makes the hash of a line that is longer. */
export function createFramer(cap: number, sha256: () => Hash): Framer {
  let partial = nothing();

  const take = (bytes: Uint8Array, at: number, sent: number): void => {
    if (partial.length === 0) partial.at = at;
    partial.length += bytes.length;
    partial.sent = sent;
    if (partial.length > cap) hashBeyond(partial, bytes, sha256);
    const room = cap - partial.kept;
    if (room <= 0) return;
    const kept = bytes.subarray(0, room);
    partial.parts.push(kept);
    partial.kept += kept.length;
  };

  const finish = (at: number, sent: number, eof: boolean): Line => {
    const { parts, kept, length, hash } = partial;
    const line: Line = {
      bytes: parts.length === 1 && parts[0] ? parts[0] : concat(parts, kept),
      at: length === 0 ? at : partial.at,
      sent,
      eof,
      ...(hash ? { overCap: { length, sha256: hash.hex() } } : {}),
    };
    partial = nothing();
    return line;
  };

  return {
    push(chunk, at, sent) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
        if (end > start) take(chunk.subarray(start, end), at, sent);
        lines.push(finish(at, sent, false));
        start = end + 1;
      }
      if (start < chunk.length) take(chunk.subarray(start), at, sent);
      return lines;
    },
    end() {
      return partial.length === 0 ? [] : [finish(partial.at, partial.sent, true)];
    },
  };
}

/** Hashes a line from its start once it has outgrown the cap, then each further part. */
function hashBeyond(partial: Partial, bytes: Uint8Array, sha256: () => Hash): void {
  if (!partial.hash) {
    partial.hash = sha256();
    for (const part of partial.parts) partial.hash.update(part);
  }
  partial.hash.update(bytes);
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
