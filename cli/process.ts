/** Which processes are still there: a pid alone is not enough, since pids are used again. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Owner, parseProcStat } from '../model/state.ts';
import { systemCode } from './error.ts';

/** Whether the process that owns something still runs, and is no later one of the same pid. */
export function isRunning({ pid, started }: Owner): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !exists(pid)) return false;
  const stat = statOf(pid);
  if (stat === undefined) return true;
  // One that has ended and waits to be reaped still has its pid.
  const isOver = /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  return !isOver && parseProcStat(stat)?.started === started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, and exists.
    return systemCode(error) === 'EPERM';
  }
}

/** Undefined where the system does not tell (everywhere but Linux). */
function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}
