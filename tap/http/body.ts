/**
 * The bytes of one body for whoever records it: as they are, or, where a content coding was applied,
 * decoded from a copy (RFC 9110 §8.4), with the length and hash of what crossed.
 *
 * Decoding is the business of the system's threads; it never holds up the traffic, and ends where
 * a body is made to grow without measure.
 */
import * as zlib from 'node:zlib';
import type { CodedBody } from '../../model/entry.ts';
import { sha256 } from '../hash.ts';
import { reasonOf } from '../system-error.ts';

type OnChunk = (chunk: Uint8Array, at: number, sent: number) => void;

export interface Body {
  /** A part that was read at `at` and passed on at `sent` (µs). */
  push(chunk: Uint8Array, at: number, sent: number): void;
  /** Nothing more comes; `then` is called once everything was handed over, perhaps at once. */
  end(then: (coded?: Omit<CodedBody, 'from'>) => void): void;
}

/** `coding`: the value of Content-Encoding, where there is one. */
export function openBody(coding: string | undefined, onChunk: OnChunk): Body {
  const name = coding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { push: onChunk, end: (then) => then() };
  return decodedBody(name, onChunk);
}

/** So much may come out of nothing, and so many times what was decoded, in bytes. */
const GROWTH = { free: 64 << 20, times: 200 };
/** So much may wait to be decoded, in bytes. */
const WAITING = 16 << 20;

function decodedBody(coding: string, onChunk: OnChunk): Body {
  const hash = sha256();
  let [bytes, decoded] = [0, 0];
  let [lastAt, lastSent] = [0, 0];
  let fault: string | undefined;
  let whenDone: (() => void) | undefined;
  let decoder = DECODERS[coding]?.();
  if (!decoder) fault = 'the coding is not known';

  const finish = (why?: string): void => {
    fault ??= why;
    decoder?.destroy();
    decoder = undefined;
    whenDone?.();
    whenDone = undefined;
  };
  decoder?.on('data', (chunk: Buffer) => {
    decoded += chunk.length;
    const taken = decoder?.bytesWritten ?? 0;
    if (decoded > GROWTH.free + GROWTH.times * taken) finish('it grows without measure');
    else onChunk(chunk, lastAt, lastSent);
  });
  decoder?.on('end', () => finish());
  decoder?.on('error', (error) => finish(reasonOf(error)));

  return {
    push(chunk, at, sent) {
      hash.update(chunk);
      bytes += chunk.length;
      [lastAt, lastSent] = [at, sent];
      if (decoder && decoder.writableLength > WAITING) finish('it came faster than it was decoded');
      decoder?.write(chunk);
    },
    end(then) {
      whenDone = () =>
        then({ coding, bytes, sha256: hash.hex(), ...(fault === undefined ? {} : { fault }) });
      if (decoder) decoder.end();
      else finish();
    },
  };
}

const FLUSH = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const BROTLI = {
  flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
};

type Decoder = ReturnType<typeof zlib.createGunzip>;

/** Each gives out at once what it can: events of a stream are wanted when they come. */
const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: () => zlib.createGunzip(FLUSH),
  'x-gzip': () => zlib.createGunzip(FLUSH),
  deflate: () => zlib.createInflate(FLUSH),
  br: () => zlib.createBrotliDecompress(BROTLI),
  // Only newer versions of Node know it.
  ...('createZstdDecompress' in zlib
    ? { zstd: (zlib as unknown as { createZstdDecompress: () => Decoder }).createZstdDecompress }
    : {}),
};
