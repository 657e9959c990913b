/**
 * Keeps the journals of a state folder below a size: whole sessions go, the oldest first, and only
 * those whose tap is gone. What a collector has taken in is deleted long before.
 */
import { closeSync, openSync, readdirSync, readSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readJournal } from '../model/journal.ts';
import { isJournal, isLetGo } from '../model/state.ts';
import { tryLock } from './lock.ts';
import { isRunning } from './owner.ts';

/**
 * Removes journals of dead taps until the others fit, and gives how many bytes these have. Does
 * nothing, and gives 0, when another tap is at it. Never throws.
 */
export function keepBudget(folder: string, budget: number): number {
  let left = 0;
  try {
    tryLock(join(folder, 'budget.lock'), () => {
      left = removeOldest(folder, budget);
    });
  } catch {
    // A folder that cannot be read or written is reported where a journal cannot be written.
  }
  return left;
}

function removeOldest(folder: string, budget: number): number {
  // A session id begins with its time, so that names in order are sessions in order.
  const journals = readdirSync(folder)
    .filter(isJournal)
    .sort()
    .map((name) => ({ path: join(folder, name), size: statSync(join(folder, name)).size }));
  let total = journals.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of journals) {
    if (total <= budget) return total;
    if (!isLetGo(path) && isLive(path)) continue;
    unlinkSync(path);
    total -= size;
  }
  return total;
}

/** The header of a journal is shorter, in bytes. */
const HEADER = 4096;

function isLive(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(HEADER);
    const read = readSync(file, buffer, 0, HEADER, 0);
    const end = buffer.subarray(0, read).indexOf(0x0a);
    const header = readJournal(buffer.subarray(0, end + 1), crc32);
    return header !== undefined && isRunning(header.owner);
  } finally {
    closeSync(file);
  }
}
