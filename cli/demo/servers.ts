/**
 * The released servers that the demo runs, at the versions whose behaviour it was made for. In a
 * checkout they are development dependencies; installed, they are fetched once.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import spawn from 'cross-spawn';
import { isObject, parseJson, textMember } from '../../model/json.ts';
import { UserError } from '../error.ts';
import { remark } from '../terminal.ts';
import type { Connection } from './scenarios.ts';

/** The same versions as in package.json, where they are development dependencies. */
export const PINNED = {
  '@modelcontextprotocol/server-memory': '2026.8.31',
  '@modelcontextprotocol/server-filesystem': '2026.8.31',
  '@modelcontextprotocol/sdk': '1.32.2',
} as const;

const PACKAGE_OF = {
  memory: '@modelcontextprotocol/server-memory',
  filesystem: '@modelcontextprotocol/server-filesystem',
} as const;

/** How the server of a connection is started; `around` stands before the tap's own command. */
export interface DemoServer {
  readonly command: readonly string[];
  readonly around: readonly string[];
  /** How it is started to prove what it loses; undefined: that is not tried. */
  readonly explored?: readonly string[];
}

export interface DemoServers {
  /** For people: names and versions. */
  readonly title: string;
  /** The file from which hosts find the SDK. */
  readonly sdk: string;
  serverOf(connection: Connection, folder: string): DemoServer;
}

/** The released servers; fetched into `keep` when they are not beside this package. */
export async function releasedServers(keep: string): Promise<DemoServers> {
  const here = fileURLToPath(import.meta.url);
  if (isComplete(here)) return serversFrom(here);
  const folder = join(keep, 'demo-servers', Object.values(PINNED).join('_'));
  const from = join(folder, 'from.js');
  if (!isComplete(from)) await fetchInto(folder);
  return serversFrom(from);
}

function serversFrom(from: string): DemoServers {
  const entries = { memory: entryOf('memory', from), filesystem: entryOf('filesystem', from) };
  const versions = Object.entries(PACKAGE_OF).map(([name, full]) => `${name} ${PINNED[full]}`);
  return {
    title: versions.join(', '),
    sdk: from,
    serverOf({ server }, folder) {
      const place = server === 'filesystem' ? [folder] : [];
      const command = [process.execPath, entries[server], ...place];
      return { command, around: [], explored: command };
    },
  };
}

/** Whether all packages are found from a file, at the pinned versions. */
function isComplete(from: string): boolean {
  return Object.entries(PINNED).every(([name, version]) => {
    const folder = packageFolder(name, from);
    return folder !== undefined && textMember(manifestOf(folder), 'version') === version;
  });
}

function packageFolder(name: string, from: string): string | undefined {
  const places = createRequire(from).resolve.paths(name) ?? [];
  return places
    .map((place) => join(place, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

function manifestOf(folder: string): unknown {
  const parsed = parseJson(readFileSync(join(folder, 'package.json'), 'utf8'));
  return parsed.ok ? parsed.value : undefined;
}

function entryOf(server: Connection['server'], from: string): string {
  const folder = packageFolder(PACKAGE_OF[server], from) ?? '';
  const manifest = manifestOf(folder);
  const bin = isObject(manifest) ? manifest['bin'] : undefined;
  const [path] = isObject(bin) ? Object.values(bin) : [bin];
  return join(folder, String(path));
}

/** Installs the packages beside their place and moves them there, so that no half of them stays. */
async function fetchInto(folder: string): Promise<void> {
  const packages = Object.entries(PINNED).map(([name, version]) => `${name}@${version}`);
  remark(`fetching ${packages.join(', ')} once, into ${folder}`);
  const beside = `${folder}.${process.pid}.part`;
  mkdirSync(beside, { recursive: true, mode: 0o700 });
  const failure = await install(packages, beside);
  if (failure !== undefined) {
    rmSync(beside, { recursive: true, force: true });
    const detail = `npm could not fetch the servers of the demo: ${failure}.`;
    const hint = 'It needs the network once; or run it in a checkout.';
    throw new UserError('no-servers', detail, hint);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(beside, folder);
}

/** Why it failed, or undefined. No script of a package is run. */
async function install(packages: readonly string[], folder: string): Promise<string | undefined> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--ignore-scripts', '--no-save', ...quiet, '--prefix', folder];
  const child = spawn('npm', [...args, ...packages], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(0, 4000);
  });
  const [end] = await once(child, 'close').catch((error: Error) => [error.message]);
  if (end === 0) return undefined;
  // The first thing that npm says which is a sentence and no code.
  const reason = /^npm error (?!code |errno |syscall )(.+?)\.?$/m.exec(said)?.[1];
  return reason ?? `npm ended with ${end}`;
}
