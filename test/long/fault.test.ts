// Every call to the disk of a 200-message session fails in turn, with each errno, half of them with a
// recording to write at the end; see test/tap/fault.long.test.ts.

import process from 'node:process';
import { expect, test } from 'vitest';
import {
  compileFaults,
  ERRNOS,
  type Fault,
  judge,
  runFaulted,
  WITHOUT,
} from '../tap/faults/session.ts';
import { temporaryFolder } from '../tap/kit.ts';

const AT_ONCE = 2;

test.skipIf(process.platform !== 'linux').each(ERRNOS)(
  'every call fails once with %s',
  async (errno) => {
    const library = compileFaults(await temporaryFolder());
    const { calls } = await runFaulted(library, { ...WITHOUT, isRecorded: true });
    const waiting = calls.map(
      (_, index): Fault => ({
        first: index + 1,
        count: 1,
        errno,
        isShort: index % 3 === 0,
        isRecorded: index % 2 === 0 || index > calls.length - 30,
      }),
    );
    const total = waiting.length;
    let judged = 0;
    // All of them are told: one mistake of ours shows at several calls, and says more so.
    const complaints: string[] = [];
    const worker = async (): Promise<void> => {
      for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
        try {
          judge(fault, await runFaulted(library, fault));
        } catch (error) {
          complaints.push(String(error));
        }
        judged++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect({ judged, complaints }).toEqual({ judged: total, complaints: [] });
  },
  1_800_000,
);
