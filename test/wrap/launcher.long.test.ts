// A wrapped server answers a real client whatever became of wiretape, and ends as it would unwrapped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { windowsProgram } from '../../tap/wrap/launcher.ts';
import { wiretape } from '../cli/wiretape.ts';
import { type Installed, installed, memory, sessionsOf, useServer } from './installed.ts';

/** What a launcher loads of the package. */
const ENTRY = 'dist/tap/wrap/entry.js';

test('with wiretape in place, the session is recorded under the name of the server', async () => {
  await using here = await installed();
  const notes = await here.wrapped(process.execPath, [memory]);
  expect(notes.args[0]).toBe(join(here.state, 'wiretape-launcher.mjs'));
  expect(await useServer(notes, here.env)).toEqual([]);
  expect(await sessionsOf(here)).toMatchObject([{ name: 'notes' }]);
});

test('an entry that an earlier version wrapped is recorded, is told of, and is unwrapped whole', async () => {
  await using here = await installed();
  const { args, ...notes } = await here.wrapped(process.execPath, [memory]);
  const at = args.indexOf('--entry');
  const older = { ...notes, args: [...args.slice(0, at), ...args.slice(at + 2)] };
  const config = join(here.env.HOME, '.cursor/mcp.json');
  await writeFile(config, JSON.stringify({ mcpServers: { notes: older } }));
  const run = async (...words: string[]) => {
    const { stdout } = await wiretape([...words, '--json'], { env: here.env });
    return JSON.parse(stdout);
  };
  expect((await run()).hosts).toMatchObject([{ host: 'cursor', uptake: 'waiting' }]);
  expect(await useServer(older, here.env)).toEqual([]);
  expect((await run()).hosts).toMatchObject([{ host: 'cursor', uptake: 'seen' }]);
  // Wrapped again it says which entry it is, and so waits again.
  expect((await run('wrap', 'notes')).wrapped).toMatchObject([{ name: 'notes' }]);
  expect(JSON.parse(await readFile(config, 'utf8')).mcpServers.notes.args).toEqual(args);
  expect((await run()).hosts).toMatchObject([{ host: 'cursor', uptake: 'waiting' }]);
  await run('unwrap');
  const bare = { ...notes, command: process.execPath, args: [memory] };
  expect(JSON.parse(await readFile(config, 'utf8')).mcpServers.notes).toEqual(bare);
});

describe('the server works and one line says that nothing is recorded, when', () => {
  const broken: readonly (readonly [
    what: string,
    breakIt: (here: Installed) => Promise<void>,
    line: RegExp,
  ])[] = [
    [
      'the package is gone',
      ({ root }) => rm(root, { recursive: true }),
      /^wiretape: notes runs without being recorded, since wiretape could not start \(Cannot find module .*\)\.$/,
    ],
    [
      'the tap throws when it is loaded',
      ({ root }) => writeFile(join(root, ENTRY), 'throw new Error("broken\\nhere");'),
      /could not start \(broken here\)\.$/,
    ],
    [
      'the tap is no longer what it was',
      ({ root }) => writeFile(join(root, ENTRY), 'export const other = 1;'),
      /could not start \(start is not a function\)\.$/,
    ],
    [
      'the tap fails before the server runs',
      ({ root }) =>
        writeFile(join(root, ENTRY), 'export async function start() { throw new Error("no"); }'),
      /could not start \(no\)\.$/,
    ],
    [
      'the state folder cannot be written',
      async ({ state }) => {
        // Modes do not stop root, who may run these tests; a file where a folder belongs does.
        await writeFile(join(state, 'journal'), '');
        await mkdir(join(state, 'key'));
      },
      /^wiretape: Nothing is recorded: .* cannot be written .*\[unwritable-folder\]$/,
    ],
  ];

  test.each(broken)('%s', async (_, breakIt, line) => {
    await using here = await installed();
    const notes = await here.wrapped(process.execPath, [memory]);
    await breakIt(here);
    expect(await useServer(notes, here.env)).toEqual([expect.stringMatching(line)]);
  });
});

