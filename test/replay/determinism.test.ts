// One recording has one transcript, however a client paces, orders, names and cuts what it says.
import { beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { transcriptOf } from '../../replay/index.ts';
import { overlapping } from './overlapping.ts';
import { playRestlessly, seeded } from './restless-client.ts';
import { recordScenarios } from './scenarios.ts';

const recordings = new Map<string, readonly Entry[]>();

beforeAll(async () => {
  recordings.set('overlap', overlapping());
  for (const { scenario, entries } of await recordScenarios())
    recordings.set(scenario.name, entries);
});

test.each([
  ['overlap', 100],
  ['memory', 50],
  ['filesystem', 50],
  ['everything', 15],
] as const)('%s: %i restless clients, one transcript', async (name, runs) => {
  const entries = recordings.get(name) ?? [];
  const expected = transcriptOf(entries).hash;
  const seeds = Array.from({ length: runs }, (_, run) => 20261122 + run);
  // Ten at a time, which must not matter either.
  while (seeds.length > 0) {
    const played = seeds.splice(0, 10).map(async (seed) => {
      const { hash, report } = await playRestlessly(entries, seeded(seed));
      return { seed, hash, equal: report.equal };
    });
    for (const one of await Promise.all(played)) {
      expect(one).toEqual({ seed: one.seed, hash: expected, equal: true });
    }
  }
});
