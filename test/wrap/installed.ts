/** A user's machine in a folder: wiretape installed there, one server in a configuration, a real client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'vitest';
import { ROOT, temporaryFolder, wiretape } from '../cli/wiretape.ts';

export const memory = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-memory/dist/index.js',
);

export interface Entry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export type Home = Awaited<ReturnType<typeof home>>;

/** A home of its own, without wiretape. */
export async function home() {
  const folder = await temporaryFolder();
  const config = join(folder.path, '.cursor/mcp.json');
  await mkdir(join(folder.path, '.cursor'));
  const read = async () => JSON.parse(await readFile(config, 'utf8')).mcpServers.notes as Entry;
  return {
    path: folder.path,
    state: join(folder.path, '.local/state/wiretape'),
    env: { HOME: folder.path, PATH: process.env['PATH'] ?? '' },
    /** Lets a program of the user wrap a command, and gives the one that stands there then. */
    async wrappedBy(
      [program = '', ...words]: readonly string[],
      command: string,
      args: readonly string[],
    ): Promise<Entry> {
      const entry = { command, args, env: { MEMORY_FILE_PATH: join(folder.path, 'memory.json') } };
      await writeFile(config, JSON.stringify({ mcpServers: { notes: entry } }));
      const { env } = this;
      const stdio = ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'];
      const child = spawn(program, [...words, 'wrap', 'notes'], { env, stdio });
      expect(await once(child, 'close')).toEqual([0, null]);
      return await read();
    },
    read,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

export type Installed = Awaited<ReturnType<typeof installed>>;

/** A home with a copy of the built package that may be broken. */
export async function installed() {
  const here = await home();
  const root = join(here.path, 'package');
  await cp(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(root, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const main = join(root, 'dist/cli/main.js');
  return {
    ...here,
    root,
    /** Wraps with a Node, and gives the command that stands in the configuration then. */
    wrapped: (command: string, args: readonly string[], node: string = process.execPath) =>
      here.wrappedBy([node, main], command, args),
  };
}

/** A real client creates an entity and reads it back; gives what wiretape said meanwhile. */
export async function useServer(
  { command, args, env }: Entry,
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...environment, ...env },
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

export async function sessionsOf({ state, env }: Pick<Home, 'state' | 'env'>) {
  const { stdout } = await wiretape(['ls', '--json', '--state', state], { env });
  return JSON.parse(stdout).sessions as readonly {
    readonly name: string;
    readonly calls: number;
  }[];
}
