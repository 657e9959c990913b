/** `wiretape rm`: erases sessions, so that no bytes of them stay. */
import type { Command } from 'commander';
import type { SessionSummary } from '../model/summary.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { chooseSession, withSource } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, remark } from './terminal.ts';

export function registerRm(command: Command): void {
  addCommonOptions(command)
    .argument('<session...>', 'ids, starts of ids, or a name that only one session has')
    .action(removeSessions);
}

async function removeSessions(words: string[], options: CommonOptions): Promise<void> {
  const removed = await withSource(stateOf(options.state), async (source) => {
    const all = await source.summaries();
    const chosen = [...new Set(words.map((word) => chooseOne(all, word)))];
    for (const session of chosen) {
      if (await source.isLive(session)) throw live(session);
    }
    for (const { id } of chosen) await source.remove(id);
    return chosen.map(({ id }) => id);
  });
  if (options.json) printJson({ removed });
  else for (const id of removed) remark(`${id} is erased.`);
}

/** What cannot be undone needs a word that means one session only. */
function chooseOne(all: readonly SessionSummary[], word: string): SessionSummary {
  const count = all.filter(({ name }) => name === word).length;
  if (count <= 1) return chooseSession(all, word);
  const hint = 'Give an id; wiretape ls lists them.';
  throw new UserError('ambiguous-session', `${count} sessions are named ${word}.`, hint);
}

function live({ id, name }: SessionSummary): UserError {
  const hint = 'End its client first.';
  return new UserError('session-live', `${name} (${id}) is still being recorded.`, hint);
}
