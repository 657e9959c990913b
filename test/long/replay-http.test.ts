// The same transcript over HTTP, thousands of times: real servers recorded over stdio and over HTTP, restless clients.
import { expect, test } from 'vitest';
import { transcriptOf } from '../../replay/index.ts';
import { SEED } from '../kit/random.ts';
import { recordedOverHttp } from '../replay/http/recordings.ts';
import { playRestlessly } from '../replay/http/restless.ts';
import { overlapping } from '../replay/overlapping.ts';
import { seeded } from '../replay/restless-client.ts';

const RECORDINGS = {
  overlap: async () => overlapping(),
  everything: () => recordedOverHttp('everything'),
  'both eras': () => recordedOverHttp('both eras'),
} as const;

test.each([
  ['overlap', 4000],
  ['everything', 2000],
  ['both eras', 2000],
] as const)(
  `%s: %i restless clients, one transcript (seed ${SEED})`,
  { timeout: 1_800_000 },
  async (name, runs) => {
    const entries = await RECORDINGS[name]();
    const expected = transcriptOf(entries).hash;
    for (let first = 0; first < runs; first += 8) {
      const played = Array.from({ length: 8 }, async (_, at) => {
        const seed = SEED + first + at;
        return { seed, ...(await playRestlessly(entries, seeded(seed))) };
      });
      for (const one of await Promise.all(played)) {
        expect(one).toEqual({ seed: one.seed, hash: expected, equal: true });
      }
    }
  },
);
