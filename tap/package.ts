/**
 * Which package a server is: read from the nearest package.json of its program, or of what npx is
 * about to run. Files of ours to read only; nothing is run and nothing is asked over the network.
 */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import process from 'node:process';
import type { Package } from '../model/entry.ts';
import { isObject, parseJson, textMember } from '../model/json.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Environment;
}

/** The package of a program, when the files at hand tell. */
export function packageOf({ command, args, environment }: Program): Package | undefined {
  const name = programName(command);
  const runner = name === 'npx' || (name === 'npm' && args[0] === 'exec');
  if (runner) return runByNpx(name === 'npm' ? args.slice(1) : args, environment);
  const entry = isInterpreter(name) ? scriptOf(args) : onPath(command, environment);
  return entry === undefined ? undefined : packageAround(entry);
}

/** `node` for `/usr/bin/node`, `npx` for `C:\…\npx.cmd`. */
export function programName(command: string): string {
  return basename(command.replaceAll('\\', '/')).replace(/\.(?:exe|cmd|bat)$/i, '');
}

export function isInterpreter(name: string): boolean {
  return /^(?:node|nodejs|bun|deno|tsx|python[\d.]*)$/.test(name);
}

/** Options of Node and Python whose value is an argument of its own. */
const WITH_VALUE =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|-X|-W)$/;

/** The script that an interpreter runs; undefined when its arguments name none. */
export function scriptOf(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (WITH_VALUE.test(arg)) at++;
    else if (/^(?:-e|--eval|-p|--print|-c|-m)$/.test(arg)) return undefined;
    else if (!arg.startsWith('-')) return arg;
  }
  return undefined;
}

function onPath(command: string, environment: Environment): string | undefined {
  if (command.includes('/') || isAbsolute(command)) return command;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(isFile);
}

/** The package whose folder holds a file, links followed. */
export function packageAround(file: string): Package | undefined {
  const real = realPath(file);
  if (real === undefined) return undefined;
  for (let folder = dirname(real); folder !== dirname(folder); folder = dirname(folder)) {
    const found = packageIn(folder);
    if (found) return found;
  }
  return undefined;
}

function packageIn(folder: string): Package | undefined {
  const manifest = readJson(join(folder, 'package.json'));
  const name = textMember(manifest, 'name');
  const version = textMember(manifest, 'version');
  if (name === undefined || version === undefined) return undefined;
  const integrity = integrityOf(folder, name);
  return { name, version, ...(integrity === undefined ? {} : { integrity }) };
}

/** What npm's hidden lock file says of an installed package. */
function integrityOf(folder: string, name: string): string | undefined {
  const inside = join('node_modules', ...name.split('/'));
  if (!folder.endsWith(sep + inside)) return undefined;
  const root = folder.slice(0, -inside.length);
  const lock = readJson(join(root, 'node_modules', '.package-lock.json'));
  return textMember(lock, 'packages', `node_modules/${name}`, 'integrity');
}

/** Finds what `npx SPEC` will run: installed here, or in npx's own folder for these packages. */
function runByNpx(args: readonly string[], environment: Environment): Package | undefined {
  const spec = specOf(args);
  const [, name, version] = /^((?:@[^/@]+\/)?[^/@]+)(?:@(.+))?$/.exec(spec ?? '') ?? [];
  if (spec === undefined || name === undefined) return undefined;
  const places = [...foldersUp(process.cwd()), npxFolder(spec, environment)];
  const installed = places.map((place) => packageIn(join(place, 'node_modules', name)));
  const exact = /^\d+\.\d+\.\d+/.test(version ?? '') ? version : undefined;
  const found = installed.find((one) => one && (exact === undefined || one.version === exact));
  return found ?? (exact === undefined ? undefined : { name, version: exact });
}

/** The first package that npx's arguments name. */
function specOf(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-p' || arg === '--package') return args[at + 1];
    if (arg.startsWith('--package=')) return arg.slice('--package='.length);
    if (!arg.startsWith('-')) return arg;
  }
  return undefined;
}

/** Where npx keeps what it fetched: named by a hash of what it was asked for (libnpmexec). */
function npxFolder(spec: string, environment: Environment): string {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '';
  const windows = join(environment['LOCALAPPDATA'] ?? home, 'npm-cache');
  const cache =
    environment['npm_config_cache'] ??
    (process.platform === 'win32' ? windows : join(home, '.npm'));
  return join(cache, '_npx', createHash('sha512').update(spec).digest('hex').slice(0, 16));
}

function foldersUp(start: string): string[] {
  const folders: string[] = [];
  for (let at = resolve(start); ; at = dirname(at)) {
    folders.push(at);
    if (at === dirname(at)) return folders;
  }
}

/** Larger files are not read while a server waits for its first message, in bytes. */
const LARGEST = 4 << 20;

function readJson(file: string): unknown {
  try {
    if (statSync(file).size > LARGEST) return undefined;
    const parsed = parseJson(readFileSync(file, 'utf8'));
    return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

/** What to call a server that nobody named: its package, its script, or its command. */
export function serverName(command: string, args: readonly string[]): string {
  const name = programName(command);
  if (name === 'npx' || name === 'uvx') return nameInSpec(specOf(args) ?? name);
  const script = isInterpreter(name) ? scriptOf(args) : undefined;
  return script === undefined ? name : basename(script).replace(/\.\w+$/, '');
}

/** `server-memory` for `@modelcontextprotocol/server-memory@1.2.3`. */
function nameInSpec(spec: string): string {
  return /^(?:@[^/@]+\/)?([^/@]+)/.exec(spec)?.[1] ?? spec;
}
