import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf } from '../../model/session.ts';
import { type Attempts, attemptsOf } from '../attempts/attempts.ts';
import { createLooks } from '../attempts/looks.ts';
import { outcomeOf } from '../attempts/outcome.ts';
import { times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const retryOfUnknownOutcome: Rule = {
  rule: 'retry-of-unknown-outcome',
  code: 'C12',
  version: 1,
  severity: 'medium',
  definition:
    'A request that should not run twice got no answer, or one that says that somebody gave up waiting, and was sent again with the same arguments; nothing that was recorded shows that the first one did not run, and its sender did not look in between. Only tools of which a second run does something more, as for duplicate-side-effect.',
  wrongWhen:
    'The first request never ran: it was lost before the server read it, or the server stopped it. Or the server knows the same request again by something else than its arguments.',
  confirm:
    'Look whether the server keeps it once or twice. An idempotency key in the arguments, or a read before the second request, would have shown it.',
  source:
    'At-least-once delivery of requests that are not idempotent; MCP ToolAnnotations idempotentHint; basic/utilities/cancellation: a cancelled request may have run.',
  fixtures: ['test/analysis/conflicts/attempts.test.ts'],
  find({ operations }) {
    const retried = attemptsOf(operations()).filter(isUnknown);
    if (retried.length === 0) return [];
    const looks = createLooks(operations());
    const blind = retried.filter(({ all }) => !looks.between(all[0], all[1]));
    const groups = groupBy(blind, ({ all: [{ view, tool }] }) =>
      JSON.stringify([nameOf(view.session), tool]),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

/** The first may have run, and no more than one of those that did is known. */
function isUnknown({ all, why }: Attempts): boolean {
  if (why !== 'retry' || outcomeOf(all[0]) !== 'unknown') return false;
  const outcomes = all.map(outcomeOf);
  return outcomes.at(-1) !== 'refused' && outcomes.filter((one) => one === 'done').length < 2;
}

function findingOf(retried: readonly Attempts[]): Finding[] {
  const [only] = retried;
  if (!only) return [];
  const { view, tool, container } = only.all[0];
  const many = retried.length === 1 ? '' : `, ${times(retried.length)}`;
  return found(retryOfUnknownOutcome, {
    tier: 'POTENTIAL',
    severity: 'medium',
    confidence: only.harm * 0.75,
    message: `${tool} of ${nameOf(view.session)} was sent again with the same arguments although the first request may have run${many}: its outcome was never known, and nobody looked before the second.`,
    evidence: retried.flatMap(({ all }) =>
      all.flatMap((operation, index) => [
        asked(
          operation.view.session,
          operation.call,
          index === 0 ? 'request whose outcome is unknown' : 'the same request again',
          '/params/arguments',
        ),
        ...(outcomeOf(operation) === 'done'
          ? answered(operation.view.session, operation.call, 'success of the repetition')
          : []),
      ]),
    ),
    what: [container.server, tool],
  });
}
