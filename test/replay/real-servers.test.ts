import { beforeAll, describe, expect, test } from 'vitest';
import { standIn, transcriptOf } from '../../replay/index.ts';
import { connect, type Version } from './clients.ts';
import { plain, type Recorded, recordScenarios } from './scenarios.ts';

let recordings: readonly Recorded[];

beforeAll(async () => {
  recordings = await recordScenarios();
});

describe.each(['everything', 'memory', 'filesystem'] as const)('%s', (name) => {
  test.each([1, 2] as const)('plays for a client of SDK %i', async (version: Version) => {
    const { scenario, entries, results } = recorded(name);
    const server = standIn(entries);
    const talk = await connect(version, server.transport(), scenario.ability);
    expect(plain(await scenario.run(talk))).toEqual(results);
    await talk.close();
    expect(server.report()).toMatchObject({ equal: true, misses: [], differences: [] });
    expect(server.transcript()).toEqual(transcriptOf(entries));
  });
});

function recorded(name: string): Recorded {
  const found = recordings.find(({ scenario }) => scenario.name === name);
  if (!found) throw new Error(`${name} was not recorded`);
  return found;
}
