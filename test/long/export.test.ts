// 50,000 calls in a burst, exported; see test/collector/export-burst.ts for what goes wrong meanwhile.
import { test } from 'vitest';
import { checkBurst } from '../collector/export-burst.ts';
import { SEED } from '../kit/dice.ts';

test(`50,000 calls reach an endpoint that fails, once each (seed ${SEED})`, {
  timeout: 900_000,
}, async () => {
  await checkBurst(50_000, SEED, 600_000);
});
