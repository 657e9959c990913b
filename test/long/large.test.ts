// Lines up to 256 MiB, a reader that stalls for a minute before a gibibyte, and floods of one on either output.
import { test } from 'vitest';
import { checkFlood, checkLine } from '../tap/floods.ts';

const MIB = 1 << 20;
const MINUTE = 60_000;

test.each([1, 16, 64, 256])('one line of %i MiB, both ways', async (mebibytes) => {
  await checkLine(mebibytes * MIB);
});

test('1 GiB of stdout, while nobody reads for a minute: all is recorded, by its hash', async () => {
  await checkFlood({ stream: 'stdout', count: 64, size: 16 * MIB, stall: MINUTE });
});

test('1 GiB of stdout in lines that are kept: what is more than the journals may hold is one gap', async () => {
  await checkFlood({ stream: 'stdout', count: 1024, size: MIB, stall: MINUTE, isTooMuch: true });
});

test('1 GiB of stderr, by line', async () => {
  await checkFlood({ stream: 'stderr', count: 1 << 20, size: 1024, isBare: true });
});
