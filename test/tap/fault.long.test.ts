// Invariant: whatever call to the disk fails, and however, the traffic passes and the loss is visible.
// A share of the calls of a session, by turns with each errno; all of them with all are test/long/fault.test.ts.

import process from 'node:process';
import { expect, test } from 'vitest';
import { compileFaults, ERRNOS, type Fault, judge, runFaulted, WITHOUT } from './faults/session.ts';
import { random, temporaryFolder } from './kit.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const next = random(seed);

/** The calls before the first message, and some among the messages. */
const EARLY = Array.from({ length: 16 }, (_, index) => index + 1);
const LATER = Array.from({ length: 8 }, () => 17 + Math.floor(next() * 400));

test.skipIf(process.platform !== 'linux')(
  `calls to the disk that fail cost no traffic and make one gap (SEED=${seed})`,
  async () => {
    const library = compileFaults(await temporaryFolder());
    const whole = await runFaulted(library, WITHOUT);
    judge(WITHOUT, whole);
    expect(whole.stderr).toBe('');
    expect(whole.calls.length).toBeGreaterThan(400);
    for (const first of [...EARLY, ...LATER]) {
      const errno = ERRNOS[first % ERRNOS.length] ?? 'ENOSPC';
      const count = next() < 0.3 ? 1 + Math.floor(next() * 50) : 1;
      const fault: Fault = { first, count, errno, isShort: next() < 0.3 };
      judge(fault, await runFaulted(library, fault));
    }
  },
  60_000,
);

test.skipIf(process.platform !== 'linux')(
  'a disk that never works again is said once',
  async () => {
    const library = compileFaults(await temporaryFolder());
    for (const first of [1, 13, 200]) {
      const fault: Fault = { first, count: 1e6, errno: 'ENOSPC', isRecorded: true };
      judge(fault, await runFaulted(library, fault));
    }
  },
);

test.skipIf(process.platform !== 'linux')(
  'what is said of a recording is true, whichever of its last calls fails',
  async () => {
    const library = compileFaults(await temporaryFolder());
    const { calls } = await runFaulted(library, { ...WITHOUT, isRecorded: true });
    for (let back = 0; back < 8; back++) {
      const errno = ERRNOS[back % ERRNOS.length] ?? 'ENOSPC';
      const fault: Fault = { first: calls.length - back, count: 1, errno, isRecorded: true };
      judge(fault, await runFaulted(library, fault));
    }
  },
);
