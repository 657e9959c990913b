/** Where `lock` and `check --lock` learn what servers offer: recordings, or a server that is started. */
import type { Command } from 'commander';
import { type Definitions, definitionsOf, LISTINGS } from '../analysis/definitions.ts';
import { startOf } from '../model/order.ts';
import type { SessionView } from '../model/session.ts';
import { serverName } from '../tap/index.ts';
import { UserError } from './error.ts';
import { gather, newestRun, reportProblems, withSource } from './sessions.ts';

/** The words before `--`, and the command after it. Commander leaves the two in one list. */
export function splitWords(
  words: readonly string[],
  command: Command,
): readonly [string[], string[]] {
  const typed =
    (command.parent as (Command & { readonly rawArgs: readonly string[] }) | null)?.rawArgs ?? [];
  const at = typed.indexOf('--');
  const after = at === -1 ? 0 : typed.length - at - 1;
  return [words.slice(0, words.length - after), words.slice(words.length - after)];
}

export interface Sources {
  readonly recordings: readonly string[];
  readonly command: readonly string[];
  readonly name: string | undefined;
  readonly state: string;
}

/** What the servers of the recordings, or the one that is started, offer. */
export async function definitionsIn({
  recordings,
  command,
  name,
  state,
}: Sources): Promise<Definitions> {
  if (command.length > 0 && recordings.length > 0) {
    const hint = 'Name recordings, or a command after --.';
    throw new UserError('wrong-usage', 'Definitions come from recordings or from a server.', hint);
  }
  const found =
    command.length > 0
      ? await live(command, name)
      : definitionsOf(await recorded(recordings, state));
  if (Object.keys(found).length > 0) return found;
  const hint = 'Record a session in which its client lists them, or name the server after --.';
  throw new UserError('nothing-listed', 'No server said there what it offers.', hint);
}

/** What a server does not announce it does not offer: its lists are empty, and not unknown. */
async function live(command: readonly string[], given: string | undefined): Promise<Definitions> {
  const { listLive } = await import('./live-listing.ts');
  const [program = '', ...args] = command;
  const name = given ?? serverName(program, args);
  const empty = Object.fromEntries(LISTINGS.map((listing) => [listing, {}]));
  return { [name]: { ...empty, ...definitionsOf(await listLive(name, command))[name] } };
}

async function recorded(words: readonly string[], state: string): Promise<SessionView[]> {
  const { views, problems } = await gather(words.length > 0 ? words : [await newest(state)], state);
  reportProblems(problems);
  return [...views].sort((a, b) => beganAt(a) - beganAt(b));
}

function beganAt({ session: { head } }: SessionView): number {
  return head ? startOf(head.clock) : 0;
}

async function newest(state: string): Promise<string> {
  const run = newestRun(await withSource(state, (source) => source.summaries()));
  if (run) return run.id;
  const hint = 'Name a recording, or a server after --.';
  throw new UserError('unknown-session', 'No session is recorded yet.', hint);
}
