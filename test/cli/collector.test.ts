// Commands around a collector: started, found, asked, stopped; and the same answers without one.

import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import { client, ends, opening, tape, toolCall } from '../kit/entries.ts';
import { type Folder, ROOT, start, temporaryFolder, wiretape } from './wiretape.ts';

const MEMORY = join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');

let folder: Folder;
let state = '';
const run = (...words: string[]) => wiretape([...words, '--state', state]);
const runJson = async (...words: string[]) => JSON.parse((await run(...words, '--json')).stdout);

beforeAll(async () => {
  folder = await temporaryFolder();
  state = join(folder.path, 'state');
});
afterAll(async () => {
  await run('stop');
  await folder[Symbol.asyncDispose]();
});

const LIST = '{"jsonrpc":"2.0","id":0,"method":"tools/list"}\n';

/** A tap with its server, asked one thing and not yet ended. */
async function record(name: string) {
  const env = { MEMORY_FILE_PATH: join(folder.path, `${name}.jsonl`) };
  const tap = start(['tap', '--name', name, '--state', state, '--', process.execPath, MEMORY], {
    env,
  });
  tap.child.stdin?.write(LIST);
  await tap.says(/"tools":\[/);
  return tap;
}

describe('without a collector', () => {
  test('a live session is read from its journal, and stays when its tap ends', async () => {
    await using tap = await record('early');
    const { sessions } = await runJson('ls');
    expect(sessions).toMatchObject([{ name: 'early', callCount: 1, openCount: 0 }]);
    expect((await run('rm', 'early')).stderr).toContain('[session-live]');
    tap.child.stdin?.end();
    expect(await tap.ended).toMatchObject({ code: 0 });
    const { stdout } = await run('show', sessions[0].id.slice(0, 12));
    expect(stdout).toMatch(/→ tools\/list[\s\S]*← tools\/list answer[\s\S]*■ exit 0/);
    expect(await runJson('status')).toEqual({ state, running: false });
    expect((await run('stop')).stderr).toContain('No collector runs.');
  });

  test('stuck names a call that nobody answered, with what shows it', async () => {
    const silent = 'process.stdin.resume()';
    await using tap = start([
      'tap',
      '--name',
      'mute',
      '--state',
      state,
      '--',
      process.execPath,
      '-e',
      silent,
    ]);
    tap.child.stdin?.write(LIST);
    await expect
      .poll(
        async () =>
          (await runJson('ls')).sessions.find((one: { name: string }) => one.name === 'mute')
            ?.openCount,
      )
      .toBe(1);
    const { code, stdout } = await run('stuck');
    const again =
      /Without the host: wiretape (.*) -- COMMAND\n/.exec(stdout)?.[1]?.split(' ') ?? [];
    const once = await wiretape([...again, '--state', state, '--', process.execPath, MEMORY]);
    expect(once.stdout).toContain('mute: 1 of 1 call sent, 1 answer compared.');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^mute · tools\/list · waiting .*\nThe server owes the next move.*\nEvidence: \w+:1/,
    );
    tap.child.stdin?.end();
    await tap.ended;
  });

  test('a session whose tap was killed has ended, and nobody owes a move', async () => {
    await using tap = await record('killed');
    tap.child.stdin?.write('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}');
    tap.child.kill('SIGKILL');
    await tap.ended;
    const { sessions } = await runJson('ls');
    const [killed] = sessions.filter(({ name }: { name: string }) => name === 'killed');
    expect(killed).toMatchObject({ phase: 'ended' });
    expect(await runJson('stuck')).toEqual({ stuck: [] });
    expect((await run('show', killed.id)).stdout).toMatch(/■ ended: tap-gone\n$/);
  });

  test('tail prints what comes, and not what was', async () => {
    await using tail = start(['tail', '--state', state]);
    await tail.says(/Ctrl-C ends/, 'stderr');
    await using tap = await record('followed');
    await tail.says(/followed .*← tools\/list answer/);
    tap.child.stdin?.end();
    await tap.ended;
    tail.child.kill('SIGINT');
    const { code, stdout } = await tail.ended;
    expect(code).toBe(0);
    expect(stdout).not.toContain('early');
  });
});

