/** Violations as findings: those of one rule by one side about one thing are told together. */
import { fingerprint } from '../../model/canonical.ts';
import { reference } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import { nameOf, type Session } from '../../model/session.ts';
import { quoted } from '../moment.ts';
import { times } from '../rules/anomalies.ts';
import { kept, type Rule, stamp } from '../rules/rule.ts';
import type { Broken } from './automaton.ts';
import type { ProtocolRule } from './protocol-rule.ts';

/** A protocol rule as the list of all rules has it. */
export function asRule(rule: ProtocolRule): Rule {
  const { revisions, page, needs: _, says, watch, ...words } = rule;
  const own: Rule = {
    ...words,
    source: `MCP ${page} (${revisions.join(', ')})`,
    stated: { revisions, page },
    find: ({ views, broken }) =>
      views.flatMap((view) =>
        broken(view)
          .filter((one) => one.rule === rule)
          .flatMap((one) => findingOf(own, says, view.session, one)),
      ),
  };
  return own;
}

function findingOf(
  rule: Rule,
  says: ProtocolRule['says'],
  session: Session,
  { by, about, severity, count, evidence: shown }: Broken,
): Finding[] {
  const evidence = kept(
    shown.map(({ at, ...how }) => ({ message: reference(session.id, at.seq, at.item), ...how })),
  );
  if (!evidence) return [];
  const who = `The ${by} of ${nameOf(session)}`;
  return [
    {
      ...stamp(rule),
      // What a revision demands is shown broken by the messages; advice not followed proves nothing.
      tier: isError(severity) ? 'PROVEN' : 'OBSERVED',
      severity,
      confidence: 1,
      message: says({
        by,
        who,
        about: about === undefined ? '' : quoted(about),
        times: times(count),
      }),
      evidence,
      fingerprint: fingerprint([
        rule.rule,
        by,
        by === 'server' ? (session.server?.name ?? nameOf(session)) : nameOf(session),
        ...(about === undefined ? [] : [about]),
      ]),
    },
  ];
}

function isError(severity: Finding['severity']): boolean {
  return severity === 'high' || severity === 'critical';
}
