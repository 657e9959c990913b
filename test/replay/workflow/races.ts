/** Races of three servers, each replayed by the built program to a host of its own. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRecording } from '../../../model/recording.ts';
import { start } from '../../cli/wiretape.ts';
import { heardBy, hostWords, recordedRace } from './race.ts';

export interface PlayedRace {
  readonly seed: number;
  readonly code: number | null;
  readonly heard: readonly string[];
  readonly transcript: unknown;
}

/** One race a seed, five at a time, all in one state folder. */
export async function playRaces(folder: string, seeds: readonly number[]): Promise<PlayedRace[]> {
  const tape = join(folder, 'races.tape.jsonl');
  await writeFile(tape, writeRecording(recordedRace()));
  const left = [...seeds];
  const played: PlayedRace[] = [];
  const runner = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const report = join(folder, `race-${seed}.json`);
      const options = ['--state', join(folder, 'races'), '--patience', '600', '--report', report];
      await using child = start(
        ['replay', 'workflow', tape, ...options, '--strict', '--', ...hostWords()],
        { env: { SEED: String(seed) } },
      );
      const { code, stdout } = await child.ended;
      const { transcript } = JSON.parse(await readFile(report, 'utf8'));
      played.push({ seed, code, heard: heardBy(stdout), transcript });
    }
  };
  await Promise.all(Array.from({ length: 5 }, runner));
  return played;
}
