// Two released versions of one server, installed from npm: nobody of the tests wrote what changed between them.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder, wiretape } from '../cli/wiretape.ts';

const run = promisify(execFile);

test('a lock of an old server-memory tells what the new one changed', async () => {
  await using folder = await temporaryFolder();
  const servers: string[][] = [];
  for (const version of ['2025.8.4', '2026.8.31']) {
    const place = join(folder.path, version);
    const name = '@modelcontextprotocol/server-memory';
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', place];
    await run('npm', ['install', ...flags, `${name}@${version}`]);
    servers.push(['--', process.execPath, join(place, 'node_modules', name, 'dist/index.js')]);
  }
  const [old = [], now = []] = servers;
  const file = join(folder.path, 'wiretape.lock.json');
  expect((await wiretape(['lock', '-o', file, ...old])).code).toBe(0);
  expect(await wiretape(['check', `--lock=${file}`, ...old])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing changed'),
  });
  const { stdout, code } = await wiretape(['check', `--lock=${file}`, '--json', ...now]);
  const changes: { level: string; kind: string; name: string; at: string; text: string }[] =
    JSON.parse(stdout).changes;
  // Every tool got a title, a schema of its result and annotations, and a resource was added; nothing less.
  expect({ code, breaking: changes.filter(({ level }) => level === 'breaking') }).toEqual({
    code: 0,
    breaking: [],
  });
  expect(changes.filter(({ at }) => at === 'title').length).toBe(9);
  expect(
    changes.filter(({ at, text }) => at === 'result' && text === 'has a schema now').length,
  ).toBe(9);
  expect(changes.filter(({ kind }) => kind === 'resource')).toMatchObject([
    { name: 'memory://knowledge-graph', text: 'new' },
  ]);
  // The other way round, what came is gone.
  expect((await wiretape(['lock', '-o', file, '--update', ...now])).code).toBe(0);
  expect((await wiretape(['check', `--lock=${file}`, ...old])).code).toBe(1);
});
