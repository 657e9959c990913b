// What the opening entry says: the host, how the server was started, and what is left out of it.

import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { redactArgs } from '../../model/redact-args.ts';
import { isSecretName } from '../../model/secret-names.ts';
import { fileHash } from '../../tap/file-hash.ts';
import { type Ancestor, hostOf, lookByPs, lookInProc } from '../../tap/host.ts';
import { launchOf } from '../../tap/launch.ts';
import { packageOf, programFile } from '../../tap/package.ts';
import { serverName } from '../../tap/program.ts';
import { sha256, temporaryFolder } from './kit.ts';

/** Processes by their command lines, the first one the tap, each the child of the next. */
function ancestry(...commands: readonly string[]): (pid: number) => Ancestor | undefined {
  return (pid) => {
    const words = commands[pid - 1]?.split(' ');
    return words && { pid, parent: pid + 1, started: `start-${pid}`, words };
  };
}

describe('the host is the nearest ancestor that is no launcher', () => {
  test.each([
    [['node /w/dist/cli/main.js tap', 'claude'], 'claude'],
    [['tap', 'npm exec wiretape', 'sh -c wiretape', '/usr/bin/code --type=x'], 'code'],
    [['tap', 'npx', '/bin/bash -c x', 'zsh', 'uv run x', '/opt/Cursor/cursor'], 'cursor'],
    [
      [
        'tap',
        'node /usr/lib/node_modules/npm/bin/npx-cli.js -y wiretape',
        'node /opt/agent/gemini.js',
      ],
      'gemini',
    ],
    [
      ['tap', 'node --max-old-space-size=4096 -r ./x.cjs /opt/no-package/agent/index.js'],
      'agent/index',
    ],
    [['tap', '/usr/bin/python3 -u /home/me/run_agent.py'], 'run_agent'],
    [['tap', '-bash', 'sshd: me@pts/0'], 'sshd:'],
    [['tap', 'cmd.exe /c npx', 'C:\\Program'], 'Program'],
    [['tap', 'node', 'systemd'], 'node'],
    [['tap', 'sh', 'bash'], undefined],
    [['tap'], undefined],
  ])('%j: %s', (commands, name) => {
    expect(hostOf(1, ancestry(...commands))?.name).toBe(name);
  });

  test('a circle of parents ends', () => {
    expect(hostOf(1, (pid) => ({ pid, parent: pid, started: '', words: ['sh'] }))).toBeUndefined();
  });

  test('/proc and ps see the same ancestors', async () => {
    const look = await lookByPs(5000);
    const [proc, ps] = [lookInProc(process.pid), look?.(process.pid)];
    expect(ps).toMatchObject({
      pid: process.pid,
      parent: proc?.parent,
      started: expect.any(String),
    });
    expect(look?.(process.ppid)?.pid).toBe(process.ppid);
  });
});

describe('the package of a server', () => {
  async function install(folder: string, name: string, version: string): Promise<string> {
    const own = join(folder, 'node_modules', name);
    await mkdir(join(own, 'dist'), { recursive: true });
    await writeFile(join(own, 'package.json'), JSON.stringify({ name, version }));
    await writeFile(join(own, 'dist/index.js'), '');
    const lock = { packages: { [`node_modules/${name}`]: { version, integrity: 'sha512-x' } } };
    await writeFile(join(folder, 'node_modules/.package-lock.json'), JSON.stringify(lock));
    return join(own, 'dist/index.js');
  }

  test('is that of the script, of the linked command, or of what npx has fetched', async () => {
    const folder = await temporaryFolder();
    const script = await install(folder, '@scope/server', '1.2.3');
    const found = { name: '@scope/server', version: '1.2.3', integrity: 'sha512-x' };
    const environment = { HOME: folder, PATH: join(folder, 'bin') };
    expect(packageOf({ command: 'node', args: ['--inspect', script], environment })).toEqual(found);
    await mkdir(join(folder, 'bin'));
    await symlink(script, join(folder, 'bin/some-server'));
    expect(packageOf({ command: 'some-server', args: [], environment })).toEqual(found);

    // npx names its folder by the first 16 hex digits of the SHA-512 of what it was asked for.
    const hash = execFileSync('sha512sum', { input: '@scope/other' }).toString().slice(0, 16);
    await install(join(folder, '.npm/_npx', hash), '@scope/other', '2.0.0');
    const npx = (...args: string[]) => packageOf({ command: '/usr/bin/npx', args, environment });
    expect(npx('-y', '@scope/other')).toEqual({
      name: '@scope/other',
      version: '2.0.0',
      integrity: 'sha512-x',
    });
    expect(npx('-y', '@scope/unseen@3.1.4')).toEqual({ name: '@scope/unseen', version: '3.1.4' });
    expect(npx('-y', '@scope/unseen@latest')).toBeUndefined();
    expect(npx()).toBeUndefined();
  });

  test.each([
    ['npx', ['-y', '@modelcontextprotocol/server-memory@2026.8.31'], 'server-memory'],
    ['npx.cmd', ['--package=some-server', 'run'], 'some-server'],
    ['/usr/bin/node', ['/x/notes.mjs', '--port', '1'], 'notes'],
    ['python3', ['-m', 'server'], 'python3'],
    ['node', ['/x/weather/dist/index.js'], 'weather'],
    ['node', ['C:\\\\x\\\\weather\\\\build\\\\index.js'], 'weather'],
    ['node', ['/x/node_modules/@scope/notes-mcp/dist/src/cli.js', '-v'], 'notes-mcp'],
    ['node', ['./dist/../index.js'], 'index'],
    ['/opt/bin/jira-mcp', [], 'jira-mcp'],
  ])('%s %j is called %s when nobody names it', (command, args, name) => {
    expect(serverName(command, args)).toBe(name);
  });
});

