// Two hundred replays of a workflow, each in processes of its own; see test/replay/workflow/races.ts.
import { expect, test } from 'vitest';
import { transcriptOf } from '../../replay/index.ts';
import { temporaryFolder } from '../cli/wiretape.ts';
import { SEED } from '../kit/random.ts';
import { HEARD, recordedRace } from '../replay/workflow/race.ts';
import { playRaces } from '../replay/workflow/races.ts';

test(`200 replays, five at a time: one order, one transcript (seed ${SEED})`, async () => {
  await using folder = await temporaryFolder();
  const expected = { heard: HEARD, transcript: transcriptOf(recordedRace()).hash };
  const seeds = Array.from({ length: 200 }, (_, run) => SEED + run);
  for (const { seed, ...played } of await playRaces(folder.path, seeds)) {
    expect({ seed, ...played }).toEqual({ seed, code: 0, ...expected });
  }
}, 1_800_000);
