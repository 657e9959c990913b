// A burst of a few thousand calls; the full one runs in test/long.
import { test } from 'vitest';
import { SEED } from '../kit/dice.ts';
import { checkBurst } from './export-burst.ts';

test(`every recorded request reaches an endpoint that fails, though collector and tap are killed (seed ${SEED})`, {
  timeout: 120_000,
}, async () => {
  await checkBurst(3000, SEED);
});
