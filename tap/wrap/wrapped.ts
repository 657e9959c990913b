/** What runs behind a launcher now: in configurations found here, and in those we wrapped elsewhere. */
import { unwatchFile, watchFile } from 'node:fs';
import type { WrappedServer } from '../../model/wrapped.ts';
import { readConfig } from './config-file.ts';
import { entryValue, launchedBy } from './entry-value.ts';
import { WrapFault } from './fault.ts';
import { HOSTS } from './hosts.ts';
import { isSameEntry, readRecords, recordsOf, type Wrapped } from './records.ts';
import { type FoundServer, foundServer, type Survey, serversIn } from './survey.ts';

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

/** All wrapped servers: those of a survey, and those of the records that it did not see. */
export async function everyWrapped(
  { servers, faults }: Pick<Survey, 'servers' | 'faults'>,
  records: readonly Wrapped[],
): Promise<Pick<Survey, 'servers' | 'faults'>> {
  const unseen = records.filter((record) => !servers.some((one) => isSameEntry(one, record)));
  const more = await Promise.all(unseen.map(serverOf));
  const all = [...servers, ...more.filter((one) => one !== undefined)];
  return { servers: all.filter(({ launcher }) => launcher !== undefined), faults };
}

/** The entry that a record tells of, as it is now; undefined when it is gone or cannot be read. */
async function serverOf(record: Wrapped): Promise<FoundServer | undefined> {
  const host = HOSTS.find(({ id }) => id === record.host);
  const format = host?.configs[0]?.format;
  if (!host || !format) return undefined;
  try {
    const config = await readConfig(record.file);
    const place = { file: record.file, format, keys: record.keys };
    const server = serversIn(config?.text ?? '', place).find(({ name }) => name === record.name);
    return server && foundServer({ ...place, host, scope: record.scope }, server);
  } catch (error) {
    if (error instanceof WrapFault) return undefined;
    throw error;
  }
}
