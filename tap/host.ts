/**
 * The host: the nearest ancestor of a tap that is no launcher. Linux tells from /proc at once,
 * macOS through one `ps`, Windows only which process started us.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import process from 'node:process';
import type { Host } from '../model/entry.ts';
import { parseProcStat } from '../model/state.ts';
import { thisOwner } from './owner.ts';
import { packageAround } from './package.ts';
import { isInterpreter, LAUNCHERS, programName, scriptOf } from './program.ts';

/** A process as its system describes it. */
export interface Ancestor {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
  /** The program and its arguments. */
  readonly words: readonly string[];
}

/** The process of this pid, or undefined. */
export type Look = (pid: number) => Ancestor | undefined;

const LAUNCHER_SCRIPTS = /^(?:npm|npx|npm-cli|npx-cli|pnpm|pnpx|yarn|yarnpkg|corepack|wiretape)$/;

/** More ancestors than this are a circle or a joke. */
const DEEPEST = 64;

/** The host of a process; undefined when every ancestor is a launcher or cannot be seen. */
export function hostOf(pid: number, look: Look): Host | undefined {
  const parent = look(pid)?.parent;
  return parent === undefined ? undefined : hostAt(parent, look);
}

/** The process itself where it is no launcher, else its nearest ancestor that is none. */
export function hostAt(pid: number, look: Look): Host | undefined {
  let at: number | undefined = pid;
  for (let depth = 0; at !== undefined && at > 0 && depth < DEEPEST; depth++) {
    const ancestor: Ancestor | undefined = look(at);
    if (!ancestor) return undefined;
    const name = nameOf(ancestor.words);
    if (name !== undefined) return { pid: ancestor.pid, started: ancestor.started, name };
    at = ancestor.parent;
  }
  return undefined;
}

/** The host of this process; outside Linux it takes a moment, outside macOS as well it is a guess. */
export function findHost(): Host | undefined | Promise<Host | undefined> {
  if (process.platform === 'linux') return hostOf(process.pid, lookInProc);
  if (process.platform === 'win32') return parentOnly();
  return lookByPs(PS_TIMEOUT).then((look) => look && hostOf(process.pid, look));
}

/** This process as a host: what in-process taps record. */
export function thisHost(): Host {
  const words = lookInProc(process.pid)?.words ?? process.argv;
  return { ...thisOwner(), name: nameOf(words) ?? process.title };
}

/** Longer than this nobody waits for `ps`, in ms. */
const PS_TIMEOUT = 2000;

/** What people call a process; undefined when it only starts others. */
function nameOf(words: readonly string[]): string | undefined {
  const [program = '', ...args] = words;
  const name = programName(program.replace(/^-/, ''));
  if (LAUNCHERS.test(name)) return undefined;
  const script = isInterpreter(name) ? scriptOf(args) : undefined;
  if (script === undefined) {
    // `bun` and `node` without a script are people at a prompt, but for the launchers among them.
    return name === 'bun' || name === '' ? undefined : name;
  }
  const own = basename(script, extname(script));
  if (LAUNCHER_SCRIPTS.test(own) || isOurs(script)) return undefined;
  return /^(?:index|main|cli|app|server|run|start)$/.test(own) ? folderName(script, own) : own;
}

/** `cli.js` names nobody: the package it belongs to does. */
function folderName(script: string, own: string): string {
  return packageAround(script)?.name ?? `${basename(dirname(script))}/${own}`;
}

function isOurs(script: string): boolean {
  return /[\\/]cli[\\/]main\.[jt]s$/.test(script) && packageAround(script)?.name === 'wiretape';
}

/** Reads a process from /proc (proc(5)). */
export function lookInProc(pid: number): Ancestor | undefined {
  try {
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    if (!stat) return undefined;
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    // Some programs write their title over their arguments; kernel threads have none.
    const title = words[0] === '' ? [stat.command] : words.filter((word) => word !== '');
    return { pid, parent: stat.parent, started: stat.started, words: title };
  } catch {
    return undefined;
  }
}

/** Reads all processes by one `ps`; gives a look into what it said, or nothing when it cannot run. */
export function lookByPs(timeoutMs: number): Promise<Look | undefined> {
  const columns = ['-A', '-ww', '-o', 'pid=,ppid=,lstart=,args='];
  return new Promise((resolve) => {
    const options = {
      timeout: timeoutMs,
      maxBuffer: 16 << 20,
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
    };
    execFile('ps', columns, options, (error, text) => {
      const all = new Map(
        text
          .split('\n')
          .flatMap(ancestorOfLine)
          .map((one) => [one.pid, one]),
      );
      resolve(error && all.size === 0 ? undefined : (pid) => all.get(pid));
    });
  });
}

/** `  41  1 Mon Nov 22 09:00:00 2026 node /x/y.js`; arguments with spaces cannot be told apart. */
function ancestorOfLine(line: string): Ancestor[] {
  const match = /^\s*(\d+)\s+(\d+)\s+(\w{3} \w{3}\s+\d+ [\d:]+ \d{4})\s+(.+)$/.exec(line);
  const [, pid, parent, started, words] = match ?? [];
  if (started === undefined || words === undefined) return [];
  return [{ pid: Number(pid), parent: Number(parent), started, words: words.split(' ') }];
}

/** Windows tells Node only the number of our parent; the name says that this is all. */
function parentOnly(): Host {
  return { pid: process.ppid, started: '', name: 'parent process' };
}
