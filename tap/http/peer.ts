/**
 * The process at the other end of a loopback connection, from the socket table of Linux (proc(5),
 * `/proc/net/tcp`): the host of an HTTP session. Elsewhere nobody knows.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Host } from '../../model/entry.ts';
import { hostAt, lookInProc } from '../host.ts';

/** An end of a connection. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localPort?: number | undefined;
}

/** Finds hosts; remembers who connected before, because the same few processes come again. */
export function createPeers(): (connection: Connection) => Host | undefined {
  const known = new Set<number>();
  return (connection) => {
    const inode = inodeOf(connection);
    if (inode === undefined) return undefined;
    const link = `socket:[${inode}]`;
    const pid =
      [...known].find((one) => holds(one, link)) ?? others(known).find((one) => holds(one, link));
    if (pid === undefined) return undefined;
    known.add(pid);
    return hostAt(pid, lookInProc);
  };
}

/** All other processes, the newest first: clients start after what they are started by. */
function others(known: ReadonlySet<number>): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !known.has(pid))
    .sort((a, b) => b - a);
}

/** Whether a process has this socket open; those of other users cannot be looked into. */
function holds(pid: number, link: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => target(`${folder}/${fd}`) === link);
  } catch {
    return false;
  }
}

function target(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The inode of the peer's socket: its local end is our remote one. */
function inodeOf({ remoteAddress = '', remotePort, localPort }: Connection): string | undefined {
  if (remotePort === undefined || localPort === undefined) return undefined;
  const tables = remoteAddress.includes(':') ? ['tcp6'] : ['tcp', 'tcp6'];
  for (const table of tables) {
    for (const line of linesOf(`/proc/net/${table}`)) {
      const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/\s+/);
      if (portOf(local) === remotePort && portOf(remote) === localPort) return inode;
    }
  }
  return undefined;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n').slice(1);
  } catch {
    return [];
  }
}

/** `0100007F:1F90` → 8080. */
function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
