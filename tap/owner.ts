/** Which process owns a journal or a lock, and whether it still runs. A pid alone is used again. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Owner, parseProcStat } from '../model/state.ts';
import { codeOf } from './system-error.ts';

/** This process. Outside Linux its start is that of Node's clock, which no other process can check. */
export function thisOwner(): Owner {
  const started = startOfProcess(process.pid) ?? String(Math.round(performance.timeOrigin));
  return { pid: process.pid, started };
}

export function isRunning({ pid, started }: Owner): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !exists(pid)) return false;
  const seen = startOfProcess(pid);
  return seen === undefined || seen === started;
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

function startOfProcess(pid: number): string | undefined {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.started;
  } catch {
    return undefined;
  }
}
