// `wiretape replay workflow` as its users run it: the built program, a client of three servers, and no server.
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRecording } from '../../../model/recording.ts';
import { type Folder, start, temporaryFolder, wiretape } from '../../cli/wiretape.ts';
import { exit, gap, tape } from '../../kit/entries.ts';
import { AGENT, type Desk, recordDesk, releasedServer } from './desk.ts';

let folder: Folder;
let desk: Desk;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  desk = await recordDesk(folder.path);
});

afterAll(() => folder[Symbol.asyncDispose]());

const agent = ['--', process.execPath, AGENT];

/** Patience is long, so that a slow machine is no divergence. */
const replay = (options: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  wiretape(
    ['replay', 'workflow', desk.tape, '--state', at('state'), '--patience', '600', ...options],
    { env },
  );

describe('an agent over three servers, without the servers', () => {
  test.each([
    ['gets to know the same, in the same order', {}],
    ['and whatever its timing', { SEED: '1' }],
  ])('%s', async (_, env: Readonly<Record<string, string>>) => {
    const report = at('report.json');
    const ran = await replay(['--strict', '--report', report, ...agent], env);
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('was as recorded: 3 sess'),
    });
    expect(JSON.parse(ran.stdout)).toEqual(JSON.parse(desk.told));
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      equal: true,
      gate: { order: 'kept', relaxed: [] },
      sessions: [{ equal: true }, { equal: true }, { equal: true }],
      client: { code: 0, signal: null },
    });
    expect(await readdir(at('state'))).toEqual([]);
  });

  test('a changed one fails with the call that it changed', async () => {
    const ran = await wiretape(
      ['replay', 'workflow', desk.tape, '--state', at('state'), '--json', ...agent],
      { env: { CHANGED: '1' } },
    );
    expect(ran.code).toBe(1);
    const { sessions } = JSON.parse(ran.stdout);
    const memory = sessions.find(({ name }: { name: string }) => name === 'memory');
    expect(memory.misses[0]).toMatchObject({
      method: 'tools/call',
      reason: 'not-recorded',
      nearest: expect.stringContaining(memory.session),
      pointer: '/params/arguments/entities/0/name',
      detail: expect.stringContaining('create_entities'),
    });
    // And what it had said to this server before.
    const subjects = memory.misses[0].past.map(({ subject }: { subject?: string }) => subject);
    expect(subjects.at(-1)).toBe('create_entities');
  });

  test('a server that misbehaves where it is told to', async () => {
    const ran = await replay(['--json', '--fault', 'error@get-sum', ...agent]);
    // The agent does not expect it.
    expect(ran.stderr).toContain('a fault that the user asked for');
    expect(ran.code).not.toBe(0);
  });

  test('a host that reads the configuration, with nobody who starts it', async () => {
    const config = at('host.json');
    const words = [
      'replay',
      'workflow',
      desk.tape,
      '--state',
      at('state'),
      '--write-config',
      config,
    ];
    await using gate = start([...words, '--patience', '600', '--strict']);
    await gate.says(/leads a host there/, 'stderr');
    const { mcpServers } = JSON.parse(await readFile(config, 'utf8'));
    expect(Object.keys(mcpServers).sort()).toEqual(['everything', 'filesystem', 'memory']);
    const ran = await promisify(execFile)(process.execPath, [AGENT, config]);
    expect(JSON.parse(ran.stdout)).toEqual(JSON.parse(desk.told));
    // All recorded sessions are over, and so is the replay.
    expect(await gate.ended).toMatchObject({ code: 0, stdout: '' });
    // What we wrote, we may write again.
    expect((await replay(['--write-config', config, '--', 'true'])).code).toBe(1);
  });
});

