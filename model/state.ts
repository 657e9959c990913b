/**
 * The state folder: where it is, and what stands in it. Tap, collector and commands find each other
 * by these names; only whoever does the input and output touches them.
 */
import { sha256Hex } from './keyed-hash.ts';
import { bytesOf } from './text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder that holds everything of one user when `--state` names none. */
export function stateFolder(platform: string, environment: Environment, home: string): string {
  const named = environment['XDG_STATE_HOME'];
  // The XDG specification has relative paths ignored.
  if (named?.startsWith('/')) return `${named}/wiretape`;
  if (platform === 'darwin') return `${home}/Library/Application Support/wiretape`;
  if (platform === 'win32') return `${environment['LOCALAPPDATA'] ?? home}\\wiretape`;
  return `${home}/.local/state/wiretape`;
}

export interface StatePaths {
  readonly journals: string;
  readonly store: string;
  /** `{pid, started, address}` of the running collector. */
  readonly collector: string;
  readonly tokens: string;
  readonly key: string;
  readonly backup: string;
  /** What `wiretape explore` came to, a file for each. */
  readonly explored: string;
}

export function statePaths(state: string): StatePaths {
  return {
    journals: `${state}/journal`,
    store: `${state}/store`,
    collector: `${state}/collector.json`,
    tokens: `${state}/tokens`,
    key: `${state}/key`,
    backup: `${state}/backup`,
    explored: `${state}/explored`,
  };
}

/** Longer socket paths are refused by the kernel (108 bytes on Linux, 104 on macOS). */
const LONGEST_SOCKET_PATH = 100;

/** The collector's socket: in the state folder, else in a folder of its own (0700) under `temporary`. */
export function collectorSocket(platform: string, state: string, temporary: string): string {
  if (platform === 'win32') return `\\\\.\\pipe\\wiretape-${sha256Hex(state).slice(0, 16)}`;
  return socketIn(state, temporary, 'collector.sock');
}

/** The socket of one replay of a workflow; `id` tells it apart from others that run. */
export function gateSocket(platform: string, state: string, temporary: string, id: string): string {
  if (platform === 'win32') return `\\\\.\\pipe\\wiretape-gate-${id}`;
  return socketIn(state, temporary, `gate-${id}.sock`);
}

function socketIn(state: string, temporary: string, name: string): string {
  const path = `${state}/${name}`;
  if (bytesOf(path).length <= LONGEST_SOCKET_PATH) return path;
  return `${temporary}/wiretape-${sha256Hex(state).slice(0, 16)}/${name}`;
}

/** The process that owns something in the state folder; `started` tells two processes of one pid apart. */
export interface Owner {
  readonly pid: number;
  readonly started: string;
}

/** What `/proc/PID/stat` says (proc(5)): the start is in clock ticks since boot. */
export function parseProcStat(
  text: string,
): { command: string; parent: number; started: string } | undefined {
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const parent = Number(fields[1]);
  const started = fields[19];
  if (close === -1 || !Number.isSafeInteger(parent) || started === undefined) return undefined;
  return { command: text.slice(text.indexOf('(') + 1, close), parent, started };
}

/**
 * Whether `/proc/PID/stat` is that of the process that owns something: no later one of the same
 * pid, and none that has ended and only waits to be reaped.
 */
export function isStatOf({ started }: Pick<Owner, 'started'>, stat: string): boolean {
  const isOver = /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  return !isOver && parseProcStat(stat)?.started === started;
}

const JOURNAL = '.journal';
const ENDED = '.ended.journal';

/** The file of a session's journal; `ended`: its tap has written the last of it, and let it go. */
export function journalName(session: string, state: 'written' | 'ended' = 'written'): string {
  return `${session}${state === 'ended' ? ENDED : JOURNAL}`;
}

/** Whether a file of the journal folder is a journal, and whether its tap has let it go. */
export function isJournal(name: string): boolean {
  return name.endsWith(JOURNAL);
}

export function isLetGo(name: string): boolean {
  return name.endsWith(ENDED);
}
