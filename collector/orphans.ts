/**
 * Takes in the journals that taps left, and deletes them.
 *
 * A journal belongs to the process that its header names until that is gone or has let it go, as its
 * name says then; nobody else touches it, and this only reads and unlinks. A journal whose session still ships over a connection is left
 * alone whatever its header says: its tap may live where we cannot see its process (a container).
 */
import { open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { SESSION_ID } from '../model/entry.ts';
import { type Journal, readJournal } from '../model/journal.ts';
import { isJournal, isLetGo, journalName, type Owner } from '../model/state.ts';
import type { Attachments } from './attachments.ts';
import { completed } from './completed.ts';
import type { Ingest } from './ingest.ts';
import { isGone } from './owner.ts';

/** How often dead taps are looked for, in ms. */
const INTERVAL = 2000;
/** How long after a connection has ended, in ms. */
const SOON = 150;
/** Entries taken at once. */
const BATCH = 500;
/** The header of a journal is shorter, in bytes. */
const HEADER = 4096;

export interface Orphans {
  /** Looks once, and takes in what it finds; gives the sessions it took. */
  look(): Promise<readonly string[]>;
  /** Whether a session has a journal whose tap still runs. */
  isRecorded(session: string): Promise<boolean>;
  /** Deletes what a dead tap left of a session. */
  forget(session: string): Promise<void>;
  close(): Promise<void>;
}

export interface OrphanOptions {
  readonly folder: string;
  readonly ingest: Ingest;
  /** Sessions that ship over a connection now. */
  readonly attachments: Attachments;
}

/** Looks at once, and every couple of seconds until closed. */
export function watchOrphans({ folder, ingest, attachments }: OrphanOptions): Orphans {
  let looking: Promise<readonly string[]> | undefined;
  let closed = false;

  const lookOnce = async (): Promise<readonly string[]> => {
    const taken: string[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      if (closed || !isJournal(name)) continue;
      const path = join(folder, name);
      if (await isOrphan(path, attachments)) {
        const session = await takeIn(path, ingest).catch(() => undefined);
        if (session !== undefined) taken.push(session);
      }
    }
    return taken;
  };
  const look = (): Promise<readonly string[]> => {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const timer = setInterval(() => void look(), INTERVAL).unref();
  let soon: NodeJS.Timeout | undefined;
  // A tap that was killed closes its connection first, and is gone a moment later.
  attachments.onLeft(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void look();
    }, SOON).unref();
  });
  void look();

  const pathOf = (session: string): string => join(folder, journalName(session));
  const ownerOf = async (session: string): Promise<Owner | undefined> =>
    SESSION_ID.test(session) ? (await readHeader(pathOf(session)))?.owner : undefined;
  return {
    look,
    async isRecorded(session) {
      const owner = await ownerOf(session);
      return owner !== undefined && !(await isGone(owner));
    },
    async forget(session) {
      await unlink(join(folder, journalName(session, 'ended'))).catch(() => {});
      const owner = await ownerOf(session);
      if (owner && (await isGone(owner))) await unlink(pathOf(session));
    },
    async close() {
      closed = true;
      clearInterval(timer);
      clearTimeout(soon);
      await looking;
    },
  };
}

async function isOrphan(path: string, attachments: Attachments): Promise<boolean> {
  const header = await readHeader(path);
  if (header === undefined || attachments.has(header.session)) return false;
  return isLetGo(path) || (await isGone(header.owner));
}

/** The header of a journal, without reading the rest; undefined when it has none (yet). */
async function readHeader(path: string): Promise<Journal | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER), 0, HEADER, 0);
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
    return end === -1 ? undefined : readJournal(buffer.subarray(0, end + 1), crc32);
  } finally {
    await file.close();
  }
}

/** Stores all that a journal holds, then deletes it; gives its session. */
async function takeIn(path: string, ingest: Ingest): Promise<string | undefined> {
  const journal = readJournal(await readFile(path), crc32);
  if (!journal || !SESSION_ID.test(journal.session)) return undefined;
  const entries = completed(journal);
  for (let at = 0; at < entries.length; at += BATCH) {
    await ingest.takeEntries(journal.session, entries.slice(at, at + BATCH));
    await setImmediate();
  }
  await unlink(path);
  return journal.session;
}
