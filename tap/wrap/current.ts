/** What was wrapped from a state folder and still is, and word of each change. Changes nothing itself. */
import { unwatchFile, watchFile } from 'node:fs';
import type { WrappedServer } from '../../model/wrapped.ts';
import { entryValue, launchedBy } from './entry-value.ts';
import { HOSTS } from './hosts.ts';
import { readRecords, recordsOf } from './records.ts';

/** Those of hosts that write their history into it grow large; what is larger is not looked at. */
const LIMITS = { plain: 64 << 20, parsed: 4 << 20 };

/** The servers that were wrapped from this state folder and still are; oldest first. */
export async function wrapped(state: string): Promise<WrappedServer[]> {
  const servers: WrappedServer[] = [];
  for (const record of await readRecords(state)) {
    const host = HOSTS.find(({ id }) => id === record.host);
    const value = await entryValue(record, LIMITS);
    const launched = value && launchedBy(value);
    if (!host || !launched) continue;
    const { name, when } = record;
    const { name: hostName, restart } = host;
    const entry = launched.entry === undefined ? {} : { entry: launched.entry };
    servers.push({ name, host: host.id, hostName, restart, when, ...entry });
  }
  return servers;
}

/** In ms. */
const LOOKS_EVERY = 500;

/** Calls back whenever servers are wrapped or unwrapped; gives what ends that. Keeps no process alive. */
export function watchWrapped(state: string, told: () => void): () => void {
  const file = recordsOf(state);
  watchFile(file, { interval: LOOKS_EVERY, persistent: false }, told);
  return () => unwatchFile(file, told);
}
