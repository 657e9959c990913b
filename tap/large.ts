/**
 * Messages over 64 KiB: they have their place already, and get their entry from a worker thread, so
 * that redacting a megabyte never holds up the traffic.
 *
 * The worker is started by the first of them. When it has too much to do, the pipes are read no
 * faster than it works, so that memory stays bounded and nothing is lost. When it dies, what it had
 * is a gap, and later ones are made here.
 */
import { Worker } from 'node:worker_threads';
import type { Where } from '../model/crossing.ts';
import type { Line } from '../model/framing.ts';
import { type Job, largeLine } from './large-line.ts';
import type { Setting } from './large-worker.ts';
import { reasonOf } from './system-error.ts';
import type { TapSession } from './tap-session.ts';

export interface LargeLines {
  /** Gives the kept place `seq` its entry, soon. */
  add(seq: number, line: Line, where: Where): void;
  /** Resolves when every place has its entry. */
  done(): Promise<void>;
}

/** With so many bytes waiting for the worker nothing more should be read. */
const FULL = 2 << 20;

/** Large messages of an in-process tap: no thread is started inside somebody's program. */
export function largeLinesHere(session: TapSession): LargeLines {
  return {
    add: (seq, line, where) => makeHere({ seq, line, where }, session),
    done: async () => {},
  };
}

/** `onFull`: whether so much waits that nothing more should be read; called when that changes. */
export function createLargeLines(
  session: TapSession,
  onFull: (isFull: boolean) => void,
): LargeLines {
  const { recorder } = session;
  /** The sizes of the lines that the worker has, by their places. */
  const sizes = new Map<number, number>();
  let waiting = 0;
  let worker: Worker | undefined;
  let isBroken = false;
  let resolveDone = (): void => {};

  const settle = (seq: number): void => {
    const before = waiting;
    waiting -= sizes.get(seq) ?? 0;
    sizes.delete(seq);
    if (before > FULL && waiting <= FULL) onFull(false);
    if (sizes.size > 0) return;
    worker?.unref();
    resolveDone();
  };

  const breakOff = (error: Error): void => {
    isBroken = true;
    for (const seq of [...sizes.keys()]) {
      recorder.drop(seq, reasonOf(error));
      settle(seq);
    }
  };

  const give = (job: Job): void => {
    worker ??= startWorker(session)
      .on('message', ({ seq, line }: { seq: number; line: Uint8Array }) => {
        recorder.fill(seq, line);
        settle(seq);
      })
      .on('error', breakOff);
    worker.ref();
    const bytes = inOwnBuffer(job.line);
    worker.postMessage({ ...job, line: { ...job.line, bytes } }, [bytes.buffer]);
  };

  return {
    add(seq, line, where) {
      const job = { seq, line, where };
      if (isBroken) return makeHere(job, session);
      const before = waiting;
      waiting += line.bytes.length;
      sizes.set(seq, line.bytes.length);
      give(job);
      if (before <= FULL && waiting > FULL) onFull(true);
    },
    async done() {
      if (sizes.size > 0) {
        await new Promise<void>((resolve) => {
          resolveDone = resolve;
        });
      }
      await worker?.terminate();
    },
  };
}

function startWorker({ id, capture, secrets }: TapSession): Worker {
  const file = import.meta.url.endsWith('.ts') ? './large-worker.ts' : './large-worker.js';
  const workerData: Setting = { session: id, capture, ...secrets };
  // A young generation of the usual size would alone take what the whole tap may.
  const resourceLimits = { maxYoungGenerationSizeMb: 4 };
  return new Worker(new URL(file, import.meta.url), { workerData, resourceLimits });
}

/** The bytes in a buffer that nobody else needs, so that it can be handed over. */
function inOwnBuffer({ bytes, isOwn }: Line): Uint8Array<ArrayBuffer> {
  return isOwn && isInMemory(bytes) ? bytes : Uint8Array.from(bytes);
}

function isInMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}

function makeHere(job: Job, session: TapSession): void {
  try {
    session.recorder.fill(job.seq, largeLine(job, session.id, session));
  } catch (error) {
    session.recorder.drop(job.seq, reasonOf(error));
  }
}
