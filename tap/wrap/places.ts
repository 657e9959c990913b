/** Turns the paths of the table of hosts into files of this machine. Reads folders, never files. */
import { readdirSync, realpathSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { ConfigPlace } from './hosts.ts';

/** What the paths of the table depend on. */
export interface Places {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The current folder, absolute. */
  readonly folder: string;
}

/** The files that a path of the table stands for: one, or as many as its `*` finds. */
export function filesAt(path: string, places: Places): string[] {
  const whole = substituted(path, places);
  if (whole === undefined) return [];
  const { join } = places.platform === 'win32' ? win32 : posix;
  const [start = '', ...rest] = whole;
  return rest.reduce(
    (found, segment) => found.flatMap((folder) => matches(folder, segment, join)),
    [start],
  );
}

/** The files of one place; of its paths the first whose variables are set. */
export function filesOf({ paths }: ConfigPlace, places: Places): string[] {
  const path = paths.find((one) => substituted(one, places) !== undefined);
  return path === undefined ? [] : filesAt(path, places);
}

/** The keys that lead to the servers; a project of Claude Code is a key, which Windows spells in two ways. */
export function keysOf({ servers }: ConfigPlace, { folder, platform }: Places): string[][] {
  const spellings = platform === 'win32' ? [folder, folder.replaceAll('\\', '/')] : [folder];
  const own = spellings.map((one) => servers.map((key) => (key === '<folder>' ? one : key)));
  return servers.includes('<folder>') ? own : own.slice(0, 1);
}

/** The first folder, then the names below it; undefined when a variable is not set. */
function substituted(path: string, places: Places): [string, ...string[]] | undefined {
  const [first = '', ...names] = path.split('/');
  const start = startOf(first, places);
  return start === undefined ? undefined : [start, ...names];
}

function startOf(first: string, places: Places): string | undefined {
  if (first === '~') return places.home;
  if (first === '<folder>') return places.folder;
  if (first === '<config>') return configFolder(places);
  return places.environment[first.slice(1)] || undefined;
}

function configFolder({ platform, environment, home }: Places): string {
  if (platform === 'darwin') return `${home}/Library/Application Support`;
  if (platform === 'win32') return environment['APPDATA'] || `${home}\\AppData\\Roaming`;
  return environment['XDG_CONFIG_HOME'] || `${home}/.config`;
}

/** Where a file is once links are followed; a file that is not there is where it is looked for. */
export function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function matches(folder: string, name: string, join: (...parts: string[]) => string): string[] {
  const [before, after] = name.split('*');
  if (before === undefined || after === undefined) return [join(folder, name)];
  return namesIn(folder)
    .filter((one) => one.startsWith(before) && one.endsWith(after) && !one.startsWith('.'))
    .map((one) => join(folder, one));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
