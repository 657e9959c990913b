/** The body of a request, and never more of it than a limit. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Share } from './in-work.ts';
import { OtlpRefusal, tooLarge } from './refusal.ts';

/** All bytes of a request as they came, at most `limit`. Rejects with an OtlpRefusal. */
export async function readBody(
  request: IncomingMessage,
  share: Share,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // Who says beforehand that it is too much need not send it first.
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const parts: Buffer[] = [];
  let length = 0;
  // Who is refused has to hear why, so that the connection outlives the reading.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > limit) throw tooLarge(limit);
    if (!share.take(part.length)) throw new OtlpRefusal('busy', 'Too much waits to be stored.');
    parts.push(part);
  }
  // In memory of its own, which can be handed to a thread.
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/** Throws an OtlpRefusal. Takes as long as it takes: for a thread. */
export function uncompressed(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new OtlpRefusal('unreadable', 'The body is not what gzip writes.');
  }
}
