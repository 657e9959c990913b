// One recording has one transcript over HTTP too, however a client paces, orders, names and cuts what it says, and
// whichever of its requests are open at the same time.
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { serveOverHttp, transcriptOf } from '../../../replay/index.ts';
import { overlapping } from '../overlapping.ts';
import { seeded } from '../restless-client.ts';
import { recordScenarios } from '../scenarios.ts';
import { recordedOverHttp } from './recordings.ts';
import { playRestlessly, talk } from './restless.ts';

const recordings = new Map<string, readonly Entry[]>();

beforeAll(async () => {
  recordings.set('overlap', overlapping());
  for (const { scenario, entries } of await recordScenarios()) {
    recordings.set(scenario.name, entries);
  }
});

/** Ten at a time, which must not matter either. */
async function all(entries: readonly Entry[], runs: number): Promise<void> {
  const expected = transcriptOf(entries).hash;
  const seeds = Array.from({ length: runs }, (_, run) => 20261126 + run);
  while (seeds.length > 0) {
    const played = seeds.splice(0, 10).map(async (seed) => {
      return { seed, ...(await playRestlessly(entries, seeded(seed))) };
    });
    for (const one of await Promise.all(played)) {
      expect(one).toEqual({ seed: one.seed, hash: expected, equal: true });
    }
  }
}

test.each([
  ['overlap', 60],
  ['memory', 40],
  ['filesystem', 40],
  ['everything', 15],
] as const)('%s, recorded over stdio: %i restless clients, one transcript', async (name, runs) => {
  await all(recordings.get(name) ?? [], runs);
});

test.each([
  ['everything', 15],
  ['both eras', 30],
] as const)('%s, recorded over HTTP: %i restless clients, one transcript', async (name, runs) => {
  await all(await recordedOverHttp(name), runs);
});

test('and over sockets', async () => {
  const entries = recordings.get('overlap') ?? [];
  for (let seed = 1; seed <= 20; seed++) {
    const server = await serveOverHttp({ entries, port: 0 });
    onTestFinished(server.close);
    await talk(entries, { random: seeded(seed), url: server.url, fetch });
    const { hash } = server.transcript();
    expect({ seed, hash }).toEqual({ seed, hash: transcriptOf(entries).hash });
    await server.close();
  }
});
