/** What can be unwrapped: what runs behind a launcher in configurations found here, and in those we wrapped elsewhere. */
import { existsSync } from 'node:fs';
import { readConfig } from './config-file.ts';
import { WrapFault } from './fault.ts';
import { HOSTS } from './hosts.ts';
import { isSameEntry, type Wrapped } from './records.ts';
import { type FoundServer, foundServer, type Survey, serversIn } from './survey.ts';

/** All wrapped servers: those of a survey, and those of the records that it did not see. */
export async function everyWrapped(
  { servers, faults }: Pick<Survey, 'servers' | 'faults'>,
  records: readonly Wrapped[],
): Promise<Pick<Survey, 'servers' | 'faults'>> {
  const unseen = records.filter((record) => !servers.some((one) => isSameEntry(one, record)));
  const more = await Promise.all(unseen.map(serverOf));
  const all = [...servers, ...more.filter(isServer)];
  const unread = more.filter((one) => one instanceof WrapFault);
  const known = faults.map(({ message }) => message);
  return {
    servers: all.filter(({ launcher }) => launcher !== undefined),
    faults: [...faults, ...unread.filter(({ message }) => !known.includes(message))],
  };
}

function isServer(one: FoundServer | WrapFault | undefined): one is FoundServer {
  return one !== undefined && !(one instanceof WrapFault);
}

/** What a wrapped entry names and is gone, so that its host cannot start it; undefined: nothing. */
export function missingOf({ launcher, node }: FoundServer): 'launcher' | 'Node' | undefined {
  if (launcher !== undefined && !existsSync(launcher)) return 'launcher';
  return node !== undefined && !existsSync(node) ? 'Node' : undefined;
}

/** The entry that a record tells of, as it is now, or why it cannot be read; undefined when it is gone. */
async function serverOf(record: Wrapped): Promise<FoundServer | WrapFault | undefined> {
  const host = HOSTS.find(({ id }) => id === record.host);
  const format = host?.configs[0]?.format;
  if (!host || !format) return undefined;
  try {
    const config = await readConfig(record.file);
    const place = { file: record.file, format, keys: record.keys };
    const server = serversIn(config?.text ?? '', place).find(({ name }) => name === record.name);
    return server && foundServer({ ...place, host, scope: record.scope }, server);
  } catch (error) {
    if (error instanceof WrapFault) return error;
    throw error;
  }
}
