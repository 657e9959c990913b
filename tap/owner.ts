/** Which process owns a journal or a lock, and whether it still runs. A pid alone is used again. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { codeOf } from '../model/error-code.ts';
import { isStatOf, type Owner, parseProcStat } from '../model/state.ts';

/** This process. Outside Linux its start is that of Node's clock, which no other process can check. */
export function thisOwner(): Owner {
  const stat = statOf(process.pid);
  const started = stat && parseProcStat(stat)?.started;
  return { pid: process.pid, started: started ?? String(Math.round(performance.timeOrigin)) };
}

/** Whether the process that owns something still runs. */
export function isRunning(owner: Owner): boolean {
  const { pid } = owner;
  if (!Number.isSafeInteger(pid) || pid <= 0 || !exists(pid)) return false;
  const stat = statOf(pid);
  return stat === undefined || isStatOf(owner, stat);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, and exists.
    return codeOf(error) === 'EPERM';
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
