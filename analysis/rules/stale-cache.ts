import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf } from '../../model/session.ts';
import { type StaleValue, staleValues } from '../catalog/stale-values.ts';
import { quoted } from '../moment.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const staleCache: Rule = {
  rule: 'stale-cache',
  code: 'C21',
  version: 1,
  severity: 'medium',
  definition:
    'A client used a value of a result that it had kept too long: after the server had said that the resource or list was changed, or after the time for which the result was good (ttlMs), it sent the value on without asking again; and the next result has it no more. Low where only the time was over.',
  wrongWhen:
    'The client knows the value from elsewhere as well, or it changed only after it was used. A use at once behind the word of a change is left out, and so is what was asked for again first. Pages and the rounds of one call are left out; and that a kept result was only shown to somebody is not on the wire.',
  confirm:
    'Compare the value in the request with both results. A client should ask again when it hears of the change, or when the time is over.',
  source:
    'MCP server/utilities/caching of 2026-07-28; server/resources "Subscriptions" and "List Changed Notification" of all revisions.',
  fixtures: ['test/analysis/conflicts/stale-cache.test.ts'],
  find({ views, operations, order }) {
    const stale = staleValues(views, operations, (operation) => order().sourcesOf(operation));
    const groups = groupBy(stale, ({ view, had, use, told }) =>
      JSON.stringify([nameOf(view.session), had.method, had.subject, use.tool, told !== undefined]),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

function findingOf(stale: readonly StaleValue[]): Finding[] {
  const [first] = stale;
  if (!first) return [];
  const { view, had, use, source, told } = first;
  const what = had.subject ?? had.method;
  const why = told
    ? 'the server had said that it changed'
    : 'the time was over for which it was good';
  return found(staleCache, {
    tier: 'OBSERVED',
    severity: told ? 'medium' : 'low',
    confidence: told ? 0.85 : 0.6,
    message: `${use.tool} of ${nameOf(use.view.session)} was given ${quoted(source.value)} out of a kept ${quoted(what)} of ${nameOf(view.session)}, ${times(stale.length)}: ${why}, and the next result has it no more.`,
    evidence: stale.flatMap((one) => [
      ...answered(one.view.session, one.had, 'result that was kept', '/result'),
      ...(one.told ? [place(one.view.session, one.told.ref, 'word of the change')] : []),
      asked(one.use.view.session, one.use.call, 'use of the old value', one.source.pointer),
      ...answered(one.view.session, one.next, 'next result, without it', '/result'),
    ]),
    what: [view.session.server?.name ?? nameOf(view.session), had.method, use.tool],
  });
}
