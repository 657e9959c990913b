// 10,000 planted secrets, and how many of each kind.
import process from 'node:process';
import { expect, test } from 'vitest';
import { SEED } from '../kit/random.ts';
import { checkPlanted } from '../tap/planted.ts';

test(`10,000 planted secrets are nowhere (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const total: Record<string, number> = {};
  for (let round = 0; round < 10; round++) {
    for (const [kind, count] of Object.entries(await checkPlanted(1000, SEED + round))) {
      total[kind] = (total[kind] ?? 0) + count;
    }
  }
  process.stdout.write(`${JSON.stringify(total)}\n`);
  expect(Object.keys(total).length).toBeGreaterThanOrEqual(22);
});
