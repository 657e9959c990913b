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
  renameSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { FORMAT } from '../model/entry.ts';
import { codeOf } from '../model/error-code.ts';
import { journalName, type Owner } from '../model/state.ts';
import { type Sink, SinkRemoved } from './recorder.ts';
import { sealOne } from './seal.ts';

export interface JournalFile extends Sink {
  readonly path: string;
  /** Grows when a new file takes the place of one that was removed. */
  readonly generation: number;
  /** Whether there is a file with its header. */
  readonly isBegun: boolean;
  /** How many bytes stand in the file. */
  readonly size: number;
  /** Looks at the next append whether the file is still there. */
  lookNext(): void;
  /** Empties the file but for its header: everything in it is durable elsewhere. */
  restart(): void;
  /** Says by its name that nothing more will be written to it, and closes it: others may take it away. */
  letGo(): void;
  close(): void;
}

/** O_NOFOLLOW does not exist on Windows, where O_EXCL does the same for a new file. */
const NEW_FILE =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_EXCL |
  constants.O_APPEND |
  (constants.O_NOFOLLOW ?? 0);

/**
 * The journal of a session. The first append creates it, or throws what the system refuses; then the
 * next one tries again, since a disk that is full now may have room a moment later.
 */
export function createJournalFile(folder: string, session: string, owner: Owner): JournalFile {
  const path = join(folder, journalName(session));
  const header = sealOne(JSON.stringify({ wiretape: FORMAT, journal: session, ...owner }));
  let fd: number | undefined;
  let file: ReturnType<typeof appendTo> | undefined;
  let generation = 0;

  const begin = (): ReturnType<typeof appendTo> => {
    if (fd === undefined) {
      ownFolder(dirname(folder));
      ownFolder(folder);
      fd = openSync(path, NEW_FILE, 0o600);
    }
    file = undefined;
    ftruncateSync(fd, 0);
    const empty = appendTo(fd);
    empty.append(header);
    file = empty;
    return empty;
  };

  const forget = (): void => {
    closeQuietly(fd);
    fd = undefined;
    file = undefined;
    generation++;
  };

  return {
    path,
    get generation() {
      return generation;
    },
    append(lines) {
      try {
        (file ?? begin()).append(lines);
      } catch (error) {
        if (error instanceof SinkRemoved) forget();
        throw error;
      }
    },
    lookNext: () => file?.lookNext(),
    get isBegun() {
      return file !== undefined;
    },
    get size() {
      return file?.size ?? 0;
    },
    restart: () => void begin(),
    letGo() {
      closeQuietly(fd);
      renameSync(path, join(folder, journalName(session, 'ended')));
    },
    close: () => closeQuietly(fd),
  };
}

/** What was appended is with the system; whether it takes the end of the file well changes nothing. */
function closeQuietly(fd: number | undefined): void {
  try {
    if (fd !== undefined) closeSync(fd);
  } catch {
    // The descriptor is gone all the same.
  }
}

/** Makes a folder that only its user can enter; one of somebody else, or far away, is refused. */
export function ownFolder(folder: string): void {
  makeFolder(folder);
  const found = lstatSync(folder);
  const user = process.getuid?.();
  if (!found.isDirectory() || (user !== undefined && found.uid !== user)) {
    throw new Error(`${folder} is not a folder of this user`);
  }
  if (NETWORKS.has(statfsSync(folder).type >>> 0)) {
    throw new Error(`${folder} is on a network file system`);
  }
}

/** One by one: where a folder takes no others and denies that it is there (/proc), Node's own way never ends. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** statfs(2): NFS, SMB, CIFS, SMB2, AFS, Coda, NCP. A write there can hold up the traffic. */
const NETWORKS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x564c]);

/** How often to ask whether the file is still in its folder, in ms. */
const LOOK_EVERY = 1000;

/** Appends whole texts to an open file: a write that failed half-way leaves nothing behind. */
export function appendTo(fd: number): Sink & { readonly size: number; lookNext(): void } {
  let size = 0;
  let torn = false;
  let looked = performance.now();

  const look = (): void => {
    const now = performance.now();
    if (now - looked < LOOK_EVERY) return;
    looked = now;
    if (fstatSync(fd).nlink === 0) throw new SinkRemoved('the journal was removed');
  };

  /** Nothing is written behind half a line before it was taken back, or ended. */
  const mend = (): void => {
    if (!cutBack(fd, size)) {
      writeSync(fd, LINE_END);
      size = fstatSync(fd).size;
    }
    torn = false;
  };

  return {
    get size() {
      return size;
    },
    lookNext() {
      looked = Number.NEGATIVE_INFINITY;
    },
    append(lines) {
      look();
      if (torn) mend();
      try {
        for (let at = 0; at < lines.length; ) at += writeSync(fd, lines, at);
        size += lines.length;
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
