/** P-STD: pipes and processes. What is no message on a pipe (P-STD-01) is told by rules/malformed-message.ts. */
import type { NoteEntry } from '../../model/entry.ts';
import { EVERY, family } from './family.ts';
import type { Handlers, Happening, ProtocolRule, Watching } from './protocol-rule.ts';

export const STDIO: readonly ProtocolRule[] = family('stdio', [
  {
    rule: 'deaf-to-closed-stdin',
    code: 'P-STD-02',
    severity: 'medium',
    revisions: EVERY,
    page: 'basic/transports/stdio',
    definition:
      'The client had closed the standard input of the server a second before, and the server had to be ended by a signal. That it ended with a code while requests were open is told by unanswered-request.',
    wrongWhen: 'The server was still at work for the client, and would have ended by itself.',
    confirm: 'Start the command by hand and close its standard input (Ctrl-D).',
    says: ({ who, times }) =>
      `${who} did not end when its input was closed, ${times}; it had to be killed.`,
    watch: watchClosing,
  },
]);

function watchClosing({ report }: Watching): Handlers {
  let closed: NoteEntry | undefined;
  const atWork = ({ from }: Happening): void => {
    if (from === 'server') closed = undefined;
  };
  return {
    note({ entry }) {
      if (entry.type === 'note' && entry.closed === 'client') closed = entry;
    },
    // Who still says something is at work, and not deaf.
    response: atWork,
    request: atWork,
    notification: atWork,
    exit({ entry, ref }) {
      if (entry.type !== 'exit' || entry.signal === null || !closed) return;
      report({
        by: 'server',
        evidence: [
          { at: closed, role: 'server runs on' },
          { at: ref, role: `ended by ${entry.signal}` },
        ],
      });
    },
  };
}
