/** Recordings as files: opened whole, written atomically, for their user alone. */
import { createHash as nodeHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import type { Entry } from '../model/entry.ts';
import type { Hash } from '../model/framing.ts';
import {
  openRecording,
  type Reading,
  type Recording,
  type Refusal,
  readRecording,
  writeRecording,
} from '../model/recording.ts';
import { updateRecording } from '../tap/index.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** What a compressed recording may grow to; a small file can claim to hold anything. */
const LARGEST = 1 << 30;

const HOW_MADE = 'wiretape export and wiretape tap --record FILE make recordings.';

/** Opens a recording, compressed or not. Loss is among its problems; what is none is refused. */
export async function readRecordingFile(file: string): Promise<Recording> {
  return accepted(readRecording(await unpackedFile(file)), file);
}

/**
 * The same, entry by entry: a recording of a million messages is larger as entries than as anything
 * that is made of them.
 */
export async function openRecordingFile(file: string): Promise<Reading> {
  return accepted(openRecording(piecesOf(file), { hash: createHash() }), file);
}

function createHash(): Hash {
  const hash = nodeHash('sha256');
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}

function accepted<T extends { readonly ok: true }>(recording: T | Refusal, file: string): T {
  if (recording.ok) return recording;
  const { code, detail } = recording;
  if (code === 'newer-format') {
    throw new UserError(code, `${file} cannot be read: ${detail}.`, 'Update wiretape.');
  }
  throw new UserError(code, `${file} is no recording: ${detail}.`, HOW_MADE);
}

/** The bytes of a file, uncompressed. `hint`: what to do when it cannot be read. */
export async function unpackedFile(file: string, hint = HOW_MADE): Promise<Uint8Array> {
  try {
    return unpacked(await readFile(file), file);
  } catch (error) {
    throw unreadable(file, error, hint);
  }
}

function unreadable(file: string, error: unknown, hint: string): unknown {
  if (error instanceof UserError) return error;
  const reason = systemCode(error) === 'EISDIR' ? 'it is a folder' : systemReason(error);
  return new UserError('no-such-file', `${file} cannot be read: ${reason}.`, hint);
}

const PIECE = 1 << 20;

/** The bytes of a file piece by piece; those of a compressed one at once. */
function* piecesOf(file: string): Generator<Uint8Array> {
  try {
    const handle = openSync(file, 'r');
    try {
      for (let isFirst = true; ; isFirst = false) {
        const piece = Buffer.allocUnsafe(PIECE);
        const bytes = piece.subarray(0, readSync(handle, piece, {}));
        if (bytes.length === 0) return;
        if (isFirst && isPacked(bytes)) return yield unpacked(readFileSync(file), file);
        yield bytes;
      }
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw unreadable(file, error, HOW_MADE);
  }
}

function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The bytes behind gzip; of a torn file, those that came before the tear. */
function unpacked(bytes: Uint8Array, file: string): Uint8Array {
  if (!isPacked(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    const detail = `${file} is no recording: it cannot be uncompressed (${systemReason(error)}).`;
    throw new UserError('not-a-recording', detail, HOW_MADE);
  }
}

/**
 * Writes a recording of these entries beside its place and moves it there, readable by its user.
 * A file that is there already is replaced only when it is a recording itself.
 */
export async function writeRecordingFile(file: string, entries: Iterable<Entry>): Promise<void> {
  await refuseOther(file);
  const text = writeRecording(entries);
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    await writeFile(beside, file.endsWith('.gz') ? gzipSync(text) : text, {
      mode: 0o600,
      flag: 'wx',
    });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw unwritable(file, error);
  }
}

/**
 * Replaces a recording by what `change` makes of its entries, none where there is no file yet, while
 * no tap writes the same. What is no whole recording is left alone.
 */
export async function updateRecordingFile(
  file: string,
  change: (old: readonly Entry[]) => readonly Entry[],
): Promise<void> {
  await refuseOther(file);
  const isEmpty = (await stat(file).catch(() => undefined))?.size === 0;
  if (isEmpty) return writeRecordingFile(file, change([]));
  try {
    await updateRecording(file, change);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (systemCode(error) !== 'file-exists') throw unwritable(file, error);
    const detail = `${file} was left alone: ${systemReason(error)}.`;
    throw new UserError('file-exists', detail, 'Name another file with -o.');
  }
}

/** How much of a file is looked at: the header of a recording is far shorter, compressed or not. */
const START = 64 << 10;

/**
 * Refuses to replace a file that is neither empty nor a recording that this version reads. `option`
 * is the one that named it.
 */
export async function refuseOther(file: string, option = '-o'): Promise<void> {
  const start = await startOf(file);
  if (start?.length === 0) return;
  const recording = start && readRecording(start.subarray(0, start.indexOf(0x0a) + 1));
  if (recording?.ok) return;
  const hint = `Name another file with ${option}.`;
  if (recording?.code === 'newer-format') {
    const newer = `${file} exists and was left alone: ${recording.detail}.`;
    throw new UserError('newer-format', newer, hint);
  }
  const detail = `${file} exists and is no recording; it was left alone.`;
  throw new UserError('file-exists', detail, hint);
}

/** The first bytes of a file, uncompressed: none when there is no file, undefined when it is none. */
async function startOf(file: string): Promise<Uint8Array | undefined> {
  try {
    await using handle = await open(file);
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START), 0, START, 0);
    return unpacked(buffer.subarray(0, bytesRead), file);
  } catch (error) {
    // What only looks compressed is no recording either.
    if (error instanceof UserError) return undefined;
    if (systemCode(error) === 'ENOENT') return new Uint8Array();
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): UserError {
  const detail = `${file} cannot be written: ${systemReason(error)}.`;
  return new UserError('unwritable-folder', detail, `Choose a folder other than ${dirname(file)}.`);
}
