// `--record FILE`: a whole recording when the session ends; a recording that is there gets the session as well;
// any other file is left alone, and that is said.

import { execFileSync } from 'node:child_process';
import { readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../../model/recording.ts';
import { bytesFrom, journal, run, server, start, tapped, temporaryFolder, until } from './kit.ts';

const PING = '{"jsonrpc":"2.0","id":0,"method":"ping"}\n';

async function record(folder: string, file: string, input = PING, extra: readonly string[] = []) {
  const options = ['--record', join(folder, file), ...extra];
  return await run(await tapped(server('echo'), { state: join(folder, 'state'), options }), {
    input,
  });
}

async function open(folder: string, file: string) {
  const bytes = await readFile(join(folder, file));
  const recording = readRecording(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  if (!recording.ok) throw new Error(recording.detail);
  return recording;
}

describe('a recording', () => {
  test('is whole, valid, private to its user, and leaves nothing beside it', async () => {
    const folder = await temporaryFolder();
    const long = `{"jsonrpc":"2.0","method":"x","params":"${'é'.repeat(100_000)}"}\n`;
    await record(folder, 'a.tape.jsonl', PING + long + PING, [
      '--capture',
      'raw',
      '--name',
      'echo',
    ]);
    const { entries, problems } = await open(folder, 'a.tape.jsonl');
    expect(problems).toEqual([]);
    expect(bytesFrom(entries, 'client').toString()).toBe(PING + long + PING);
    expect(bytesFrom(entries, 'server').toString()).toBe(PING + long + PING);
    expect(entries[0]).toMatchObject({
      type: 'session',
      name: 'echo',
      transport: 'stdio',
      fidelity: 'bytes',
    });
    expect((await stat(join(folder, 'a.tape.jsonl'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(['a.tape.jsonl', 'state']);
  });

  test('holds what is no JSON above 64 KiB as a frame', async () => {
    const folder = await temporaryFolder();
    const almost = `{"open":"${'x'.repeat(70_000)}}`;
    await record(folder, 'a.tape.jsonl', `${almost}\n`, ['--capture', 'raw']);
    const { entries, problems } = await open(folder, 'a.tape.jsonl');
    expect(problems).toEqual([]);
    expect(entries.filter(({ type }) => type === 'frame')).toHaveLength(2);
    expect(bytesFrom(entries, 'server').toString()).toBe(`${almost}\n`);
  });

  test('of a long session is written although the tap is killed meanwhile', async () => {
    const folder = await temporaryFolder();
    const line = `{"text":"${'x'.repeat(60_000)}"}\n`;
    const command = ['sh', '-c', 'cat; echo done >&2'];
    const file = join(folder, 'a.tape.jsonl');
    const child = start(
      await tapped(command, { state: join(folder, 'state'), options: ['--record', file] }),
    );
    child.stdout.resume();
    const isDone = new Promise((resolve) => child.stderr.once('data', resolve));
    child.stdin.end(line.repeat(200));
    await isDone;
    // The lock is taken when the writing begins.
    await until(async () => (await readdir(folder)).some((name) => name.startsWith('a.tape')));
    child.kill('SIGKILL');
    await until(async () => (await readdir(folder)).includes('a.tape.jsonl'), 30_000);
    const { entries } = await open(folder, 'a.tape.jsonl');
    expect(entries.filter(({ type }) => type === 'message')).toHaveLength(400);
  });

  test('gets the sessions of four taps that end together', async () => {
    const folder = await temporaryFolder();
    await record(folder, 'a.tape.jsonl.gz');
    const ran = await Promise.all([1, 2, 3, 4].map(() => record(folder, 'a.tape.jsonl.gz')));
    expect(ran.map(({ code, stderr }) => [code, stderr.toString()])).toEqual(
      ran.map(() => [0, '']),
    );
    const { entries, problems } = await open(folder, 'a.tape.jsonl.gz');
    expect(problems).toEqual([]);
    expect(new Set(entries.map(({ session }) => session)).size).toBe(5);
  });
});

test.each([
  ['a letter', 'Dear Sir or Madam,\n', 'file-exists'],
  ['a recording of a newer format', '{"wiretape":99,"recording":"00"}\n', 'newer-format'],
  [
    'a torn recording',
    '{"wiretape":1,"recording":"00000000000000000000000000000000"}\n{"type":"no',
    'file-exists',
  ],
])('%s is left alone, and the session stays in its journal', async (_, text, code) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'x'), text);
  const { code: exit, stdout, stderr } = await record(folder, 'x');
  expect({ exit, stdout: stdout.toString() }).toEqual({ exit: 0, stdout: PING });
  expect(stderr.toString()).toMatch(new RegExp(`^wiretape: .*was not written.*\\[${code}\\]\\n$`));
  expect(await readFile(join(folder, 'x'), 'utf8')).toBe(text);
  expect((await journal(join(folder, 'state'))).entries).toHaveLength(6);
});

test('a folder that is not there is said', async () => {
  const folder = await temporaryFolder();
  const { code, stdout, stderr } = await record(folder, 'nowhere/a.tape.jsonl');
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: PING });
  expect(stderr.toString()).toContain('[unwritable-folder]');
});

test('a symbolic link stays, and what it names gets the session', async () => {
  const folder = await temporaryFolder();
  await record(folder, 'a.tape.jsonl');
  await symlink('a.tape.jsonl', join(folder, 'link'));
  await symlink('new.tape.jsonl', join(folder, 'dangling'));
  await record(folder, 'link');
  await record(folder, 'dangling');
  expect(await readlink(join(folder, 'link'))).toBe('a.tape.jsonl');
  const sessions = async (file: string) =>
    new Set((await open(folder, file)).entries.map(({ session }) => session)).size;
  expect([await sessions('a.tape.jsonl'), await sessions('new.tape.jsonl')]).toEqual([2, 1]);
});

test('a pipe is left alone, and holds up nobody', async () => {
  const folder = await temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  const { code, stdout, stderr } = await record(folder, 'fifo');
  expect([code, String(stdout)]).toEqual([0, PING]);
  expect(String(stderr)).toMatch(/it exists and is no file\. The session is kept: wiretape export/);
});
