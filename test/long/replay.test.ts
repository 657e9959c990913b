// 10,000 restless clients of each fixture, one transcript: in this process, and in others that differ in time zone,
// language and the order of the engine's hash tables.
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import { transcriptOf } from '../../replay/index.ts';
import { SEED } from '../kit/random.ts';
import { ENVIRONMENTS, hashesIn } from '../replay/environments.ts';
import { FIXTURES, fixtures } from '../replay/fixtures.ts';
import { checkRestless } from '../replay/restless-runs.ts';

/** A round has 400 here and 200 in each of three processes, so that ten have 10,000. */
const ROUNDS = 10;
const HERE = 400;
const THERE = 200;

const { entriesOf, at } = fixtures();

describe.each(FIXTURES)('%s', (name) => {
  test.each(Array.from({ length: ROUNDS }, (_, round) => SEED + round * 10_000))(
    `${HERE + 3 * THERE} restless clients, seed %i`,
    async (seed) => {
      const entries = entriesOf(name);
      const file = at(`${name}-${seed}.tape.jsonl`);
      await writeFile(file, writeRecording(entries));
      const there = ENVIRONMENTS.map((environment, index) =>
        hashesIn(environment, file, { seed: seed + 1000 * (index + 1), runs: THERE }),
      );
      const [hashes] = await Promise.all([Promise.all(there), checkRestless(entries, HERE, seed)]);
      const expected = [transcriptOf(entries).hash];
      expect(hashes).toEqual([expected, expected, expected]);
    },
  );
});
