// A wrapped server answers a real client whatever became of wiretape, and ends as it would unwrapped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { windowsProgram } from '../../tap/wrap/launcher.ts';
import { ROOT, temporaryFolder, wiretape } from '../cli/wiretape.ts';

const memory = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-memory/dist/index.js',
);

/** A home of its own, and a copy of the built package that may be broken. */
async function installed() {
  const folder = await temporaryFolder();
  const root = join(folder.path, 'package');
  await cp(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(root, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const config = join(folder.path, '.cursor/mcp.json');
  const state = join(folder.path, '.local/state/wiretape');
  const env = { HOME: folder.path, PATH: process.env['PATH'] ?? '' };
  await mkdir(join(folder.path, '.cursor'));
  return {
    root,
    state,
    env,
    /** Wraps a command, and gives the one that stands in the configuration then. */
    async wrapped(command: string, args: readonly string[]) {
      const entry = { command, args, env: { MEMORY_FILE_PATH: join(folder.path, 'memory.json') } };
      await writeFile(config, JSON.stringify({ mcpServers: { notes: entry } }));
      const main = join(root, 'dist/cli/main.js');
      const child = spawn(process.execPath, [main, 'wrap', 'notes'], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      return JSON.parse(await readFile(config, 'utf8')).mcpServers.notes as typeof entry;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

type Installed = Awaited<ReturnType<typeof installed>>;

/** A real client creates an entity and reads it back. */
async function useServer(
  { command, args, env }: Awaited<ReturnType<Installed['wrapped']>>,
  home: Readonly<Record<string, string>>,
) {
  const environment = { ...home, ...env };
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: environment,
    stderr: 'pipe',
  });
  const said: string[] = [];
  transport.stderr?.on('data', (chunk) => said.push(String(chunk)));
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  const entities = [{ name: 'it works', entityType: 'test', observations: [] }];
  await client.callTool({ name: 'create_entities', arguments: { entities } });
  const graph = await client.callTool({ name: 'read_graph', arguments: {} });
  await client.close();
  expect(JSON.stringify(graph)).toContain('it works');
  return said
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('wiretape: '));
}

async function sessionsOf({ state, env }: Installed) {
  const { stdout } = await wiretape(['ls', '--json', '--state', state], { env });
  return JSON.parse(stdout).sessions as readonly {
    readonly name: string;
    readonly calls: number;
  }[];
}

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
      ({ root }) =>
        writeFile(
          join(root, 'dist/tap/stdio.js'),
          'export const tapStdio = 1; throw new Error("broken\\nhere");',
        ),
      /could not start \(broken here\)\.$/,
    ],
    [
      'the tap is no longer what it was',
      ({ root }) => writeFile(join(root, 'dist/tap/stdio.js'), 'export const other = 1;'),
      /could not start \(The requested module .* does not provide an export named 'tapStdio'\)\.$/,
    ],
    [
      'the tap fails before the server runs',
      ({ root }) =>
        writeFile(
          join(root, 'dist/tap/stdio.js'),
          'export async function tapStdio() { throw new Error("no"); }',
        ),
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
