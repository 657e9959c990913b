/**
 * Puts a launcher before the command of an entry, and takes it away again.
 *
 * Both are the least that can change: the command's literal is replaced, and the new arguments are
 * inserted before the old ones. So every comment, space and key stays, and taking away what was
 * inserted gives the text as it was.
 */
import {
  type Edit,
  edited,
  type Language,
  type ListText,
  lastLine,
  type ServerText,
} from './entry-text.ts';

/** The file name of every launcher: by it a wrapped entry is known, even without our records. */
export const LAUNCHER_FILE = 'wiretape-launcher.mjs';

/** What an entry runs once it is wrapped. */
export interface Launcher {
  /** Absolute path of a Node. */
  readonly node: string;
  /** Absolute path of a launcher. */
  readonly file: string;
}

/** What cannot be read back from a wrapped entry: how its parts were written. */
export interface Original {
  readonly command: string;
  /** The command as it was written, with its quotes. */
  readonly literal: string;
  readonly hadArgs: boolean;
  /** How the kind of a remote server was written. */
  readonly type?: string;
}

/** The launcher of a wrapped entry, the command it runs, and how many arguments are ours. */
export interface Wrapping extends Launcher, LaunchedWords {}

/** What the arguments of a wrapped entry say. */
export interface LaunchedWords {
  readonly file: string;
  readonly command: string;
  readonly ownCount: number;
  /** What names the entry; those of earlier versions have none. */
  readonly entry?: string;
  /** The key that named the address of a remote server. */
  readonly bridge?: string;
}

/** How an entry is wrapped, or undefined when it is not. */
export function wrappingOf({ command, args }: ServerText): Wrapping | undefined {
  if (command?.value === undefined || args === undefined || args === 'unknown') return undefined;
  const words = launchedWords(args.items.map(({ value }) => value));
  return words && { node: command.value, ...words };
}

/** What arguments say that begin with a launcher; undefined when they do not. */
export function launchedWords(words: readonly (string | undefined)[]): LaunchedWords | undefined {
  const [file] = words;
  const options = new Map<string | undefined, string | undefined>();
  // Every option of ours has a value, which may itself be `--`.
  let at = 1;
  for (; at < words.length && words[at] !== '--'; at += 2) options.set(words[at], words[at + 1]);
  const command = words[at + 1];
  if (file === undefined || !isLauncher(file) || command === undefined) return undefined;
  const [entry, bridge] = [options.get(ENTRY), options.get(BRIDGE)];
  return {
    file,
    command,
    ownCount: at + 2,
    ...(entry === undefined ? {} : { entry }),
    ...(bridge === undefined ? {} : { bridge }),
  };
}

/** The options of a launcher: which entry it stands in, and that it stands before a bridge to a remote server. */
export const ENTRY = '--entry';
export const BRIDGE = '--bridge';

function isLauncher(path: string): boolean {
  return path.split(/[\\/]/).at(-1) === LAUNCHER_FILE;
}

/** Why an entry cannot be wrapped, or undefined when it can. */
export function obstacle({ command, args, url }: ServerText): string | undefined {
  if (!command) return url === undefined ? 'it has no command' : 'it is remote';
  if (command.value === undefined || command.value === '') return 'its command is no text';
  if (args === 'unknown') return 'its arguments are no list';
  const words = [command.value, ...(args?.items ?? []).map(({ value }) => value)];
  return isTap(words) ? 'it runs wiretape tap already' : undefined;
}

/** Whether a command is a tap that somebody put there by hand. */
function isTap(words: readonly (string | undefined)[]): boolean {
  const tap = words.indexOf('tap');
  const before = tap < 1 ? '' : (words[tap - 1] ?? '');
  return /^(?:.*[\\/])?wiretape(?:@[^\\/]*|\.cmd)?$|[\\/]cli[\\/]main\.[jt]s$/.test(before);
}

/** How an entry is wrapped. */
export interface WrapOptions {
  readonly launcher: Launcher;
  readonly language: Language;
  /** What names the entry. */
  readonly entry: string;
}

/** The text with a launcher before an entry's command. The entry must have no obstacle. */
export function wrapText(
  text: string,
  server: ServerText,
  { launcher, language, entry }: WrapOptions,
): { readonly text: string; readonly original: Original } {
  const { command, args, newArgs, name } = server;
  if (command?.value === undefined || args === 'unknown')
    throw new Error(`${name} cannot be wrapped`);
  const ours = [launcher.file, '--name', name, ENTRY, entry, '--'];
  const words = [...ours, command.value].map(language.quote);
  const edits: Edit[] = [{ ...command, text: language.quote(launcher.node) }];
  if (args) edits.push(insertion(text, args, words));
  else if (newArgs) {
    edits.push({
      start: newArgs.at,
      end: newArgs.at,
      text: `${newArgs.before}[${words.join(', ')}]`,
    });
  } else throw new Error(`${name} has no place for arguments`);
  const literal = text.slice(command.start, command.end);
  const original = { command: command.value, literal, hadArgs: args !== undefined };
  return { text: edited(text, edits), original };
}

/** Puts words before the items of a list, parted as these are. */
function insertion(text: string, list: ListText, words: readonly string[]): Edit {
  const [first, second] = list.items;
  if (!first) return { start: list.start + 1, end: list.start + 1, text: words.join(', ') };
  const lead = text.slice(list.start + 1, first.start);
  const gap = second ? text.slice(first.end, second.start) : '';
  const parting = /^\s*\n\s*$/.test(lead) ? `,${lastLine(lead)}` : /^,\s*$/.test(gap) ? gap : ', ';
  return {
    start: first.start,
    end: first.start,
    text: words.map((word) => word + parting).join(''),
  };
}

/** The text without the launcher of a wrapped entry; `original` tells how it was written. */
export function unwrapText(
  text: string,
  server: ServerText,
  { original, language }: { readonly original: Original | undefined; readonly language: Language },
): string {
  const wrapping = wrappingOf(server);
  const { command, args, ownArgs, name } = server;
  if (!wrapping || !command || args === undefined || args === 'unknown') {
    throw new Error(`${name} is not wrapped`);
  }
  const isKnown = original?.command === wrapping.command;
  const literal = isKnown ? original.literal : language.quote(wrapping.command);
  const nothingLeft = args.items.length === wrapping.ownCount;
  const remove =
    nothingLeft && original?.hadArgs === false && ownArgs
      ? ownArgs
      : ownItems(text, args, wrapping.ownCount);
  return edited(text, [
    { ...command, text: literal },
    { ...remove, text: '' },
  ]);
}

/** What a wrapped entry itself tells of how it was written: all but quotes, and whether it had arguments. */
export function wrappedOriginal(server: ServerText, { quote }: Language): Original | undefined {
  const command = wrappingOf(server)?.command;
  return command === undefined ? undefined : { command, literal: quote(command), hadArgs: true };
}

/** The span of the first `count` items, with what parts them from the next one. */
function ownItems(
  text: string,
  { items }: ListText,
  count: number,
): { start: number; end: number } {
  const start = items[0]?.start ?? 0;
  const next = items[count]?.start;
  if (next !== undefined) return { start, end: next };
  const end = items[count - 1]?.end ?? start;
  return { start, end: end + (/^\s*,/.exec(text.slice(end))?.[0].length ?? 0) };
}