describe('the file that a command runs', () => {
  test('is the script, the program on PATH, or the command of the package that npx has', async () => {
    const folder = await temporaryFolder();
    const own = join(folder, '.npm/_npx');
    const bin = join(folder, 'bin');
    const environment = { HOME: folder, PATH: bin };
    await mkdir(bin);
    for (const name of ['serve.mjs', '.env', 'serve', 'uvx'])
      await writeFile(join(bin, name), name);
    await symlink(join(bin, 'serve.mjs'), join(bin, 'linked'));
    const run = (command: string, ...args: string[]) =>
      programFile({ command, args, environment })?.slice(folder.length + 1);
    expect(run('node', '--env-file', '.env', join(bin, 'serve.mjs'))).toBe('bin/serve.mjs');
    expect(run('node', '--unknown', join(bin, '.env'))).toBeUndefined();
    expect(run('python3', '-m', 'server')).toBeUndefined();
    expect(run('serve')).toBe('bin/serve');
    expect(run(join(bin, 'linked'))).toBe('bin/serve.mjs');
    expect(run('uvx', 'server')).toBeUndefined();
    expect(run('gone')).toBeUndefined();

    const install = async (spec: string, manifest: object) => {
      const hash = execFileSync('sha512sum', { input: spec }).toString().slice(0, 16);
      const at = join(own, hash, 'node_modules', '@a/b');
      await mkdir(at, { recursive: true });
      await writeFile(join(at, 'package.json'), JSON.stringify({ version: '1.0.0', ...manifest }));
      await writeFile(join(at, 'main.js'), '');
      await writeFile(join(at, 'b.js'), '');
      return at.slice(folder.length + 1);
    };
    const one = await install('@a/b', { bin: './main.js' });
    expect(run('npx', '-y', '@a/b', 'x')).toBe(`${one}/main.js`);
    const two = await install('@a/b@1.0.0', { bin: { other: 'main.js', b: 'b.js' } });
    expect(run('npm', 'exec', '@a/b@1.0.0')).toBe(`${two}/b.js`);
    expect(run('npx', '--package=@a/b@1.0.0', 'other')).toBe(`${two}/main.js`);
    expect(run('npx', '-p', '@a/b@1.0.0', '-c', 'x')).toBeUndefined();
    expect(run('npx', '-y', '@a/unseen')).toBeUndefined();
  });

  test('is hashed whole up to 32 MiB, and a pipe is never read', async () => {
    const folder = await temporaryFolder();
    const bytes = Buffer.alloc(1_000_003, 'wiretape');
    await writeFile(join(folder, 'file'), bytes);
    expect(await fileHash(join(folder, 'file'))).toBe(sha256(bytes));
    await truncate(join(folder, 'file'), (32 << 20) + 1);
    expect(await fileHash(join(folder, 'file'))).toBeUndefined();
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
    expect(await fileHash(join(folder, 'pipe'))).toBeUndefined();
    await expect(fileHash(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});

test('arguments keep everything but their secrets', () => {
  const clean = (text: string) => ({ text: text.replace('ghp_x', '<secret:github:0>'), count: 0 });
  const hash = (secret: string): string => String(secret.length);
  const redacted = (...args: string[]) => redactArgs(args, { clean, hash, isSecretName });
  expect(redacted('-y', '--port', '80', '/tmp', '--verbose')).toEqual([
    '-y',
    '--port',
    '80',
    '/tmp',
    '--verbose',
  ]);
  expect(redacted('--token', 'abc', 'x')).toEqual(['--token', '<secret:argument:3>', 'x']);
  expect(redacted('--token', '--port', '80')).toEqual(['--token', '--port', '80']);
  expect(redacted('--api-key=abc', 'DB_PASSWORD=xyz')).toEqual([
    '--api-key=<secret:argument:3>',
    'DB_PASSWORD=<secret:argument:3>',
  ]);
  expect(redacted('Authorization: Basic abc', 'X-Api-Key:k')).toEqual([
    'Authorization: <secret:argument:9>',
    'X-Api-Key:<secret:argument:1>',
  ]);
  expect(redacted('https://x.example/?a=1&access_token=t#f')).toEqual([
    'https://x.example/?a=1&access_token=<secret:argument:1>#f',
  ]);
  expect(redacted('ghp_x')).toEqual(['<secret:github:0>']);
});

describe('the environment', () => {
  const launch = (cwd: string, environment: Record<string, string>) => {
    const before = process.cwd();
    process.chdir(cwd);
    try {
      const clean = (text: string) => ({ text, count: 0 });
      const hash = (value: string) => value;
      const program = { command: 'server', args: [], environment };
      return launchOf(program, { clean, hash, isSecretName }).env;
    } finally {
      process.chdir(before);
    }
  };

  test('a relative path is another file in another folder, an absolute one and a word are not', () => {
    const environment = { NOTES_FILE: 'n.json', DATA_DIR: '/data', MODE: 'fast' };
    const [here, there] = [launch('/', environment), launch('/tmp', environment)];
    expect(here).toEqual({ NOTES_FILE: '#/n.json', DATA_DIR: '#/data', MODE: '#fast' });
    expect(there).toEqual({ ...here, NOTES_FILE: '#/tmp/n.json' });
  });
});
