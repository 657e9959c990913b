/** `wiretape import`: captures of other tools, as a recording or among the sessions. */
import type { Command } from 'commander';
import type { Entry } from '../model/entry.ts';
import { type Importer, importedEntries } from '../model/import/entries.ts';
import type { Imported, ImportedSession } from '../model/import/imported.ts';
import { importInspector } from '../model/import/inspector.ts';
import { importMcpsnoop } from '../model/import/mcpsnoop.ts';
import { fingerprintOfKey, keyedHash } from '../model/keyed-hash.ts';
import type { ArgumentRules } from '../model/redact-args.ts';
import { createRedact } from '../model/redaction.ts';
import { rulesWith } from '../model/rules.ts';
import { utf8 } from '../model/text.ts';
import { keyOf } from '../tap/index.ts';
import { ownVersion } from '../tap/own-version.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { rulesHere } from './config.ts';
import { UserError } from './error.ts';
import { freshOf, keepJournals } from './keep-journals.ts';
import { unpackedFile, updateRecordingFile } from './recording-file.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark } from './terminal.ts';

interface ImportOptions extends CommonOptions {
  readonly output?: string;
}

export function registerImport(command: Command): void {
  addCommonOptions(command)
    .argument('<file...>', 'JSON Lines of mcpsnoop; protocol and console exports of the Inspector')
    .option('-o, --output <file>', 'add them to a recording; else they are put among the sessions')
    .action(importFiles);
}

async function importFiles(files: string[], options: ImportOptions): Promise<void> {
  const state = stateOf(options.state);
  const { redaction, importer } = await redactionIn(state);
  const sessions = await sessionsIn(files, redaction);
  const entries = sessions.map((session) => importedEntries(session, importer));
  const { output } = options;
  if (output === undefined) await keepJournals(state, entries);
  else await updateRecordingFile(output, (old) => added(old, entries, output));
  if (options.json) printJson({ file: output ?? null, sessions: sessions.map(told(entries)) });
  else for (const line of sessions.map(lineOf)) remark(line);
}

/** The entries of a recording with the sessions added; more of an old one stands in its place. */
function added(
  old: readonly Entry[],
  sessions: readonly (readonly Entry[])[],
  file: string,
): Entry[] {
  const fresh = freshOf(old, sessions, file);
  const replaced = new Set(fresh.map(({ id }) => id));
  const kept = old.filter(({ session }) => !replaced.has(session));
  return [...kept, ...fresh.flatMap(({ entries }) => entries)];
}

async function redactionIn(
  state: string,
): Promise<{ redaction: ArgumentRules; importer: Importer }> {
  const { rules: user } = await rulesHere(state);
  if (user && 'unknown' in user) {
    throw new UserError(
      'config-invalid',
      user.unknown,
      'Mend wiretape.config.jsonc; nothing was imported.',
    );
  }
  const rules = rulesWith(user);
  const key = keyOf(state);
  const hash = keyedHash(key);
  const { isSecretName } = rules;
  return {
    redaction: { clean: createRedact(hash, {}, rules), hash, isSecretName },
    importer: {
      tap: `wiretape/${ownVersion()}`,
      redaction: { rules: rules.id, key: fingerprintOfKey(key) },
      wallText: (ms) => new Date(ms).toISOString(),
    },
  };
}

interface Read {
  readonly file: string;
  readonly text: string;
}

/** Files of the Inspector are of one session, since the console has none of its own. */
async function sessionsIn(
  files: readonly string[],
  redaction: ArgumentRules,
): Promise<ImportedSession[]> {
  const read = await Promise.all(files.map(readText));
  const lists = read.filter(({ text }) => text.trimStart().startsWith('['));
  const lines = read.filter((one) => !lists.includes(one));
  const found = lines.flatMap(({ file, text }) => checked([file], importMcpsnoop(text, redaction)));
  if (lists.length === 0) return found;
  // The messages first: they decide which session it is.
  const ordered = [...lists].sort((a, b) => Number(isConsole(a)) - Number(isConsole(b)));
  const protocols = ordered.filter((one) => !isConsole(one));
  if (protocols.length > 1) {
    const hint = 'Import them one after the other.';
    throw new UserError('wrong-usage', 'Only one protocol export can be imported at a time.', hint);
  }
  const names = ordered.map(({ file }) => file);
  return [
    ...found,
    ...checked(
      names,
      importInspector(
        ordered.map(({ text }) => text),
        redaction.clean,
      ),
    ),
  ];
}

const HOW_NAMED = 'wiretape import --help says what can be.';

async function readText(file: string): Promise<Read> {
  const text = utf8(await unpackedFile(file, HOW_NAMED));
  if (text !== undefined) return { file, text: text.replace(/^\uFEFF/, '') };
  throw notImportable(file, 'it is no UTF-8');
}

/** In a console export every `message` is a text. */
function isConsole({ text }: Read): boolean {
  return !/"message":\s*\{/.test(text);
}

function checked(files: readonly string[], imported: Imported): readonly ImportedSession[] {
  const [file = ''] = files;
  if (!imported.ok) throw notImportable(file, imported.detail);
  for (const clause of imported.unread.slice(0, 20)) remark(`${file}: ${clause}.`);
  if (imported.unread.length > 20) remark(`${imported.unread.length - 20} further ones.`);
  return imported.sessions;
}

function notImportable(file: string, why: string): UserError {
  return new UserError('not-importable', `${file} cannot be imported: ${why}.`, HOW_NAMED);
}

const told =
  (entries: readonly (readonly Entry[])[]) => (session: ImportedSession, index: number) => ({
    id: entries[index]?.[0]?.session,
    name: session.name,
    from: session.from,
    lacks: session.lacks,
    entryCount: entries[index]?.length,
  });

function lineOf({ name, from, drafts, lacks }: ImportedSession): string {
  const size = counted(drafts.length, 'entry', 'entries');
  return `${name}, from ${from}: ${size}; not kept there: ${lacks.join(', ')}.`;
}
