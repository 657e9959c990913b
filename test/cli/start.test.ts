// A command loads what it runs, and nothing else: a tap is started for every server, and hosts wait for it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder, wiretape } from './wiretape.ts';

interface Loaded {
  readonly packages: readonly string[];
  /** Of the modules that the loaded files were joined from. */
  readonly rooms: readonly string[];
}

/** What a command loads, in a state folder where one session was recorded. */
async function loadedBy(...words: string[]): Promise<Loaded> {
  await using folder = await temporaryFolder();
  const state = join(folder.path, 'state');
  const recorded = await wiretape(['tap', '--state', state, '--', process.execPath, '-e', '0']);
  expect(recorded).toEqual({ code: 0, stdout: '', stderr: '' });
  const LOADS = join(folder.path, 'loads.txt');
  const hook = new URL('loads.mjs', import.meta.url).href;
  const env = { LOADS, NODE_OPTIONS: `--import ${hook}` };
  const args = words.map((word) => (word === 'STATE' ? state : word));
  expect(await wiretape(args, { env })).toMatchObject({ code: 0, stderr: '' });
  const urls = [...new Set((await readFile(LOADS, 'utf8')).trim().split('\n'))];
  const packages = urls.flatMap((url) => packageOf(url) ?? []);
  const own = urls.filter((url) => url.startsWith('file:') && packageOf(url) === undefined);
  const texts = await Promise.all(own.map((url) => readFile(fileURLToPath(url), 'utf8')));
  return { packages: sorted(packages), rooms: sorted(texts.flatMap(roomsIn)) };
}

function packageOf(url: string): string | undefined {
  return /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
}

/** The build writes above each module which one it is. */
function roomsIn(text: string): string[] {
  return [...text.matchAll(/^\/\/ dist\/(\w+)\//gm)].flatMap(([, room]) => room ?? []);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

test('a tap loads the recorder, and of packages what hashes and names a session', async () => {
  expect(await loadedBy('tap', '--state', 'STATE', '--', 'true')).toEqual({
    packages: ['@noble/hashes', 'commander', 'ulid'],
    rooms: ['cli', 'model', 'tap'],
  });
});

test('a version is told by the command line alone', async () => {
  const { packages } = await loadedBy('--version');
  expect(packages).toEqual(['commander']);
});

const talksToNobody = ['@noble/hashes', 'canonicalize', 'commander', 'picocolors', 'ulid'];

test.each([
  [['ls'], ['cli', 'model', 'tap']],
  [['check'], ['analysis', 'cli', 'model', 'tap']],
  [['status'], ['cli', 'model', 'tap']],
])('%j loads no server and no client of HTTP', async (words, rooms) => {
  const loaded = await loadedBy(...words, '--state', 'STATE');
  expect(talksToNobody).toEqual(expect.arrayContaining([...loaded.packages]));
  expect(loaded.rooms).toEqual(rooms);
});
