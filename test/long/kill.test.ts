// A thousand taps killed in the middle of traffic; see test/tap/kills.ts for what is promised of each.
import { test } from 'vitest';
import { SEED } from '../kit/random.ts';
import { checkKills } from '../tap/kills.ts';

test(`1,000 taps are killed (seed ${SEED})`, { timeout: 1_800_000 }, async () => {
  await checkKills(1000, SEED);
});
