/** Opens a recording for a test: whole or not at all. Runs nothing and contacts nothing. */
import { readFile } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import type { Entry } from '../model/entry.ts';
import { readRecording } from '../model/recording.ts';

/** What a compressed recording may grow to; a small file can claim to hold anything. */
const LARGEST = 1 << 30;

/**
 * The entries of a recording, compressed or not. Rejects when it cannot be read, is none, or is
 * torn: a test that plays half of what was recorded would say nothing.
 */
export async function openRecording(file: string | URL): Promise<readonly Entry[]> {
  const recording = readRecording(unpacked(await bytesOf(file)));
  if (!recording.ok) throw new Error(`${file} cannot be played: ${recording.detail}.`);
  const broken = recording.problems.find(({ kind }) => kind !== 'changed');
  if (broken) throw new Error(`${file} is not whole: ${broken.detail}.`);
  return recording.entries;
}

async function bytesOf(file: string | URL): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be played: it cannot be read (${reason}).`);
  }
}

function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return gunzipSync(bytes, { maxOutputLength: LARGEST, finishFlush: constants.Z_SYNC_FLUSH });
}
