/**
 * Messages over 64 KiB: they have their place already, and get their entry from a worker thread, so
 * that redacting a megabyte never holds up the traffic.
 *
 * The worker is started by the first of them. When it cannot be, or has too much to do, the entry is
 * made here: slower, but nothing is lost and memory stays bounded.
 */
import { Worker } from 'node:worker_threads';
import type { Line } from '../model/framing.ts';
import type { Direction } from './crossings.ts';
import { type Job, largeLine } from './large-line.ts';
import type { Setting } from './large-worker.ts';
import { reasonOf } from './system-error.ts';
import type { TapSession } from './tap-session.ts';

export interface LargeLines {
  /** Gives the kept place `seq` its entry, soon. */
  add(seq: number, line: Line, where: Direction): void;
  /** Resolves when every place has its entry. */
  done(): Promise<void>;
}

/** So many bytes may wait for the worker. */
const WAITING = 16 << 20;

/** Large messages of an in-process tap: no thread is started inside somebody's program. */
export function largeLinesHere(session: TapSession): LargeLines {
  return {
    add: (seq, line, where) => makeHere({ seq, line, where }, session),
    done: async () => {},
  };
}

export function createLargeLines(session: TapSession): LargeLines {
  const { id, recorder, capture, secrets } = session;
  const jobs = new Map<number, Job>();
  let waiting = 0;
  let worker: Worker | undefined;
  let isBroken = false;
  let resolveDone = (): void => {};

  const settle = (seq: number): void => {
    waiting -= jobs.get(seq)?.line.bytes.length ?? 0;
    jobs.delete(seq);
    if (jobs.size > 0) return;
    worker?.unref();
    resolveDone();
  };

  /** The worker died: what it had is made here, and everything after it. */
  const breakOff = (): void => {
    isBroken = true;
    for (const job of [...jobs.values()]) {
      makeHere(job, session);
      settle(job.seq);
    }
  };

  const start = (): Worker => {
    const file = import.meta.url.endsWith('.ts') ? './large-worker.ts' : './large-worker.js';
    const setting: Setting = { session: id, capture, ...secrets };
    const made = new Worker(new URL(file, import.meta.url), { workerData: setting });
    made.on('message', ({ seq, line }: { seq: number; line: Uint8Array }) => {
      recorder.fill(seq, line);
      settle(seq);
    });
    made.on('error', breakOff);
    return made;
  };

  return {
    add(seq, line, where) {
      const job = { seq, line, where };
      if (isBroken || waiting + line.bytes.length > WAITING) return makeHere(job, session);
      jobs.set(seq, job);
      waiting += line.bytes.length;
      worker ??= start();
      worker.ref();
      worker.postMessage(job);
    },
    async done() {
      if (jobs.size > 0) {
        await new Promise<void>((resolve) => {
          resolveDone = resolve;
        });
      }
      await worker?.terminate();
    },
  };
}

function makeHere(job: Job, session: TapSession): void {
  try {
    session.recorder.fill(job.seq, largeLine(job, session.id, session));
  } catch (error) {
    session.recorder.drop(job.seq, reasonOf(error));
  }
}
