/**
 * The journal of one session as a file: its own, new, readable by its user alone.
 *
 * Appends with one synchronous write, so that what was appended survives the death of the process.
 * It does not wait for the disk itself (no fsync): a power cut may take the last seconds.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { FORMAT } from '../model/entry.ts';
import type { Owner } from '../model/state.ts';
import type { Sink } from './recorder.ts';
import { sealOne } from './seal.ts';

export interface JournalFile extends Sink {
  readonly path: string;
  /** How many bytes stand in the file. */
  readonly size: number;
  /** Empties the file but for its header: everything in it is durable elsewhere. */
  restart(): void;
  close(): void;
}

/** O_NOFOLLOW does not exist on Windows, where O_EXCL does the same for a new file. */
const NEW_FILE =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_EXCL |
  constants.O_APPEND |
  (constants.O_NOFOLLOW ?? 0);

/** Creates the journal of a session and writes its header. Throws what the system refuses. */
export function createJournalFile(folder: string, session: string, owner: Owner): JournalFile {
  ownFolder(folder);
  const path = join(folder, `${session}.journal`);
  const fd = openSync(path, NEW_FILE, 0o600);
  const header = sealOne(JSON.stringify({ wiretape: FORMAT, journal: session, ...owner }));
  let file = appendTo(fd);
  file.append(header);
  return {
    path,
    append: (lines) => file.append(lines),
    get size() {
      return file.size;
    },
    restart() {
      ftruncateSync(fd, 0);
      file = appendTo(fd);
      file.append(header);
    },
    close: () => closeSync(fd),
  };
}

/** Makes a folder that only its user can enter; one of somebody else, or far away, is refused. */
export function ownFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const user = process.getuid?.();
  if (!found.isDirectory() || (user !== undefined && found.uid !== user)) {
    throw new Error(`${folder} is not a folder of this user`);
  }
  if (NETWORKS.has(statfsSync(folder).type >>> 0)) {
    throw new Error(`${folder} is on a network file system`);
  }
}

/** statfs(2): NFS, SMB, CIFS, SMB2, AFS, Coda, NCP. A write there can hold up the traffic. */
const NETWORKS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x564c]);

/** How often to ask whether the file is still in its folder, in ms. */
const LOOK_EVERY = 1000;

/** Appends whole texts to an open file: a write that failed half-way leaves nothing behind. */
export function appendTo(fd: number): Sink & { readonly size: number } {
  let size = 0;
  let torn = false;
  let looked = performance.now();

  const look = (): void => {
    const now = performance.now();
    if (now - looked < LOOK_EVERY) return;
    looked = now;
    if (fstatSync(fd).nlink === 0) throw new Error('the journal was removed');
  };

  return {
    get size() {
      return size;
    },
    append(lines) {
      look();
      const bytes = torn ? Buffer.concat([LINE_END, lines]) : lines;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
        size = torn ? fstatSync(fd).size : size + bytes.length;
        torn = false;
      } catch (error) {
        torn = !cutBack(fd, size);
        throw error;
      }
    },
  };
}

/** Ends a torn line that could not be taken back: its CRC is wrong, and readers pass over it. */
const LINE_END = Buffer.from('\n');

function cutBack(fd: number, size: number): boolean {
  try {
    ftruncateSync(fd, size);
    return true;
  } catch {
    return false;
  }
}
