// Invariant: lines of any length pass while they come, floods pass whole whoever stalls, and what is recorded of them
// is what passed. Gibibytes in test/long.
import { test } from 'vitest';
import { checkFlood, checkLine } from './floods.ts';

const MIB = 1 << 20;

test.each([1, 16])('one line of %i MiB, both ways', async (mebibytes) => {
  await checkLine(mebibytes * MIB);
});

test('64 MiB of stdout in lines over the cap, while nobody reads', async () => {
  await checkFlood({ stream: 'stdout', count: 4, size: 16 * MIB, stall: 0 });
});

test('32 MiB of stdout in large lines, while nobody reads', async () => {
  await checkFlood({ stream: 'stdout', count: 32, size: MIB, stall: 0 });
});

test('16 MiB of stderr', async () => {
  await checkFlood({ stream: 'stderr', count: 16 << 10, size: 1024 });
});
