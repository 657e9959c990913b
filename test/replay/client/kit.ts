/** What tests of the stand-in client have in common: recordings on disk, and the built program on them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../../model/entry.ts';
import { writeRecording } from '../../../model/recording.ts';
import type { ClientReport } from '../../../replay/client/index.ts';
import { type Ran, wiretape } from '../../cli/wiretape.ts';

/** A server of test/replay/client/servers as a command. */
export function fixture(name: string, ...args: readonly string[]): string[] {
  const script = fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
  return [process.execPath, script, ...args];
}

export interface Replayed extends Ran {
  readonly report: ClientReport;
}

/** Recordings and reports in a folder, with a state of its own. */
export function createBench(folder: string) {
  let reports = 0;
  const at = (name: string): string => join(folder, name);
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    wiretape(['replay', 'client', ...args], { cwd: folder, env });
  return {
    at,
    run,
    async record(name: string, entries: readonly Entry[]): Promise<string> {
      await writeFile(at(`${name}.tape.jsonl`), writeRecording(entries));
      return at(`${name}.tape.jsonl`);
    },
    /** Replays to the end and gives its report, whether something differs or not. */
    async replay(
      recording: string,
      options: readonly string[],
      command: readonly string[],
      env: Readonly<Record<string, string>> = {},
    ): Promise<Replayed> {
      const file = at(`report-${++reports}.json`);
      const ours = [recording, '--report', file, '--state', at('state'), ...options];
      const ran = await run([...ours, ...(command.length > 0 ? ['--', ...command] : [])], env);
      if (ran.code === 2) throw new Error(ran.stderr);
      return { ...ran, report: JSON.parse(await readFile(file, 'utf8')) };
    },
  };
}

export type Bench = ReturnType<typeof createBench>;
