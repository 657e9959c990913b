// Invariant: no secret that a rule covers reaches a disk of ours, wherever it is planted: in messages, strings in
// strings, addresses, headers, arguments, environment, standard error, streams, split anywhere.

import { test } from 'vitest';
import { SEED } from '../kit/random.ts';
import { checkPlanted } from './planted.ts';

test(`200 planted secrets are nowhere (seed ${SEED})`, async () => {
  await checkPlanted(200, SEED);
}, 60_000);
