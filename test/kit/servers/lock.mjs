// A lock over processes: whoever makes the lock file has it. Calls of one process wait in a line first.

import { open, unlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

let last = Promise.resolve();

/** Runs the work alone, among this process's calls and among all processes that name the same lock file. */
export function withLock(lock, work) {
  const turn = last.then(() => alone(lock, work));
  last = turn.catch(() => undefined);
  return turn;
}

async function alone(lock, work) {
  const handle = await taken(lock);
  try {
    return await work();
  } finally {
    await handle.close();
    await unlink(lock);
  }
}

async function taken(lock) {
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      return await open(lock, 'wx');
    } catch (error) {
      if (error.code !== 'EEXIST' || Date.now() > until) throw error;
      await pause(1);
    }
  }
}
