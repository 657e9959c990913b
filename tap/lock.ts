/**
 * A lock that processes of one user share: a file that names its owner. One whose owner is gone is
 * taken away, by one process at a time. Not a lock against people, and not one for other machines.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../model/error-code.ts';
import { isObject, parseJson } from '../model/json.ts';
import { isRunning, thisOwner } from './owner.ts';

/** After this a lock that names nobody, or is held over a removal, counts as left behind, in ms. */
const OLD = 10_000;

/** Does the work while holding the lock. Throws when it could not be had within `patienceMs`. */
export async function withLock<T>(
  path: string,
  patienceMs: number,
  work: () => Promise<T> | T,
): Promise<T> {
  const until = performance.now() + patienceMs;
  while (!take(path)) {
    if (performance.now() > until) throw new Error(`${path} is held by another process`);
    removeStale(path);
    await delay(5 + Math.random() * 20);
  }
  try {
    return await work();
  } finally {
    release(path);
  }
}

/** Does the work if nobody holds the lock. */
export function tryLock(path: string, work: () => void): void {
  removeStale(path);
  if (!take(path)) return;
  try {
    work();
  } finally {
    release(path);
  }
}

function take(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify(thisOwner()), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The work is done, whether its lock can be removed or not; a lock outlives its owner for a while only. */
function release(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Whoever comes next sees that its owner is gone.
  }
}

/** Only one process at a time may remove a lock: otherwise a second one would remove its successor. */
function removeStale(path: string): void {
  if (!isStale(path)) return;
  const removal = `${path}.removal`;
  if (ageOf(removal) > OLD) rmSync(removal, { force: true });
  if (!take(removal)) return;
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    release(removal);
  }
}

function isStale(path: string): boolean {
  const age = ageOf(path);
  if (age < 0) return false;
  const parsed = parseJson(readText(path));
  const { pid, started } = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  if (typeof pid !== 'number') return age > OLD;
  return !isRunning({ pid, started: String(started) });
}

/** In ms; −1 when there is no such file. */
function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return -1;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
