// A wrapped server outlives the Node and the cache that wiretape was wrapped with: another Node stands in the place of
// the one that the entry names, and npx clears its cache.
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../cli/wiretape.ts';
import { home, installed, memory, sessionsOf, useServer } from '../wrap/installed.ts';

const run = promisify(execFile);
const VERSIONS = [18, 22, 24];
let folder: string;

/** Where npm has put the Node of a major version. */
function nodeOf(version: number): string {
  return join(folder, String(version), 'node_modules/node/bin/node');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wt-nodes-'));
  for (const version of VERSIONS) {
    const prefix = join(folder, String(version));
    const words = ['--no-audit', '--no-fund', '--prefix', prefix, `node@${version}`];
    await run('npm', ['install', ...words], { timeout: 300_000 });
  }
}, 900_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(VERSIONS)(
  'Node %i stands where the Node stood that wrapped',
  async (version) => {
    await using here = await installed();
    const node = join(here.path, 'node');
    await copyFile(process.execPath, node);
    const notes = await here.wrapped(process.execPath, [memory], node);
    expect(notes.command).toBe(node);
    await rm(node);
    await copyFile(nodeOf(version), node);
    await chmod(node, 0o755);
    expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${version}\\.`));
    const said = await useServer(notes, here.env);
    if (version < 20) {
      expect(said).toEqual([
        expect.stringMatching(/could not start \(Node 18\.\S+ is too old\)\.$/),
      ]);
      expect(await sessionsOf(here)).toEqual([]);
    } else {
      expect(said).toEqual([]);
      expect(await sessionsOf(here)).toMatchObject([{ name: 'notes', phase: 'ended' }]);
    }
  },
  60_000,
);

test.each([22, 24])(
  'Node %i wraps, and records',
  async (version) => {
    await using here = await installed();
    const notes = await here.wrapped(process.execPath, [memory], nodeOf(version));
    expect(notes.command).toBe(nodeOf(version));
    expect(await useServer(notes, here.env)).toEqual([]);
    expect(await sessionsOf(here)).toMatchObject([{ name: 'notes', phase: 'ended' }]);
  },
  60_000,
);

test('wrapped out of the cache of npx, which is cleared and filled again', async () => {
  await using here = await home();
  const packing = ['pack', '--json', '--pack-destination', here.path];
  const { stdout } = await run('npm', packing, { cwd: ROOT });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const cache = join(here.path, 'npm-cache');
  const env = { ...here.env, npm_config_cache: cache };
  const npx = ['npx', '--yes', '--package', join(here.path, filename), 'wiretape'];
  const there = { ...here, env };

  const notes = await there.wrappedBy(npx, process.execPath, [memory]);
  expect(await useServer(notes, here.env)).toEqual([]);
  expect(await sessionsOf(here)).toHaveLength(1);

  expect(await readdir(join(cache, '_npx'))).toHaveLength(1);
  await rm(join(cache, '_npx'), { recursive: true });
  const unrecorded =
    /^wiretape: notes runs without being recorded, since wiretape could not start \(Cannot find module .*\)\.$/;
  expect(await useServer(notes, here.env)).toEqual([expect.stringMatching(unrecorded)]);
  expect(await sessionsOf(here)).toHaveLength(1);

  const [program = '', ...words] = npx;
  await run(program, [...words, '--version'], { env, timeout: 300_000 });
  expect(await useServer(notes, here.env)).toEqual([]);
  expect(await sessionsOf(here)).toHaveLength(2);
}, 600_000);
