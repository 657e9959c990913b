/**
 * Works out what changes in which configuration, and changes nothing.
 * Each change is checked on the way: taking it back must give the text as it was read.
 */
import { bridgedOriginal, bridgeText, unbridgeText } from './bridge.ts';
import { type ConfigFile, checkWritable, invalid, readConfig } from './config-file.ts';
import type { ServerText } from './entry-text.ts';
import { entryId, isSameEntry, type Wrapped } from './records.ts';
import {
  type Launcher,
  type Original,
  unwrapText,
  wrappedOriginal,
  wrappingOf,
  wrapText,
} from './rewrite.ts';
import { type FoundServer, languageOf, serversIn } from './survey.ts';

/** One entry that changes, and its configuration before and after. */
export interface Change {
  readonly server: FoundServer;
  readonly before: string;
  readonly after: string;
  /** How it was written before it was wrapped; undefined when it is unwrapped. */
  readonly original?: Original;
}

/** All changes of one configuration, in the order in which they are made. */
export interface FilePlan {
  readonly config: ConfigFile;
  readonly changes: readonly Change[];
  /** Entries that are wrapped as they should be, and of which no record tells. */
  readonly unrecorded: readonly Unrecorded[];
}

export type Unrecorded = Required<Pick<Change, 'server' | 'original'>>;

type Step = (
  text: string,
  server: ServerText,
  found: FoundServer,
) => Omit<Change, 'server' | 'before'>;

/**
 * Puts the launcher before the command of each of these servers. Those that run it already, and say
 * which entry they are, stay.
 */
export function planWrap(
  servers: readonly FoundServer[],
  launcher: Launcher,
  records: readonly Wrapped[],
): Promise<FilePlan[]> {
  return plan(servers, (text, server, found) => {
    const language = languageOf(found.format);
    const known = wrappingOf(server);
    const kept = records.find((record) => isSameEntry(record, found))?.original;
    const entry = entryId(found);
    const isCurrent = known?.file === launcher.file && known.node === launcher.node;
    if (isCurrent && known.entry === entry) {
      const original = originalOf(server, found);
      const isRecorded = original === undefined || kept?.command === original.command;
      return isRecorded ? { after: text } : { after: text, original };
    }
    // An older launcher is taken away first, so that there is never one before another.
    const bare = known ? without(text, server, { original: kept, language }) : text;
    const now = known ? reread(bare, found) : server;
    const put = now.command ? wrapText : bridgeText;
    const { text: after, original } = put(bare, now, { launcher, language, entry });
    const back = without(after, reread(after, found), { original, language });
    if (back !== bare) throw new Error(`${found.file} would not be the same after unwrapping`);
    return { after, original };
  });
}

/** How a wrapped entry was written, as far as it tells itself. */
function originalOf(server: ServerText, { format }: FoundServer): Original | undefined {
  const read = wrappingOf(server)?.bridge === undefined ? wrappedOriginal : bridgedOriginal;
  return read(server, languageOf(format));
}

/** The text without the launcher of a server, whichever way it was put there. */
function without(...[text, server, how]: Parameters<typeof unwrapText>): string {
  return wrappingOf(server)?.bridge === undefined
    ? unwrapText(text, server, how)
    : unbridgeText(text, server, how);
}

/** Takes the launcher away from each of these servers. */
export function planUnwrap(
  servers: readonly FoundServer[],
  records: readonly Wrapped[],
): Promise<FilePlan[]> {
  return plan(servers, (text, server, found) => {
    const original = records.find((record) => isSameEntry(record, found))?.original;
    return { after: without(text, server, { original, language: languageOf(found.format) }) };
  });
}

interface Draft extends FilePlan {
  readonly changes: Change[];
  readonly unrecorded: Unrecorded[];
  text: string;
}

async function plan(servers: readonly FoundServer[], step: Step): Promise<FilePlan[]> {
  const plans = new Map<string, Draft>();
  for (const server of servers) {
    const config = await readConfig(server.file);
    if (!config) throw invalid(server.file, 'it is gone');
    const own = plans.get(config.target) ?? {
      config,
      changes: [],
      unrecorded: [],
      text: config.text,
    };
    plans.set(config.target, own);
    const { text: before } = own;
    const change = step(before, reread(before, server), server);
    if (change.after === before) {
      if (change.original) own.unrecorded.push({ server, original: change.original });
      continue;
    }
    own.changes.push({ server, before, ...change });
    own.text = change.after;
  }
  const drafts = [...plans.values()];
  for (const { config, changes } of drafts) if (changes.length > 0) await checkWritable(config);
  return drafts.filter(({ changes, unrecorded }) => changes.length + unrecorded.length > 0);
}

/** The entry as it stands in this text. */
function reread(text: string, found: FoundServer): ServerText {
  const server = serversIn(text, found).find(({ name }) => name === found.name);
  if (!server) throw invalid(found.file, `${found.name} is gone`);
  return server;
}
