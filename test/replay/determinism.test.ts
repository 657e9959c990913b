// One recording has one transcript, however a client paces, orders, names and cuts what it says.
import { beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { transcriptOf } from '../../replay/index.ts';
import { client, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { playRestlessly, seeded } from './restless-client.ts';
import { recordScenarios } from './scenarios.ts';

const recordings = new Map<string, readonly Entry[]>();

beforeAll(async () => {
  recordings.set('overlap', overlapping());
  for (const { scenario, entries } of await recordScenarios())
    recordings.set(scenario.name, entries);
});

/** Overlapping calls, equal ones among them, with progress, questions and log messages between. */
function overlapping(): Entry[] {
  const progress = (progressToken: number, at: number) =>
    server({ method: 'notifications/progress', params: { progressToken, progress: at } });
  const log = (data: string) =>
    server({ method: 'notifications/message', params: { level: 'info', data } });
  return tape('overlap', [
    ...opening(),
    client(toolCall(1, 'a', {}, { progressToken: 1 })),
    client(toolCall(2, 'same')),
    client(toolCall(3, 'same')),
    client(toolCall(4, 'd')),
    progress(1, 1),
    log('all four'),
    server(toolText(3, 'one')),
    server({ id: 0, method: 'roots/list' }),
    server({ id: '', method: 'roots/list' }),
    client({ id: '', result: { roots: [] } }),
    client({ id: 0, result: { roots: [{ uri: 'file:///' }] } }),
    progress(1, 2),
    server(toolText(4, 'four')),
    server(toolText(2, 'two')),
    log('before the last'),
    server(toolText(1, 'done')),
    client(toolCall(5, 'last')),
    server(toolText(5, 'end')),
  ]);
}

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
