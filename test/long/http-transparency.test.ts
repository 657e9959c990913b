// 100,000 random exchanges, each way, through taps that each take 5,000 of them.
import { test } from 'vitest';
import { SEED } from '../kit/random.ts';
import { checkExchanges } from '../tap/http/random-exchanges.ts';

const ROUND = 5000;

test.each(Array.from({ length: 20 }, (_, round) => round))(
  `${ROUND} exchanges, round %i (seed ${SEED})`,
  { timeout: 600_000 },
  async (round) => {
    await checkExchanges(ROUND, SEED + round);
  },
);