describe('with a collector', () => {
  test('open starts one, gives it the journals, and finds it again', async () => {
    const before = (await runJson('ls')).sessions;
    const { address } = await runJson('open', '--no-browser', '--port', '0');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    expect((await runJson('open', '--no-browser')).address).toBe(address);
    await expect.poll(() => readdir(join(state, 'journal'))).toEqual([]);
    const after = (await runJson('ls')).sessions;
    expect(after).toEqual(before);
    const status = await runJson('status');
    expect(status).toMatchObject({ running: true, sessionCount: before.length, liveCount: 0 });
    const page = await fetch(address.split('#')[0]);
    expect(page.status).toBe(200);
    expect((await run('serve')).stderr).toContain('[already-running]');
  });

  test('tail hears of new messages from it', async () => {
    await using tail = start(['tail', '--json', '--state', state]);
    await tail.says(/Ctrl-C ends/, 'stderr');
    await using tap = await record('live');
    const { sessions } = await runJson('ls');
    await tail.says(/"type":"message".*"method":"tools\/list"/);
    tap.child.stdin?.end();
    await tap.ended;
    await tail.says(/"type":"end"/);
    expect(sessions[0]).toMatchObject({ name: 'live', phase: 'ready' });
  });

  test('show, export, check and rm answer as without it', async () => {
    const [{ id }] = (await runJson('ls')).sessions;
    const file = join(folder.path, 'with.tape.jsonl');
    const shown = await run('show', id);
    await run('export', id, '-o', file);
    const checked = await run('check', id);
    expect((await run('stop')).stderr).toContain('is stopped.');
    expect(await run('show', id)).toEqual(shown);
    expect(await run('check', id)).toEqual(checked);
    expect((await run('export', id, '-o', '-')).stdout).toBe(await readFile(file, 'utf8'));
    expect(await runJson('rm', id)).toEqual({ removed: [id] });
    expect((await run('show', id)).stderr).toContain('[unknown-session]');
    const names = await readdir(join(state, 'store'));
    const bytes = await Promise.all(
      names.map((name) => readFile(join(state, 'store', name), 'latin1')),
    );
    expect(bytes.join('')).not.toContain(id);
  });
});

describe('open', () => {
  test('shows recordings, read only, and leaves the state folder alone', async () => {
    const file = join(folder.path, 'shown.tape.jsonl');
    const steps = [...opening(), client(toolCall(1, 'look')), ends()];
    await writeFile(file, writeRecording(tape('shown', steps)));
    const untouched = join(folder.path, 'untouched');
    await using open = start(['open', file, '--no-browser', '--state', untouched]);
    const [, address = '', token = ''] = await open.says(
      /^(http:\S+)\/#token=(\S+) {2}\(Ctrl-C ends\)$/m,
    );
    const authorization = { authorization: `Bearer ${token}` };
    const sessions = await fetch(`${address}/api/sessions`, { headers: authorization });
    expect(await sessions.json()).toMatchObject([{ name: 'shown', callCount: 2 }]);
    const status = await fetch(`${address}/api/status`, { headers: authorization });
    expect(await status.json()).toMatchObject({ readOnly: true });
    open.child.kill('SIGINT');
    expect(await open.ended).toMatchObject({ code: 0, stderr: '' });
    await expect(readdir(untouched)).rejects.toThrow('ENOENT');
  });

  test('gives its address, and nothing else, to the browser', async () => {
    const bin = join(folder.path, 'bin');
    const heard = join(folder.path, 'heard');
    await mkdir(bin);
    await writeFile(join(bin, 'xdg-open'), `#!/bin/sh\necho "$#:$1" > ${heard}\n`, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env['PATH']}`, DISPLAY: ':0' };
    const { stdout } = await wiretape(['open', '--state', state, '--port', '0'], { env });
    await expect.poll(() => readFile(heard, 'utf8').catch(() => '')).toBe(`1:${stdout}`);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
  });
});

test('wiretape alone says how things are, and the next step', async () => {
  const empty = join(folder.path, 'nothing');
  const { code, stdout } = await wiretape(['--state', empty]);
  expect({ code, stdout: stdout.replace(/^wiretape \S+/, 'wiretape') }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stdout": "wiretape
    No collector runs; taps record without one.
    No session is recorded yet.
    Next: wiretape demo
    ",
    }
  `);
  expect(await runJson()).toMatchObject({ next: 'wiretape open', waiting: 0 });
  await expect(readdir(empty)).rejects.toThrow('ENOENT');
});

test('wiretape token makes a token once, of the use that is named', async () => {
  await using own = await temporaryFolder();
  const token = (...words: string[]) => wiretape(['token', ...words, '--state', own.path]);
  const { stdout } = await token('write');
  expect(stdout).toMatch(/^[\w-]{43}\n$/);
  expect(JSON.parse((await token('write', '--json')).stdout)).toEqual({ token: stdout.trim() });
  expect((await token('read')).stdout).not.toBe(stdout);
  expect(await readFile(join(own.path, 'tokens/write'), 'utf8')).toBe(stdout.trim());
  expect((await stat(join(own.path, 'tokens/write'))).mode & 0o777).toBe(0o600);
  expect(await token('everything')).toMatchObject({ code: 2, stdout: '' });
});

describe('bad surroundings', () => {
  test('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as { port: number };
    const elsewhere = join(folder.path, 'elsewhere');
    for (const command of ['serve', 'open']) {
      const args = [command, '--port', String(port), '--state', elsewhere, '--json'];
      const { code, stdout } = await wiretape(args);
      expect({ code, error: JSON.parse(stdout).error.code }).toEqual({
        code: 2,
        error: 'port-in-use',
      });
    }
    other.close();
  });

  test('a state folder that cannot be written; traffic still passes', async () => {
    await writeFile(join(folder.path, 'file'), '');
    const unwritable = join(folder.path, 'file', 'state');
    for (const command of ['serve', 'demo', 'open']) {
      const { code, stderr } = await wiretape([command, '--state', unwritable]);
      expect({ command, code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('[unwritable-folder]'),
      });
    }
    await using tap = start(['tap', '--state', unwritable, '--', process.execPath, MEMORY]);
    tap.child.stdin?.end(LIST);
    await tap.says(/"tools":\[/);
    expect(await tap.ended).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/wiretape: .*record/),
    });
  });

  test('a collector.json whose process is gone is as good as none', async () => {
    const stale = join(folder.path, 'stale');
    await mkdir(stale);
    const about = { pid: 4_194_304, started: '1', address: 'http://127.0.0.1:9', version: '0' };
    await writeFile(join(stale, 'collector.json'), JSON.stringify(about));
    await chmod(stale, 0o700);
    const { stdout } = await wiretape(['status', '--json', '--state', stale]);
    expect(JSON.parse(stdout)).toEqual({ state: stale, running: false });
  });
});

