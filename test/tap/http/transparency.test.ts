// Invariant: bytes pass unchanged over HTTP too, and `--capture raw` gives them back: bodies and event streams of
// every kind, split anywhere. A large count of the same runs in test/long.

import { test } from 'vitest';
import { SEED } from '../../kit/random.ts';
import { checkExchanges } from './random-exchanges.ts';

test(`300 random exchanges come out as they went in, and out of the journal (seed ${SEED})`, async () => {
  await checkExchanges(300, SEED);
}, 60_000);
