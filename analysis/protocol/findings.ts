/** Violations as findings: those of one rule by one side about one thing are told together. */
import { fingerprint } from '../../model/canonical.ts';
import { reference } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf, type Session } from '../../model/session.ts';
import { quoted } from '../moment.ts';
import { times } from '../rules/anomalies.ts';
import { kept, type Rule, stamp } from '../rules/rule.ts';
import type { Broken } from './automaton.ts';
import type { ProtocolRule } from './protocol-rule.ts';

/** A protocol rule as the list of all rules has it. */
export function asRule(rule: ProtocolRule): Rule {
  const { revisions, page, says, watch, ...words } = rule;
  const own: Rule = {
    ...words,
    source: `MCP ${page} (${revisions.join(', ')})`,
    find: ({ views, broken }) =>
      views.flatMap((view) => {
        const mine = broken(view).filter((one) => one.rule === rule);
        return [...groupBy(mine, keyOf).values()].flatMap((group) =>
          findingOf(own, says, view.session, group),
        );
      }),
  };
  return own;
}

function keyOf({ by, about, severity }: Broken): string {
  return JSON.stringify([by, about, severity]);
}

function findingOf(
  rule: Rule,
  says: ProtocolRule['says'],
  session: Session,
  group: readonly Broken[],
): Finding[] {
  const evidence = kept(
    group.flatMap((one) =>
      one.evidence.map(({ at, ...shown }) => ({
        message: reference(session.id, at.seq, at.item),
        ...shown,
      })),
    ),
  );
  const [first] = group;
  if (!evidence || !first) return [];
  const { by, about } = first;
  const who = `The ${by} of ${nameOf(session)}`;
  return [
    {
      ...stamp(rule),
      // What a revision demands is shown broken by the messages; advice not followed proves nothing.
      tier: isError(first.severity ?? rule.severity) ? 'PROVEN' : 'OBSERVED',
      severity: first.severity ?? rule.severity,
      confidence: 1,
      message: says({
        who,
        about: about === undefined ? '' : quoted(about),
        times: times(group.length),
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
