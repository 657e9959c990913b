// Marks through the built program: with a collector and without, shown by ls, gone with their session.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../collector/index.ts';
import { journalHeader, journalLine } from '../../model/journal.ts';
import { writeRecording } from '../../model/recording.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { type Folder, temporaryFolder, wiretape } from './wiretape.ts';

const talk = (name: string, start: number) =>
  tape(name, [...opening(), client(toolCall(1, 'note')), server(toolText(1, 'noted')), ends()], {
    start,
    head: { workflow: 'notes' },
  });
const PAUSE = 120_000_000;
const first = talk('first', PAUSE);
const second = talk('second', 3 * PAUSE);
const journalled = talk('journalled', 5 * PAUSE);

let folder: Folder;
let state = '';
const run = (...words: string[]) => wiretape([...words, '--state', state]);
const runs = async (): Promise<{ id: string; sessions: string[]; mark?: string }[]> =>
  JSON.parse((await run('ls', '--json')).stdout).runs;

beforeAll(async () => {
  folder = await temporaryFolder();
  state = join(folder.path, 'state');
  for (const name of ['', 'store', 'journal'])
    await mkdir(join(state, name), { recursive: true, mode: 0o700 });
  const store = await openStore({ path: join(state, 'store', 'store.db') });
  for (const own of [first, second]) await store.of('local').append(own[0]!.session, own);
  await store.close();
  const { session } = journalled[0]!;
  const header = journalHeader(session, { pid: 4_194_304, started: '1' }, crc32);
  const lines = journalled.map((entry) => journalLine(entry, crc32));
  await writeFile(join(state, 'journal', `${session}.journal`), [header, ...lines].join(''));
});
afterAll(async () => {
  await run('stop');
  await folder[Symbol.asyncDispose]();
});

test('a run is marked without a collector, by its id or by its session', async () => {
  const all = await runs();
  expect(all).toHaveLength(3);
  const one = all.find(({ sessions }) => sessions[0] === first[0]!.session)!;
  expect(await run('mark', one.id, 'bad')).toEqual({
    code: 0,
    stdout: '',
    stderr: `wiretape: ${one.id} is marked bad.\n`,
  });
  const { stdout } = await run('mark', 'second', 'good', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ mark: 'good' });
  const marks = (await runs()).map(({ sessions, mark }) => [sessions[0], mark]);
  expect(new Map(marks as [string, string][])).toEqual(
    new Map([
      [first[0]!.session, 'bad'],
      [second[0]!.session, 'good'],
      [journalled[0]!.session, undefined],
    ]),
  );
  expect((await run('ls')).stdout).toMatch(new RegExp(`${one.id} +bad .* notes\n`));
});

test('what has no place for a mark, and what is no mark, is told in one sentence', async () => {
  const file = join(folder.path, 'run.tape.jsonl');
  await writeFile(file, writeRecording(first));
  const cases: [words: string[], code: string][] = [
    [['journalled', 'good'], 'not-collected'],
    [['nobody', 'good'], 'unknown-session'],
    [['first', 'fine'], 'wrong-usage'],
    [[file, 'good'], 'wrong-usage'],
  ];
  for (const [words, code] of cases) {
    const { stderr, ...ended } = await run('mark', ...words);
    expect(ended).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^wiretape: [A-Z\\d/].*\\. .*\\. \\[${code}\\]\n$`));
  }
});

test('with a collector the same marks are there, change, and go with their session', async () => {
  const before = (await runs()).filter(({ mark }) => mark !== undefined);
  await run('open', '--no-browser', '--port', '0');
  expect((await runs()).filter(({ mark }) => mark !== undefined)).toEqual(before);
  await expect.poll(async () => (await run('mark', 'journalled', 'bad')).code).toBe(0);
  await run('mark', 'second', 'none');
  await run('rm', 'first');
  expect((await runs()).map(({ mark }) => mark)).toEqual(['bad', undefined]);
  await run('stop');
  expect((await runs()).map(({ mark }) => mark)).toEqual(['bad', undefined]);
});
