// Invariant: a tapped server starts, ends, dies and is killed as it would be without a tap.
// Each way is run twice, with and without, and the two must not differ.

import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { blame } from '../../analysis/index.ts';
import type { ExitEntry, StderrEntry } from '../../model/entry.ts';
import { viewsOf } from '../../model/view.ts';
import {
  inOrder,
  isAlive,
  journal,
  journals,
  outcome,
  run,
  server,
  sha256,
  start,
  tapped,
  temporaryFolder,
  until,
} from './kit.ts';

const WAYS = [
  'exit 0',
  'exit 3',
  'throws',
  'SIGTERM',
  'SIGKILL',
  'SIGSEGV',
  'large last answer',
  'no last LF',
  'stderr flood',
  'ends at EOF',
  'closes stdout first',
] as const;

describe('with and without a tap the same', () => {
  test.each(WAYS)('%s', async (way) => {
    const state = await temporaryFolder();
    const command = server('ends', way);
    const [plain, through] = [await run(command), await run(await tapped(command, { state }))];
    expect(summary(through)).toEqual(summary(plain));
    const exit = (await journal(state)).entries.find(
      (entry): entry is ExitEntry => entry.type === 'exit',
    );
    expect({ code: exit?.code, signal: exit?.signal }).toEqual({
      code: plain.code,
      signal: plain.signal,
    });
  });

  test.each(
    (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).flatMap((signal) =>
      ['handles signals', 'dies of signals'].map((way) => [signal, way] as const),
    ),
  )('%s from outside: the server %s', async (signal, way) => {
    const ended = async (command: readonly string[]) => {
      const child = start(command);
      const end = outcome(child);
      while (!String(await once(child.stdout, 'data')).includes('ready'));
      child.kill(signal);
      return summary(await end);
    };
    const state = await temporaryFolder();
    const command = server('ends', way);
    expect(await ended(await tapped(command, { state }))).toEqual(await ended(command));
  });
});

function summary({ code, signal, stdout, stderr }: Awaited<ReturnType<typeof run>>) {
  // Node names its own process in the words of a crash.
  const words = stderr.toString().replaceAll(/Node\.js v.*|at .*/g, '');
  return {
    code,
    signal,
    stdout: sha256(stdout),
    size: stdout.length,
    stderr: sha256(Buffer.from(words)),
  };
}

test('standard error is recorded by line, as far as it goes after 200 ms, without a secret in two halves', async () => {
  const state = await temporaryFolder();
  const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB';
  // Each part is written when the one before it stands in the journal.
  const script = `
    const parts = ['and ${token.slice(0, 20)}', '${token.slice(20)} done\\nlast'];
    process.stderr.write('one\\ntwo\\nEnter a name: ');
    process.stdin.on('data', () => process.stderr.write(parts.shift()));`;
  const child = start(await tapped([process.execPath, '-e', script], { state }));
  const ended = outcome(child);
  const stderrEntries = async (): Promise<StderrEntry[]> =>
    (await journals(state))
      .flatMap(({ entries }) => entries)
      .filter((entry): entry is StderrEntry => entry.type === 'stderr');
  for (const part of ['Enter a name: ', 'and ']) {
    await until(async () => (await stderrEntries()).some(({ text }) => text === part));
    child.stdin.write('go\n');
  }
  child.stdin.end();
  await ended;
  const said = await stderrEntries();
  expect(
    said.map(({ text, partial }) => [text.replace(/[0-9a-f]{8}>/, 'HASH>'), partial === true]),
  ).toEqual([
    ['one', false],
    ['two', false],
    ['Enter a name: ', true],
    ['and ', true],
    ['<secret:github:HASH> done', false],
    ['last', true],
  ]);
});

test('a private key printed line by line on either output is not recorded', async () => {
  const state = await temporaryFolder();
  const key = [
    '-----BEGIN RSA PRIVATE KEY-----',
    'MIIEowIBAAKCAQEAcanary0',
    'b2canary1',
    '-----END RSA PRIVATE KEY-----',
  ];
  const script = `for (const out of [process.stdout, process.stderr]) out.write(${JSON.stringify(`a\n${key.join('\n')}\nb\n`)})`;
  const { stdout } = await run(await tapped([process.execPath, '-e', script], { state }));
  expect(stdout.toString()).toContain('canary1');
  const { lines } = await journal(state);
  expect(lines.filter((line) => line.includes('canary'))).toEqual([]);
  expect(lines.filter((line) => /"text":"[ab]"/.test(line))).toHaveLength(4);
});

test('a reader that stalls holds up its own direction only, and loses nothing', async () => {
  const state = await temporaryFolder();
  const size = 30_000_000;
  const command = ['sh', '-c', `head -c ${size} /dev/zero & cat >&2; wait`];
  const child = start(await tapped(command, { state }));
  child.stdout.pause();
  for (const word of ['one', 'two', 'three']) {
    child.stdin.write(`${word}\n`);
    const heard = new Promise((resolve) =>
      child.stderr.once('data', (chunk) => resolve(String(chunk))),
    );
    expect(await heard).toBe(`${word}\n`);
  }
  child.stdin.end();
  let read = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  child.stdout.resume();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ read, code }).toEqual({ read: size, code: 0 });
});

