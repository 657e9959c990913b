// 100,000 random inputs each way over stdio, through 100 taps.
import { test } from 'vitest';
import { SEED } from '../kit/random.ts';
import { checkStreams } from '../tap/random-streams.ts';

const INPUTS = 1000;

test.each(Array.from({ length: 100 }, (_, round) => round))(
  `${INPUTS} inputs each way, round %i (seed ${SEED})`,
  { timeout: 120_000 },
  async (round) => {
    await checkStreams(INPUTS, SEED + round);
  },
);
