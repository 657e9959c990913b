/** Plays a recording in processes that differ in what should not matter. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { ROOT } from '../cli/wiretape.ts';

/** Time zone, language, and the seed of the engine's own hash tables. */
export const ENVIRONMENTS = [
  { TZ: 'UTC', LANG: 'C', hashSeed: 1 },
  { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', hashSeed: 4711 },
  { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8', hashSeed: 2 ** 30 },
] as const;

export interface Runs {
  readonly seed: number;
  readonly runs: number;
}

/** The hashes of the transcripts that a process in this environment got, each once. */
export async function hashesIn(
  { TZ, LANG, hashSeed }: (typeof ENVIRONMENTS)[number],
  file: string,
  { seed, runs }: Runs,
): Promise<string[]> {
  const program = join(ROOT, 'test/replay/restless-program.ts');
  const flags = [`--hash-seed=${hashSeed}`, '--import', 'tsx'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, program, file, `${seed}`, `${runs}`],
    { cwd: ROOT, env: { PATH: process.env['PATH'], TZ, LANG, LC_ALL: LANG } },
  );
  return stdout.trim().split('\n');
}
