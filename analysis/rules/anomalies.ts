/** Anomalies of sessions as one finding a session and side, so that a thousand of one kind are one. */

import { fingerprint } from '../../model/canonical.ts';
import { type Peer, reference } from '../../model/entry.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import type { Anomaly, Session, SessionView } from '../../model/session.ts';
import { nameOf } from '../../model/session.ts';
import { kept, type Rule, stamp } from './rule.ts';

export interface Group {
  readonly view: SessionView;
  readonly from: Peer;
  readonly anomalies: readonly [Anomaly, ...Anomaly[]];
}

/** The anomalies of one kind by session, side and faults. */
export function anomaliesOf(views: readonly SessionView[], kind: Anomaly['kind']): Group[] {
  return views.flatMap((view) => {
    const own = view.session.anomalies.filter((anomaly) => anomaly.kind === kind);
    const groups = groupBy(own, ({ from, faults }) => `${from} ${faults?.join(' ') ?? ''}`);
    return [...groups.values()].flatMap(([first, ...rest]): Group[] =>
      first ? [{ view, from: first.from, anomalies: [first, ...rest] }] : [],
    );
  });
}

/** A finding of a protocol rule: the message itself shows it, so it is proven. */
export function proven(
  rule: Rule,
  session: Session,
  found: Pick<Finding, 'message' | 'severity'> & {
    evidence: readonly Evidence[];
    what: readonly string[];
  },
): Finding[] {
  const evidence = kept(found.evidence);
  if (!evidence) return [];
  return [
    {
      ...stamp(rule),
      tier: 'PROVEN',
      severity: found.severity,
      confidence: 1,
      message: found.message,
      evidence,
      fingerprint: fingerprint([rule.rule, session.server?.name ?? nameOf(session), ...found.what]),
    },
  ];
}

export function place(
  session: Session,
  at: { readonly seq: number; readonly item?: number },
  role: string,
): Evidence {
  return { message: reference(session.id, at.seq, at.item), role };
}

/** `once`, `twice`, `20 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
