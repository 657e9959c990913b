/** How the rules of conflicts over data word what the search found. */
import { fingerprint } from '../../model/canonical.ts';
import type { Finding } from '../../model/finding.ts';
import type { ConflictName } from '../conflicts/conflict.ts';
import type { Grouped } from '../conflicts/groups.ts';
import { kept, type Material, type Rule, stamp } from './rule.ts';

/** The findings of the class that a rule is named after. */
export function conflictFindings(rule: Rule & { rule: ConflictName }, from: Material): Finding[] {
  return from
    .conflicts()
    .list.filter(({ name }) => name === rule.rule)
    .flatMap((conflict) => findingOf(rule, conflict));
}

function findingOf(rule: Rule, conflict: Grouped): Finding[] {
  const { tier, severity, confidence, server, tools, place, lost } = conflict;
  const evidence = kept(conflict.evidence);
  if (!evidence) return [];
  return [
    {
      ...stamp(rule),
      tier,
      severity,
      confidence: Math.round(confidence * 100) / 100,
      message: messageOf(conflict),
      evidence,
      fingerprint: fingerprint([rule.rule, server, tools, place.pattern]),
      resource: place.label,
      ...(lost ? { lost } : {}),
      ...(conflict.isFixed ? { fixed: true } : {}),
    },
  ];
}

function messageOf({ story, again, explains, elsewhere }: Grouped): string {
  const more = [
    again > 0 ? `The same happened ${times(again)} more here.` : '',
    explains.size > 0
      ? `It explains what else is here and not told: ${[...explains].map(([name, count]) => `${name}, ${times(count)}`).join('; ')}.`
      : '',
    elsewhere > 0 ? `The same is true of ${elsewhere} more resources.` : '',
  ];
  return [story, ...more.filter((text) => text !== '')].join(' ');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
