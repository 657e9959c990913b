// What taps share in a state folder: the key, the locks, the size of all journals.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { journalHeader } from '../../model/journal.ts';
import { keepBudget } from '../../tap/budget.ts';
import { watchGrowth } from '../../tap/growth.ts';
import { keyOf } from '../../tap/key.ts';
import { withLock } from '../../tap/lock.ts';
import { thisOwner } from '../../tap/owner.ts';
import { run, tapped, temporaryFolder, until } from './kit.ts';

/** A process that ran and is gone. */
async function goneOwner() {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  return { pid: child.pid ?? 0, started: '1' };
}

describe('the key', () => {
  test('is made once, for its user alone, also by taps that start together', async () => {
    const state = await temporaryFolder();
    const tap = await tapped(['true'], { state: join(state, 'fresh') });
    await Promise.all(Array.from({ length: 4 }, () => run(tap)));
    const key = await readFile(join(state, 'fresh/key'));
    expect(key).toHaveLength(32);
    expect((await stat(join(state, 'fresh/key'))).mode & 0o777).toBe(0o600);
    const folder = join(state, 'fresh/journal');
    const named = await Promise.all(
      (await readdir(folder)).map(
        async (name) => /"key":"(\w+)"/.exec(await readFile(join(folder, name), 'utf8'))?.[1],
      ),
    );
    expect(named).toHaveLength(4);
    expect(new Set(named).size).toBe(1);
  });

  test('is one of this process where it cannot be kept', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(keyOf(join(folder, 'file'))).toHaveLength(32);
  });
});

describe('a lock', () => {
  test('lets one in at a time', async () => {
    const lock = join(await temporaryFolder(), 'x.lock');
    let inside = 0;
    const most: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(lock, 10_000, async () => {
          most.push(++inside);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside--;
        }),
      ),
    );
    expect(most).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('of a process that is gone is taken over; of one that runs it is not', async () => {
    const lock = join(await temporaryFolder(), 'x.lock');
    await writeFile(lock, JSON.stringify(await goneOwner()));
    expect(await withLock(lock, 5000, () => 'in')).toBe('in');
    await writeFile(lock, JSON.stringify(thisOwner()));
    await expect(withLock(lock, 100, () => 'in')).rejects.toThrow('held by another process');
    // A later process of the same pid is another one.
    await writeFile(lock, JSON.stringify({ ...thisOwner(), started: '1' }));
    expect(await withLock(lock, 5000, () => 'in')).toBe('in');
  });
});

test('the journals of dead taps go, oldest first and whole, until the others fit', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  await mkdir(folder);
  const dead = await goneOwner();
  const write = (session: string, owner: { pid: number; started: string }) =>
    writeFile(
      join(folder, `${session}.journal`),
      journalHeader(session, owner, crc32).padEnd(1000, ' '),
    );
  await write('01A', dead);
  await write('01B', thisOwner());
  await write('01C', dead);
  await write('01D', dead);
  await writeFile(join(folder, 'other.txt'), 'x'.repeat(5000));
  keepBudget(folder, 4000);
  expect((await readdir(folder)).sort()).toEqual([
    '01A.journal',
    '01B.journal',
    '01C.journal',
    '01D.journal',
    'other.txt',
  ]);
  keepBudget(folder, 2500);
  expect((await readdir(folder)).sort()).toEqual(['01B.journal', '01D.journal', 'other.txt']);
  keepBudget(folder, 0);
  expect((await readdir(folder)).sort()).toEqual(['01B.journal', 'other.txt']);
});

test('a journal that grows is held to the budget of its folder, and may go on once there is room', async () => {
  const folder = join(await temporaryFolder(), 'journal');
  await mkdir(folder);
  const own = join(folder, '01A.journal');
  await writeFile(own, journalHeader('01A', thisOwner(), crc32).padEnd(4000, ' '));
  const growth = watchGrowth(folder, { budget: 3000, step: 1000, pause: 50 });
  growth.check(900);
  const refuses = (): boolean => {
    try {
      growth.check(4000);
      return false;
    } catch {
      return true;
    }
  };
  await until(refuses);
  // It began anew, because a collector has it all.
  await writeFile(own, journalHeader('01A', thisOwner(), crc32));
  await until(() => !refuses());
});
