/**
 * The processes below a server, so that none outlives a tap that was told to end. Only those of our
 * own process group: a process that left it was meant to go on alone, as it would without a tap.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../model/error-code.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly started: string;
}

/** The descendants of a process that are in its process group. */
export function descendants(root: number): Process[] {
  if (process.platform === 'win32') return [];
  const all = processes();
  const own = all.find(({ pid }) => pid === process.pid)?.group;
  const found: Process[] = [];
  const below = (parent: number): void => {
    for (const child of all) {
      if (child.parent !== parent || child.group !== own) continue;
      found.push(child);
      below(child.pid);
    }
  };
  below(root);
  return found;
}

/** Ends those that still run: asks them, and after half a second makes them. */
export async function endTree(these: readonly Process[]): Promise<void> {
  signalAll(these, 'SIGTERM');
  for (let waited = 0; waited < 500 && remaining(these).length > 0; waited += 50) await delay(50);
  signalAll(these, 'SIGKILL');
}

function signalAll(these: readonly Process[], signal: NodeJS.Signals): void {
  for (const one of remaining(these)) {
    try {
      process.kill(one.pid, signal);
    } catch (error) {
      // It ended in between, or may not be signalled; there is nothing more to do for either.
      if (codeOf(error) === undefined) throw error;
    }
  }
}

/** Those of them that still run; a pid that was used again is not one of them. */
function remaining(these: readonly Process[]): Process[] {
  if (these.length === 0) return [];
  const now = new Map(processes().map((one) => [one.pid, one.started]));
  return these.filter(({ pid, started }) => now.get(pid) === started);
}

function processes(): Process[] {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** See proc(5): after the name come state, parent, group, …, and as 20th field the start. */
function fromProc(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(name);
      const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const started = rest[16];
      if (started === undefined || state === 'Z') return [];
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), started }];
    });
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}

function fromPs(): Process[] {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,lstart='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, started] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    if (started === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), started }];
  });
}