test('a demo that is ended in the middle leaves nothing behind', async () => {
  const temporary = join(folder.path, 'temporary');
  await mkdir(temporary);
  await using demo = start(['demo'], { env: { TMPDIR: temporary } });
  await demo.says(/^A .*kept$/m);
  expect(await readdir(temporary)).toHaveLength(1);
  demo.child.kill('SIGTERM');
  expect(await demo.ended).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(temporary)).toEqual([]);
}, 90_000);

describe('wrong usage', () => {
  test.each([
    [['frobnicate'], 'unknown-command'],
    [['ls', '--frobnicate'], 'wrong-usage'],
    [['show'], 'wrong-usage'],
    [['show', 'nobody'], 'unknown-session'],
    [['check', 'nobody'], 'unknown-session'],
    [['export', 'nobody', '-o', 'x.tape.jsonl'], 'unknown-session'],
    [['rm', 'nobody'], 'unknown-session'],
    [['stuck', 'nobody'], 'unknown-session'],
    [['serve', '--port', '70000'], 'wrong-usage'],
    [['check', '--fail-on', 'sometimes'], 'wrong-usage'],
    [['tap'], 'no-command'],
    [['status', 'one', 'two'], 'wrong-usage'],
    [['help', 'nobody'], 'unknown-command'],
  ])('%j: %s, a hint, and 2', async (words, code) => {
    const empty = ['--state', join(folder.path, 'empty')];
    const { stdout, stderr, ...ended } = await wiretape([
      ...words,
      ...(['frobnicate', 'help'].includes(words[0] ?? '') ? [] : empty),
    ]);
    expect({ ...ended, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^wiretape: [A-Z].*\\. .*[.?] \\[${code}\\]\n$`));
    expect(stderr).not.toContain('..');
  });

  test('a command without one of its own: its help, a sentence, and 2', async () => {
    const { code, stdout, stderr } = await wiretape(['replay']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^Usage: wiretape replay [\s\S]*\n {2}server [\s\S]*\nwiretape: wiretape replay needs .*\. \[wrong-usage\]\n$/,
    );
    const asked = JSON.parse((await wiretape(['replay', '--json'])).stdout);
    expect(asked.error.code).toBe('wrong-usage');
  });

  test('a command that does not exist: 127, and the client sees the pipe close', async () => {
    const ran = await run('tap', '--', 'no-such-server-anywhere');
    expect(ran).toMatchObject({
      code: 127,
      stdout: '',
      stderr: expect.stringContaining('[command-not-found]'),
    });
  });
});

test('options before the command are options of the command', async () => {
  const here = ['--state', join(folder.path, 'before')];
  const state = { state: here[1], running: false };
  expect(JSON.parse((await wiretape(['--json', ...here, 'status'])).stdout)).toEqual(state);
  expect(JSON.parse((await wiretape([`--state=${here[1]}`, 'status', '--json'])).stdout)).toEqual(
    state,
  );
  expect(await wiretape([...here, '--json', 'tap', '--', 'cat'])).toMatchObject({ code: 2 });
  expect(JSON.parse((await wiretape([...here, '--json'])).stdout)).toMatchObject({
    state: here[1],
  });
});

test('a collector that hangs is told, and holds up nobody', async () => {
  const here = join(folder.path, 'hung');
  await using serving = start(['serve', '--port', '0', '--state', here]);
  await serving.says(/http/);
  serving.child.kill('SIGSTOP');
  const ran = await Promise.all(
    [['ls'], ['open', '--no-browser']].map((words) => wiretape([...words, '--state', here])),
  );
  for (const { code, stdout, stderr } of ran) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /did not answer: nothing came in 8 s\. wiretape stop.*\[collector-failed\]\n$/,
    );
  }
});

test('a state folder that is none, or may not be read, is not called empty', async () => {
  const file = join(folder.path, 'no-folder');
  await writeFile(file, '');
  for (const words of [['ls'], ['status'], []]) {
    const { code, stderr } = await wiretape([...words, '--state', file]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/cannot be read: .* \[unwritable-folder\]\n$/),
    ]);
  }
});
