/** What tests of exploring have in common: recordings, servers files, and the built program on them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../../model/entry.ts';
import { writeRecording } from '../../../model/recording.ts';
import type { ExploreReport } from '../../../replay/explore/report.ts';
import {
  type Folder,
  type Ran,
  ROOT,
  type RunOptions,
  temporaryFolder,
  wiretape,
} from '../../cli/wiretape.ts';
import { client, opening, type Said, server, tape, toolCall, toolText } from '../../kit/entries.ts';

export const LIST = fileURLToPath(new URL('servers/list.mjs', import.meta.url));

/** How the server of these tests behaves; see servers/list.mjs. */
export type How =
  | 'racy'
  | 'crowded'
  | 'late'
  | 'locked'
  | 'random'
  | 'silent'
  | 'garbage'
  | 'endless'
  | 'dies';

/** A call as it was made, and the JSON that it was answered with. */
export type Call = readonly [tool: string, args: object, answer: object];

/** A session in which each batch is asked at once, and answered before the next. */
export function session(name: string, batches: readonly (readonly Call[])[], id?: string): Entry[] {
  let next = 1;
  const steps = batches.flatMap((batch) => {
    const numbered = batch.map((call) => [next++, call] as const);
    return [
      ...numbered.map(([at, [tool, args]]) => client(toolCall(at, tool, args) as Said)),
      ...numbered.map(([at, [, , answer]]) => server(toolText(at, JSON.stringify(answer)) as Said)),
    ];
  });
  return tape(name, [...opening(), ...steps], id === undefined ? {} : { id });
}

export function listServer(how: How, more: object = {}): object {
  return {
    explorable: true,
    command: process.execPath,
    args: [LIST, '{folder}/list.json', how],
    reset: 'empty',
    write: true,
    ...more,
  };
}

export function releasedServer(name: 'memory' | 'filesystem', more: object = {}): object {
  const main = join(ROOT, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
  const own =
    name === 'memory'
      ? { args: [main], env: { MEMORY_FILE_PATH: '{folder}/memory.jsonl' } }
      : { args: [main, '{folder}'], allow: ['edit_file'] };
  return {
    explorable: true,
    command: process.execPath,
    reset: 'empty',
    write: true,
    ...own,
    ...more,
  };
}

export interface Explored extends Ran {
  readonly report: ExploreReport;
  readonly bytes: string;
}

export interface Bench extends Folder {
  at(name: string): string;
  record(name: string, entries: readonly Entry[]): Promise<string>;
  servers(name: string, servers: object): Promise<string>;
  /** Runs the command as it is. */
  run(args: readonly string[], env?: RunOptions['env']): Promise<Ran>;
  /** Explores to the end, and gives its report. */
  explore(
    recording: string,
    servers: object,
    options?: readonly string[],
    env?: RunOptions['env'],
  ): Promise<Explored>;
}

export async function createBench(): Promise<Bench> {
  const folder = await temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  let count = 0;
  const run = (args: readonly string[], env: RunOptions['env'] = {}): Promise<Ran> =>
    wiretape(['explore', ...args, '--state', at('state')], { cwd: folder.path, env });
  const servers = async (name: string, described: object): Promise<string> => {
    await writeFile(at(name), JSON.stringify(described));
    return at(name);
  };
  await mkdir(at('state'));
  return {
    ...folder,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    at,
    run,
    servers,
    async record(name, entries) {
      await writeFile(at(`${name}.tape.jsonl`), writeRecording(entries));
      return at(`${name}.tape.jsonl`);
    },
    async explore(recording, described, options = [], env = {}) {
      const number = ++count;
      const report = at(`report-${number}.json`);
      const file = await servers(`servers-${number}.jsonc`, described);
      // Where much runs at once the usual minute may be too short for what a test is about.
      const words = [recording, '--servers', file, '--report', report, '--for', '150'];
      const ran = await run([...words, ...options], env);
      if (ran.code === 2) throw new Error(ran.stderr);
      const bytes = await readFile(report, 'utf8');
      return { ...ran, bytes, report: JSON.parse(bytes) };
    },
  };
}
