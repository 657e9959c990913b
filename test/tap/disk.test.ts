// Invariant: on a real disk that is full or read-only the traffic passes, the loss is said once, and it is one gap as
// soon as the disk works again. A small file system in memory is mounted for it; where that is not allowed the
// tests are skipped, and loss.test.ts has a limit on the size of files in its place.

import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { placesOf } from './faults/session.ts';
import { journal, outcome, start, tapped, temporaryFolder, until } from './kit.ts';

interface Trouble {
  begin(disk: string): void;
  end(disk: string): void;
  readonly isEarly: boolean;
  readonly reason: string;
}

const full = { begin: fill, end: empty, reason: 'no space left on device' };
const TROUBLES: Readonly<Record<string, Trouble>> = {
  'is full at first': { ...full, isEarly: true },
  'fills up in the middle': { ...full, isEarly: false },
  'is read-only at first': {
    begin: (disk) => mount('-o', 'remount,ro', disk),
    end: (disk) => mount('-o', 'remount,rw', disk),
    isEarly: true,
    reason: 'read-only file system',
  },
};

test.for(Object.entries(TROUBLES))('a disk that %s', async ([, trouble], { skip }) => {
  const { begin, end, isEarly, reason } = trouble;
  const disk = (await smallDisk()) ?? skip('mounting is not allowed here');
  if (isEarly) begin(disk);
  const child = start(await tapped(['cat'], { state: join(disk, 'state') }));
  const ended = outcome(child);
  let heard = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    heard += chunk.length;
  });
  let said = '';
  let asked = 0;
  const say = async (count: number): Promise<void> => {
    for (const last = asked + count; asked < last; asked++) {
      const message = `{"jsonrpc":"2.0","id":${asked},"method":"ping","params":"${'x'.repeat(100)}"}\n`;
      said += message;
      child.stdin.write(message);
      await until(() => heard === said.length);
    }
  };
  if (!isEarly) {
    await say(20);
    begin(disk);
  }
  await say(60);
  end(disk);
  await say(20);
  child.stdin.end();
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: said });
  expect(stderr.toString()).toMatch(new RegExp(`^wiretape: .*${reason}.*\n$`));
  const { entries, problems } = await journal(join(disk, 'state'));
  const gaps = entries.filter((entry) => entry.type === 'gap');
  expect(problems).toEqual([]);
  expect(gaps.map((gap) => gap.reason)).toEqual([reason]);
  expect(entries.some(({ type, seq }) => type === 'session' && seq === 0)).toBe(true);
  // The session and its files, each message twice, the exit and the end; the journal lacks none but those of the gap.
  expect([...placesOf(entries)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 2 * asked + 4 }, (_, seq) => seq),
  );
});

/** A file system of 256 KiB that is gone after the test; undefined where that takes more rights. */
async function smallDisk(): Promise<string | undefined> {
  const disk = join(await temporaryFolder(), 'disk');
  await mkdir(disk);
  try {
    mount('-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', disk);
  } catch {
    return undefined;
  }
  // A tap that a failed test left may still hold it.
  onTestFinished(() => void execFileSync('umount', ['-l', disk]));
  return disk;
}

function mount(...args: readonly string[]): void {
  execFileSync('mount', [...args], { stdio: 'pipe' });
}

const filling = (disk: string): string => join(disk, 'filling');

function fill(disk: string): void {
  for (;;) {
    try {
      appendFileSync(filling(disk), Buffer.alloc(4096));
    } catch {
      return;
    }
  }
}

function empty(disk: string): void {
  rmSync(filling(disk));
}
