/** Many restless clients of one recording, some at a time: all of them get the recording's transcript. */
import { expect } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { transcriptOf } from '../../replay/index.ts';
import { playRestlessly, seeded } from './restless-client.ts';

/** Run `n` has the seed `seed + n`. Between one and eight play at the same time, which must not matter. */
export async function checkRestless(
  entries: readonly Entry[],
  runs: number,
  seed: number,
): Promise<void> {
  const expected = transcriptOf(entries).hash;
  const width = seeded(seed);
  const seeds = Array.from({ length: runs }, (_, run) => seed + run);
  while (seeds.length > 0) {
    const played = seeds.splice(0, 1 + Math.floor(width() * 8)).map(async (own) => {
      const { hash, report } = await playRestlessly(entries, seeded(own));
      return { seed: own, hash, equal: report.equal };
    });
    for (const one of await Promise.all(played)) {
      expect(one).toEqual({ seed: one.seed, hash: expected, equal: true });
    }
  }
}
