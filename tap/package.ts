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
import {
  type Environment,
  isInterpreter,
  LAUNCHERS,
  type NpxRequest,
  npxRequest,
  type Program,
  programName,
  scriptOf,
} from './program.ts';

/** The package of a program, when the files at hand tell. */
export function packageOf(program: Program): Package | undefined {
  const request = npxRequest(program);
  if (request) return packageOfNpx(request, program.environment);
  const file = directFile(program);
  return file === undefined ? undefined : packageAround(file);
}

/**
 * The file that holds what a command runs: the script of an interpreter, the command of a package
 * that npx has, or the program itself. Undefined where the command only starts another one.
 */
export function programFile(program: Program): string | undefined {
  const request = npxRequest(program);
  if (request) return realPath(npxFile(request, program.environment));
  const file = realPath(directFile(program));
  // No script is hidden; a file of variables that an unknown option names may look like one.
  return file === undefined || basename(file).startsWith('.') ? undefined : file;
}

function directFile({ command, args, environment }: Program): string | undefined {
  const name = programName(command);
  if (LAUNCHERS.test(name)) return undefined;
  return isInterpreter(name) ? scriptOf(args) : onPath(command, environment);
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

function packageOfNpx(request: NpxRequest, environment: Environment): Package | undefined {
  const { name, exact } = wantedOf(request);
  const folder = npxInstalled(request, environment);
  if (folder !== undefined) return packageIn(folder);
  return name === undefined || exact === undefined ? undefined : { name, version: exact };
}

/** The command that npx will run, when its package is there already. */
function npxFile(request: NpxRequest, environment: Environment): string | undefined {
  const folder = npxInstalled(request, environment);
  if (folder === undefined) return undefined;
  const manifest = readJson(join(folder, 'package.json'));
  const bins = isObject(manifest) ? manifest['bin'] : undefined;
  if (typeof bins === 'string') return join(folder, bins);
  const [first, ...others] = isObject(bins) ? Object.keys(bins) : [];
  // Of several commands npx takes the one that is called like its package.
  const named = wantedOf(request).name?.replace(/^@[^/]+\//, '');
  const bin = request.bin ?? (others.length === 0 ? first : named);
  const file = bin === undefined ? undefined : textMember(bins, bin);
  return file === undefined ? undefined : join(folder, file);
}

/** The folder of the package that npx will run: installed here, or in npx's own folder for it. */
function npxInstalled(request: NpxRequest, environment: Environment): string | undefined {
  const { name, exact } = wantedOf(request);
  if (name === undefined) return undefined;
  const places = [...foldersUp(process.cwd()), npxFolder(request.spec, environment)];
  return places
    .map((place) => join(place, 'node_modules', name))
    .find((folder) => {
      const version = textMember(readJson(join(folder, 'package.json')), 'version');
      return version !== undefined && (exact === undefined || version === exact);
    });
}

/** The name of a package, and its version where that is one and no range. */
function wantedOf({ spec }: NpxRequest): { name?: string; exact?: string } {
  const [, name, version] = /^((?:@[^/@]+\/)?[^/@]+)(?:@(.+))?$/.exec(spec) ?? [];
  const isExact = /^\d+\.\d+\.\d+/.test(version ?? '');
  return {
    ...(name === undefined ? {} : { name }),
    ...(isExact && version !== undefined ? { exact: version } : {}),
  };
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

function realPath(file: string | undefined): string | undefined {
  try {
    return file === undefined ? undefined : realpathSync(file);
  } catch {
    return undefined;
  }
}
