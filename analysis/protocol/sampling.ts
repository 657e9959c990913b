/** The messages that a server gives to the client's model. */
import { member, textMember } from '../../model/json.ts';
import { type Asked, whenAsked } from './asks.ts';
import { family, stated } from './family.ts';
import type { Handlers, ProtocolRule, Watching } from './protocol-rule.ts';

export const SAMPLING: readonly ProtocolRule[] = family('sampling', [
  {
    rule: 'tool-use-without-result',
    code: 'P-SAM-01',
    severity: 'high',
    revisions: stated('2025-11-25'),
    page: 'client/sampling',
    definition:
      'In the messages of sampling/createMessage a use of tools is not followed at once by a message with a result for each use and nothing else; or a message mixes results with other content. Providers of models refuse such messages.',
    wrongWhen: 'Nothing: the request itself shows it.',
    confirm: 'Look at the message that the evidence points to, and at the one before.',
    says: ({ who, times }) =>
      `${who} asked for sampling with uses of tools that have no results, ${times}.`,
    watch: watchToolUseWithoutResult,
  },
]);

function watchToolUseWithoutResult({ report }: Watching): Handlers {
  return whenAsked('sampling/createMessage', (asked, { ref, from = 'server' }) => {
    const at = unbalancedAt(asked);
    if (at === undefined) return;
    const pointer = `${asked.pointer}/messages/${at}`;
    report({ by: from, evidence: [{ at: ref, role: 'message', pointer }] });
  });
}

/** The first message that breaks the order of uses and results. */
function unbalancedAt({ params }: Asked): number | undefined {
  const messages = member(params, 'messages');
  if (!Array.isArray(messages)) return undefined;
  let used: ReadonlySet<string> = new Set();
  for (const [at, message] of messages.entries()) {
    const content = member(message, 'content');
    const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
    const results = idsOf(parts, 'tool_result', 'toolUseId');
    const isMixed = results.size > 0 && parts.some((one) => member(one, 'type') !== 'tool_result');
    if (isMixed || (used.size > 0 && !isSame(used, results))) return at;
    used = idsOf(parts, 'tool_use', 'id');
  }
  return used.size > 0 ? messages.length - 1 : undefined;
}

function idsOf(parts: readonly unknown[], type: string, key: string): Set<string> {
  const own = parts.filter((one) => member(one, 'type') === type);
  return new Set(own.map((one) => textMember(one, key) ?? ''));
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}
