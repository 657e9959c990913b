/** `wiretape tail`: what is being said now, in all sessions, until Ctrl-C. */
import type { Command } from 'commander';
import { encodeEntry } from '../model/line.ts';
import { sealedOrder } from '../model/order.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { followSessions } from './following.ts';
import { endSignal } from './serve.ts';
import { stateOf } from './state.ts';
import { remark, safeJson, terminal } from './terminal.ts';
import { createTranscript } from './transcript.ts';

export function registerTail(command: Command): void {
  addCommonOptions(command).action(tail);
}

async function tail(options: CommonOptions): Promise<void> {
  const { colors, width, line } = terminal();
  const linesOf = createTranscript({ width, colors, named: true });
  const ending = new AbortController();
  const ended = endSignal().then(() => ending.abort());
  const following = followSessions(
    stateOf(options.state),
    {
      ready: () => remark('Following all sessions; Ctrl-C ends.'),
      tell: (entries, old) => {
        for (const entry of sealedOrder(entries)) {
          const lines = linesOf(entry);
          if (old) continue;
          if (options.json) line(safeJson(encodeEntry(entry)));
          else for (const text of lines) line(text);
        }
      },
    },
    ending.signal,
  );
  await Promise.race([following, ended]);
}
