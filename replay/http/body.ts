/** The body of a request as text. */

/** A larger one is no message that any recording could hold, in bytes. */
const LARGEST = 64 * 1024 * 1024;

/** Undefined when it is too large. What is no UTF-8 is no message either way. */
export async function readText({ body }: Request): Promise<string | undefined> {
  if (!body) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > LARGEST) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
