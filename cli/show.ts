/** `wiretape show`: what a session said, in the terminal. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Entry } from '../model/entry.ts';
import { parseReference } from '../model/entry.ts';
import { encodeEntry } from '../model/line.ts';
import { sealedOrder } from '../model/order.ts';
import { summaryOf } from '../model/summary.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { type Gathered, gather, reportProblems } from './sessions.ts';
import { stableOrder } from './stable-order.ts';
import { stateOf } from './state.ts';
import { jsonLine, remark, safeJson, terminal, visibleLines } from './terminal.ts';
import { createTranscript } from './transcript.ts';

interface ShowOptions extends CommonOptions {
  readonly stable?: boolean;
}

export function registerShow(command: Command): void {
  addCommonOptions(command)
    .argument(
      '<session>',
      'id, start of an id, name, run or file; SESSION:SEQ prints one entry whole',
    )
    .option('--stable', "without times and minted ids, for Git's textconv")
    .action(show);
}

async function show(word: string, options: ShowOptions): Promise<void> {
  const place = parseReference(word);
  const words = [place?.session ?? word];
  const gathered = await gather(words, stateOf(options.state)).catch((error: unknown) => {
    if (options.stable && isForeign(error)) return error;
    throw error;
  });
  if (gathered instanceof UserError) return showForeign(word, gathered);
  reportProblems(gathered.problems);
  if (place) return showEntry(gathered.entries, place.seq, word);
  if (options.json) return showJson(gathered);
  const entries = options.stable ? stableOrder(gathered.entries) : sealedOrder(gathered.entries);
  const { colors, width, line } = terminal();
  const named = gathered.views.length > 1;
  const lines = createTranscript({ stable: options.stable === true, width, colors, named });
  for (const entry of entries) for (const text of lines(entry)) line(text);
}

/** Git ends the whole diff when a textconv fails, and any file may have the name of a recording. */
function isForeign(error: unknown): error is UserError {
  return (
    error instanceof UserError &&
    (error.code === 'not-a-recording' || error.code === 'newer-format')
  );
}

/** A file that is no recording of ours, such as one with conflict markers, as it is. */
async function showForeign(file: string, { message }: UserError): Promise<void> {
  remark(`${message} It is printed as it is.`);
  const bytes = await readFile(file);
  process.stdout.write(process.stdout.isTTY ? visibleLines(bytes.toString('utf8')) : bytes);
}

/** One document with the sessions, what is wrong with their files, and every entry as it is recorded. */
function showJson({ views, problems, entries }: Gathered): void {
  const sessions = views.map(({ session }) => summaryOf(session));
  const head = jsonLine({ sessions, problems });
  const lines = sealedOrder(entries).map((entry) => safeJson(encodeEntry(entry)));
  process.stdout.write(`${head.slice(0, -1)},"entries":[${lines.join(',\n')}]}\n`);
}

function showEntry(entries: readonly Entry[], seq: number, word: string): void {
  const entry = entries.find((one) => one.seq === seq);
  if (!entry) {
    const hint = 'wiretape show SESSION lists its entries.';
    throw new UserError('unknown-session', `There is no entry ${word}.`, hint);
  }
  const text = entry.type === 'message' ? pretty(entry.text) : encodeEntry(entry);
  terminal().line(visibleLines(text));
}

/** Indented, unless that would change what was sent, as it does with numbers beyond a double. */
function pretty(text: string): string {
  const value: unknown = JSON.parse(text);
  return JSON.stringify(value) === text ? JSON.stringify(value, undefined, 2) : text;
}
