/**
 * A whole recording of one session, written when it ends: beside its place, then moved there. A
 * recording that is there already gets the session as well; any other file is left alone.
 */
import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, parse, resolve } from 'node:path';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { type Entry, reference } from '../model/entry.ts';
import { readJournal } from '../model/journal.ts';
import { readRecording, writeRecording } from '../model/recording.ts';
import { kept } from './kept.ts';
import { withLock } from './lock.ts';
import { reasonOf } from './system-error.ts';

/** What a compressed recording may grow to; a small file can claim to hold anything. */
const LARGEST = 1 << 30;

/** How long one tap waits for others that write the same file, in ms. */
const PATIENCE = 10_000;

/**
 * Writes what a journal holds to a recording. `say` tells the user when it could not; the journal
 * still holds the session then. Never throws.
 */
export async function writeRecord(
  file: string,
  journal: string,
  say: (line: string) => void,
): Promise<void> {
  try {
    const entries = readJournal(readFileSync(journal), crc32)?.entries ?? [];
    await updateRecording(file, (old) => merged(old, entries));
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'unwritable-folder';
    say(
      `${file} was not written: ${reasonOf(error)}. ${kept(parse(journal).name, file)} [${code}]`,
    );
  }
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string, reason: string) {
    super(reason);
    this.code = code;
  }
}

/**
 * Replaces a recording by what `change` makes of its entries (none where there is no file), while
 * no other process does the same. Throws when the file is no whole recording, and leaves it alone.
 */
export function updateRecording(
  file: string,
  change: (old: readonly Entry[]) => readonly Entry[],
): Promise<void> {
  const target = targetOf(file);
  return withLock(`${target}.lock`, PATIENCE, () => replace(target, change(existing(target))));
}

/** Where a symbolic link leads: the link stays, and what it names is written. */
function targetOf(file: string): string {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isSymbolicLink()) return file;
  return targetOf(resolve(dirname(file), readlinkSync(file)));
}

function replace(file: string, entries: readonly Entry[]): void {
  const text = writeRecording(entries);
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    const bytes = file.endsWith('.gz') ? gzipSync(text) : text;
    writeFileSync(beside, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** The entries of the recording that is there; none when there is no file. */
function existing(file: string): readonly Entry[] {
  const bytes = readIfThere(file);
  if (!bytes) return [];
  const isPacked = bytes[0] === 0x1f;
  const recording = readRecording(
    isPacked ? gunzipSync(bytes, { maxOutputLength: LARGEST }) : bytes,
  );
  if (!recording.ok) {
    const { code, detail } = recording;
    throw new Refusal(code === 'newer-format' ? code : 'file-exists', `it exists and ${detail}`);
  }
  const damage = recording.problems.find(({ kind }) => kind === 'torn' || kind === 'not-an-entry');
  if (damage) throw new Refusal('file-exists', `it exists and is damaged: ${damage.detail}`);
  return recording.entries;
}

/** Whoever opens a pipe or a terminal waits for somebody at its other end. */
function readIfThere(file: string): Uint8Array | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (!found.isFile()) throw new Refusal('file-exists', 'it exists and is no file');
  if ((found.mode & 0o222) === 0) throw new Refusal('file-exists', 'it exists and is read-only');
  return readFileSync(file);
}

function merged(old: readonly Entry[], more: readonly Entry[]): Entry[] {
  const all = [...old, ...more].map(
    (entry) => [reference(entry.session, entry.seq), entry] as const,
  );
  return [...new Map(all).values()];
}
