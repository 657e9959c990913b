// Invariant: in whatever processes it runs, one recording has one transcript, and what is killed leaves nothing behind.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRecording } from '../../../model/recording.ts';
import { transcriptOf } from '../../../replay/index.ts';
import { type Folder, start, temporaryFolder, wiretape } from '../../cli/wiretape.ts';
import { sessionId } from '../../kit/entries.ts';
import { HEARD, hostWords, pidsIn, ROUNDS, recordedRace } from './race.ts';
import { playRaces } from './races.ts';

let folder: Folder;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(at('race.tape.jsonl'), writeRecording(recordedRace()));
});

afterAll(() => folder[Symbol.asyncDispose]());

const replay = (env: Readonly<Record<string, string>>, words = hostWords(), patience = '600') => {
  const options = ['--state', at('state'), '--strict', '--patience', patience];
  // What is killed cannot clear away its temporary folder, so that is inside of ours.
  return start(['replay', 'workflow', at('race.tape.jsonl'), ...options, '--', ...words], {
    env: { TMPDIR: folder.path, ...env },
  });
};

test('ten replays in processes of their own, five at a time: one order, one transcript', async () => {
  const expected = { heard: HEARD, transcript: transcriptOf(recordedRace()).hash };
  const seeds = Array.from({ length: 10 }, (_, run) => 20261126 + run);
  for (const { seed, ...played } of await playRaces(folder.path, seeds)) {
    expect({ seed, ...played }).toEqual({ seed, code: 0, ...expected });
  }
}, 240_000);

describe('kill -9', () => {
  test('of a stand-in: its host sees a server die, the replay tells what is missing', async () => {
    const first = ['a', 'b', 'c'].map((name) => [name, 'first']);
    // The second answer of `b` waits for what the others were asked before, and nobody asks them.
    await using child = replay({}, hostWords([first, [['b', 'second']]]));
    await child.says(/a: first of a/);
    const [, b] = /b: pid (\d+)/.exec((await child.says(/[\s\S]*/))[0]) ?? [];
    process.kill(Number(b), 'SIGKILL');
    const { code, stdout, stderr } = await child.ended;
    expect(code).toBe(1);
    expect(stdout).toContain('b: closed null');
    expect(stderr).toMatch(/a was not as recorded: 1 never made by the client/);
    expect(stderr).toContain('The client ended with 5.');
    expect(await readdir(at('state'))).toEqual([]);
  });

  test('of the gate: stand-ins say so, and neither they nor the client are left', async () => {
    await using child = replay({ STAY: '1' });
    const pids = pidsIn((await child.says(/[\s\S]*through/))[0]);
    const host = await parentOf(pids[0] ?? 0);
    child.child.kill('SIGKILL');
    await gone([...pids, host]);
    const { stderr } = await child.ended;
    expect(stderr).toContain('the replay of a ended in the middle');
    // The next one clears away what the killed one could not.
    expect(await readdir(at('state'))).toHaveLength(1);
    await using next = replay({});
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(await readdir(at('state'))).toEqual([]);
  });

  test('of the client: the replay ends, and says how it went', async () => {
    await using child = replay({ STAY: '1' });
    const pids = pidsIn((await child.says(/[\s\S]*through/))[0]);
    process.kill(await parentOf(pids[0] ?? 0), 'SIGKILL');
    const { code, stderr } = await child.ended;
    // All was said and heard by then, so what counts is how the client ended.
    expect({ code, stderr }).toEqual({
      code: 137,
      stderr: 'wiretape: The client ended with SIGKILL.\n',
    });
    await gone(pids);
  });
});

/** See proc(5). */
async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Waits until none of them runs; the test is ended when one does not. */
async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) while (await isAlive(pid)) await delay(20);
}

async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => 'gone) Z');
  return !/^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2));
}

async function socketOf(state: string): Promise<string> {
  for (;;) {
    const names = await readdir(state).catch(() => []);
    const name = names.find((one) => one.startsWith('gate-'));
    if (name !== undefined) return join(state, name);
    await delay(20);
  }
}

describe('a host that asks one after the other what was asked at once', () => {
  const one = ['b', 'a', 'c'].map((name) => [[name, 'first']]);
  const words = hostWords([...one, ...ROUNDS.slice(1)]);
  const options = (report: string) => ['--patience', '0.3', '--report', at(report)];
  const run = (report: string, ...more: string[]) =>
    wiretape([
      ...['replay', 'workflow', at('race.tape.jsonl'), '--state', at('state')],
      ...[...options(report), ...more, '--', ...words],
    ]);

  test('gets its answers after a while, and is told what came early', async () => {
    const { code, stderr } = await run('relaxed.json');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(EARLY) });
    const { equal, gate } = JSON.parse(await readFile(at('relaxed.json'), 'utf8'));
    expect(equal).toBe(true);
    expect(gate.order).toBe('relaxed');
    expect(gate.relaxed[0]).toMatchObject({ entry: refOf('b', 2), waitsFor: refOf('a', 1) });
  });

  test('fails when strict, with both messages', async () => {
    const { code, stderr } = await run('strict.json', '--strict');
    const told = `ORDER_DIVERGENCE: ${refOf('b', 2)} waits for ${refOf('a', 1)}, and the client waits.`;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(told) });
  });
});

const EARLY = 'The recorded order was not kept';
const refOf = (name: string, seq: number): string => `${sessionId(name)}:${seq}`;

test('the socket is for its user alone, and is gone afterwards', async () => {
  await using child = replay({ STAY: '1' });
  await child.says(/through/);
  const socket = await socketOf(at('state'));
  expect((await stat(at('state'))).mode & 0o777).toBe(0o700);
  expect((await stat(socket)).mode & 0o777).toBe(0o600);
  child.child.kill('SIGTERM');
  expect((await child.ended).code).toBe(143);
  expect(await readdir(at('state'))).not.toContain(socket);
});