describe('--live', () => {
  const live = (...words: string[]) => ['--live', `memory=${words.map(quoted).join(' ')}`];
  const memory = (file: string) => ({
    options: live(...releasedServer('memory')),
    env: { MEMORY_FILE_PATH: at(file) },
  });

  test('a server that did not change is as good as recorded', async () => {
    const { options, env } = memory('fresh.json');
    const ran = await replay([...options, ...agent], env);
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('was as recorded') });
    expect(JSON.parse(ran.stdout).results).toEqual(JSON.parse(desk.told).results);
    expect(await readFile(at('fresh.json'), 'utf8')).toContain('about second');
  });

  test('one that answers otherwise is told, with the answer and the place in it', async () => {
    const { options, env } = memory('full.json');
    const old = { type: 'entity', name: 'old', entityType: 'note', observations: [] };
    await writeFile(at('full.json'), `${JSON.stringify(old)}\n`);
    const ran = await replay(['--json', ...options, ...agent], env);
    expect(ran.code).toBe(1);
    const { live: differences, sessions } = JSON.parse(ran.stdout);
    expect(differences).toEqual([
      { name: 'memory', entry: expect.any(String), pointer: '/result/content/0/text' },
    ]);
    expect(sessions.map(({ equal }: { equal: boolean }) => equal)).toEqual([true, true, true]);
  });

  test('one that cannot be started ends the replay', async () => {
    const ran = await replay([...live(at('no-such-program')), ...agent]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('[command-not-found]') });
  });
});

function quoted(word: string): string {
  return `'${word}'`;
}

describe('refused with 2', () => {
  test.each([
    ['nobody to play for', [], 'wrong-usage'],
    ['no recording', ['--', 'true'], 'wrong-usage'],
    ['a file that is none', ['desk-agent.json', '--', 'true'], 'no-such-file'],
    [
      'a server that was not recorded',
      ['TAPE', '--live', 'nobody=true', '--', 'true'],
      'unknown-session',
    ],
    ['no command', ['TAPE', '--live', 'memory', '--', 'true'], 'wrong-usage'],
    ['half a quote', ['TAPE', '--live', `memory='a`, '--', 'true'], 'wrong-usage'],
    ['no such call', ['TAPE', '--fault', 'drop@nothing', '--', 'true'], 'fault-refused'],
    ['no patience', ['TAPE', '--patience', 'soon', '--', 'true'], 'wrong-usage'],
    ['a client that is no program', ['TAPE', '--', 'no-such-program'], 'command-not-found'],
    ['a recording without messages', ['metadata.tape.jsonl', '--', 'true'], 'incomplete-recording'],
    [
      'one with a gap, when strict',
      ['gap.tape.jsonl', '--strict', '--', 'true'],
      'incomplete-recording',
    ],
    ['a file of somebody else', ['TAPE', '--write-config', 'theirs.json'], 'file-exists'],
    ['a folder that is not there', ['TAPE', '--write-config', 'no/such/file'], 'unwritable-folder'],
    [
      'a report without a place',
      ['gap.tape.jsonl', '--report', 'no/file', '--', 'true'],
      'unwritable-folder',
    ],
  ] as const)('%s', async (_, words, code) => {
    const metadata = tape('metadata', [], { head: { capture: 'metadata' } });
    await writeFile(at('metadata.tape.jsonl'), writeRecording(metadata));
    await writeFile(at('gap.tape.jsonl'), writeRecording(tape('gap', [gap(2)])));
    const theirs = '{"mcpServers":{"memory":{"command":"npx","args":["memory"]}}}';
    await writeFile(at('theirs.json'), theirs);
    const given = words.map((word) => (word === 'TAPE' ? desk.tape : word));
    const ran = await wiretape(['replay', 'workflow', '--state', at('state'), ...given], {
      cwd: folder.path,
    });
    expect(ran).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`[${code}]`),
    });
    expect(await readFile(at('theirs.json'), 'utf8')).toBe(theirs);
  });
});

test('nothing that a recording names is run, opened or written', async () => {
  const launch = { command: '/bin/sh', args: ['-c', `touch ${at('touched')}`], env: {} };
  const entries = tape('__proto__', [exit(0)], { head: { launch } });
  await writeFile(at('hostile.tape.jsonl'), writeRecording(entries));
  const show = `cat "$WIRETAPE_MCP_CONFIG"; exit 7`;
  const words = ['replay', 'workflow', at('hostile.tape.jsonl'), '--state', at('state')];
  const ran = await wiretape([...words, '--', '/bin/sh', '-c', show]);
  // Nothing was recorded that a client should say, so the code is that of the client.
  expect(ran).toMatchObject({ code: 7, stderr: 'wiretape: The client ended with 7.\n' });
  expect(Object.keys(JSON.parse(ran.stdout).mcpServers)).toEqual(['__proto__']);
  expect(await readdir(folder.path)).not.toContain('touched');
});