test('a server that takes no bytes is known by its full pipe, until it takes again', async () => {
  const state = await temporaryFolder();
  const go = join(state, 'go');
  const command = [
    'sh',
    '-c',
    'while [ ! -e "$1" ]; do sleep 0.1; done; cat > /dev/null',
    'sh',
    go,
  ];
  const child = start(await tapped(command, { state }));
  const params = { name: 'write', arguments: { text: 'x'.repeat(400_000) } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`);
  const causes = async (): Promise<string[]> => {
    const [view] = viewsOf((await journals(state)).flatMap(({ entries }) => entries));
    return view ? blame(view, view.session.lastAt).map(({ cause }) => cause) : [];
  };
  await until(async () => (await causes()).includes('pipe-full'));
  await writeFile(go, '');
  await until(async () => (await causes()).includes('not-started'));
  child.stdin.end();
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
});

test('a client that stops reading is felt by the server as without a tap', async () => {
  const state = await temporaryFolder();
  const script = `
    process.stdout.on('error', (error) => { process.stderr.write(error.code); process.exit(6); });
    setInterval(() => process.stdout.write('{"a":1}\\n'), 20);`;
  const child = start(await tapped([process.execPath, '-e', script], { state }));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.destroy();
  const [code, said] = await Promise.all([
    new Promise((resolve) => child.on('exit', resolve)),
    new Promise((resolve) => child.stderr.once('data', (chunk) => resolve(String(chunk)))),
  ]);
  // A socket that is closed with bytes unread resets; a pipe breaks.
  expect({ code, said }).toEqual({ code: 6, said: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) });
});

describe('what cannot be done is said in one line, on stderr, and the traffic passes', () => {
  test('a command that does not exist: 127, and the client sees its pipe close', async () => {
    const state = await temporaryFolder();
    const { code, stdout, stderr } = await run(await tapped(['no-such-command', 'x'], { state }));
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 127, stdout: '' });
    expect(stderr.toString()).toBe(
      'wiretape: The command no-such-command was not found. Check its name and PATH. [command-not-found]\n',
    );
    const { entries } = await journal(state);
    expect(inOrder(entries).map(({ type }) => type)).toEqual(['session', 'note', 'exit', 'end']);
  });

  test('a command that may not be run: 126', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'data.txt');
    await writeFile(file, 'no program');
    await chmod(file, 0o644);
    const { code, stderr } = await run(await tapped([file], { state: join(folder, 'state') }));
    expect({ code, lines: stderr.toString().split('\n').length }).toEqual({ code: 126, lines: 2 });
  });

  test('a state folder that cannot be written', async () => {
    const folder = await temporaryFolder();
    const state = join(folder, 'state');
    await writeFile(state, 'a file where a folder should be');
    const { code, stdout, stderr } = await run(await tapped(['cat'], { state }), {
      input: 'hello\n',
    });
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'hello\n' });
    expect(stderr.toString()).toMatch(
      /^wiretape: Nothing is recorded: .*--state DIR\. \[unwritable-folder\]\n$/,
    );
    expect(await readFile(state, 'utf8')).toBe('a file where a folder should be');
  });

  test('a journal folder that is a link to somewhere else', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'elsewhere'));
    const { symlink } = await import('node:fs/promises');
    await symlink(join(folder, 'elsewhere'), join(folder, 'journal'));
    const { stdout, stderr } = await run(await tapped(['cat'], { state: folder }), {
      input: 'hello\n',
    });
    expect(stdout.toString()).toBe('hello\n');
    expect(stderr.toString()).toContain('[unwritable-folder]');
    expect(await journals(join(folder))).toEqual([]);
  });
});

test('told to end, the tap leaves no process of the server behind', async () => {
  const state = await temporaryFolder();
  // The shell dies of the signal without handing it on, as npx may.
  const command = ['sh', '-c', `"$0" "$@" & wait`, ...server('echo', '--stay')];
  const child = start(await tapped(command, { state }));
  const said = await new Promise<string>((resolve) =>
    child.stderr.once('data', (chunk) => resolve(String(chunk))),
  );
  const pids = said.split(' ').slice(1).map(Number);
  expect(pids).toHaveLength(2);
  const ended = outcome(child);
  child.kill('SIGTERM');
  expect((await ended).signal).toBe('SIGTERM');
  for (const pid of pids) await until(async () => !(await isAlive(pid)), 5000);
});

test('a server that dies of SIGPIPE, which Node ignores: so does the tap', async () => {
  const state = await temporaryFolder();
  const { code, signal } = await run(await tapped(['sh', '-c', 'kill -PIPE $$'], { state }));
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGPIPE' });
});
