/** The SHA-256 of a file, read in small parts, so that what else this process does goes on between them. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sha256 } from './hash.ts';

/** Larger files are not read, in bytes. */
const LARGEST = 32 << 20;
const PART = 256 << 10;

/** In hex digits; undefined of what is too large or no file: a pipe that is read is empty afterwards. */
export async function fileHash(path: string): Promise<string | undefined> {
  const found = await stat(path);
  if (!found.isFile() || found.size > LARGEST) return undefined;
  const hash = sha256();
  for await (const part of createReadStream(path, { highWaterMark: PART })) {
    hash.update(part as Uint8Array);
  }
  return hash.hex();
}