test('a Node that is gone is said, and wrapping again puts another in its place', async () => {
  await using here = await installed();
  const node = join(here.path, 'node');
  await copyFile(process.execPath, node);
  const notes = await here.wrapped(process.execPath, [memory], node);
  expect(notes.command).toBe(node);
  await rm(node);
  await expect(useServer(notes, here.env)).rejects.toThrow('ENOENT');

  const { stdout: overview } = await wiretape([], { env: here.env });
  expect(overview).toContain('notes in Cursor cannot start: the Node that it names is gone.');
  expect(overview).toContain('Next: wiretape wrap notes');
  const { stdout: listed } = await wiretape(['wrap'], { env: here.env });
  expect(listed).toContain('its Node is gone: wrap it again, or unwrap it');
  expect((await wiretape(['wrap', 'notes'], { env: here.env })).code).toBe(0);
  expect(await useServer(await here.read(), here.env)).toEqual([]);
  expect(await sessionsOf(here)).toMatchObject([{ name: 'notes' }]);
  expect((await wiretape([], { env: here.env })).stdout).not.toContain('cannot start');
});

interface End {
  readonly what: string;
  readonly script: string;
  readonly signal?: NodeJS.Signals;
}

const STAYS = 'setInterval(() => {}, 1000); console.log("up")';

const ends: readonly End[] = [
  { what: 'an exit code', script: 'process.exit(7)' },
  { what: 'a signal that kills', script: 'process.kill(process.pid, "SIGKILL")' },
  {
    what: 'the end of its input',
    script: 'process.stdin.resume().on("end", () => process.exit(3))',
  },
  { what: 'SIGTERM', script: STAYS, signal: 'SIGTERM' },
  {
    what: 'SIGTERM that it takes itself',
    script: `process.on("SIGTERM", () => process.exit(4)); ${STAYS}`,
    signal: 'SIGTERM',
  },
];

describe.each(['with the tap', 'without the tap'])('%s', (which) => {
  let here: Installed;
  let before: readonly string[] = [];

  beforeAll(async () => {
    here = await installed();
    const { args } = await here.wrapped(process.execPath, []);
    before = args;
    if (which === 'without the tap') await rm(here.root, { recursive: true });
  });

  afterAll(() => here[Symbol.asyncDispose]());

  test.each(ends)('a server ends as unwrapped by $what', async ({ script, signal }) => {
    const end = async (...words: string[]) => {
      const stdio = ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'];
      const child = spawn(process.execPath, words, { env: here.env, stdio });
      if (signal) {
        await once(child.stdout, 'data');
        child.kill(signal);
      } else child.stdin.end();
      return await once(child, 'close');
    };
    expect(await end(...before, '-e', script)).toEqual(await end('-e', script));
  });

  test('one process stands between a client and its server', async () => {
    const words = [...before, '-e', 'console.log(process.ppid)'];
    const child = spawn(process.execPath, words, { env: here.env, stdio: 'pipe' });
    const [parent] = await once(child.stdout, 'data');
    await once(child, 'close');
    expect(Number(String(parent))).toBe(child.pid);
  });
});

describe('without the tap, on Windows', () => {
  const files = ['C:\\node\\npx.cmd', 'C:\\node\\node.exe', 'C:\\a b\\run.bat'];
  const env = {
    Path: 'C:\\other;C:\\node',
    PATHEXT: '.COM;.EXE;.BAT;.CMD',
    ComSpec: 'C:\\cmd.exe',
  };
  const system = {
    env,
    exists: (path: string) => files.includes(path.replace(/\.\w+$/, (end) => end.toLowerCase())),
  };

  test.each([
    ['node', ['a b.js'], 'C:\\node\\node.EXE', ['a b.js']],
    ['cmd', ['/c', 'npx', '-y', 'x'], 'cmd', ['/c', 'npx', '-y', 'x']],
    [
      'npx',
      ['-y', 'a b', 'q"\\"', '%PATH%&calc', 'end\\'],
      'C:\\cmd.exe',
      [
        '/d',
        '/s',
        '/c',
        '"C:\\node\\npx.CMD ^"-y^" ^"a^ b^" ^"q\\^"\\\\\\^"^" ^"^%PATH^%^&calc^" ^"end\\\\^""',
      ],
    ],
    ['C:\\a b\\run.bat', [], 'C:\\cmd.exe', ['/d', '/s', '/c', '"C:\\a^ b\\run.bat"']],
  ])('%s %j', (command, args, file, words) => {
    expect(windowsProgram(command, args, system)).toEqual({
      file,
      words,
      verbatim: file === 'C:\\cmd.exe',
    });
  });
});
