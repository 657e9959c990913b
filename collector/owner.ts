/** Processes that own something in the state folder, and whether they still run. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { isStatOf, type Owner, parseProcStat } from '../model/state.ts';

/** This process, as others may look for it. */
export async function ownProcess(): Promise<Owner> {
  const stat = await statOf(process.pid);
  return { pid: process.pid, started: (stat && parseProcStat(stat)?.started) ?? '' };
}

/** Whether a process is over: none of its pid, a later one of the same pid, or one that only waits to be reaped. */
export async function isGone(owner: Owner): Promise<boolean> {
  const { pid } = owner;
  if (!Number.isSafeInteger(pid) || pid <= 0 || !exists(pid)) return true;
  const stat = await statOf(pid);
  if (stat === undefined) return process.platform === 'linux' && !exists(pid);
  return !isStatOf(owner, stat);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, and exists.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Undefined where the system does not tell (everywhere but Linux). */
async function statOf(pid: number): Promise<string | undefined> {
  return readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
}
