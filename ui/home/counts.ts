/** What Home counts: conflicts a session, and which workflows a filter leaves. */
import { parseReference } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import type { SessionSummary } from '../../model/summary.ts';
import type { Workflow } from '../../model/workflow.ts';
import { isConflict } from '../findings/shown.ts';

/** The conflicts by each session that is part of their evidence. */
export function conflictsBySession(
  findings: readonly Finding[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const finding of findings.filter(isConflict)) {
    for (const { message } of finding.evidence) {
      const session = parseReference(message)?.session ?? '';
      const own = found.get(session) ?? new Set();
      // The same fault in two runs has one fingerprint; its first evidence tells them apart.
      own.add(`${finding.fingerprint} ${finding.evidence[0].message}`);
      found.set(session, own);
    }
  }
  return found;
}

export interface Counts {
  readonly calls: number;
  readonly errors: number;
  readonly open: number;
  readonly lost: number;
  readonly conflicts: number;
}

export function countsOf(
  sessions: readonly SessionSummary[],
  conflicts: ReadonlyMap<string, ReadonlySet<string>>,
): Counts {
  const sum = (of: (session: SessionSummary) => number): number =>
    sessions.reduce((total, session) => total + of(session), 0);
  return {
    calls: sum(({ callCount }) => callCount),
    errors: sum(({ errorCount }) => errorCount),
    open: sum(({ openCount }) => openCount),
    lost: sum(({ lostCount }) => lostCount),
    conflicts: new Set(sessions.flatMap(({ id }) => [...(conflicts.get(id) ?? [])])).size,
  };
}

/** Every word of the filter stands in a name: of the workflow, its hosts, its servers. */
export function isWorkflowMatch({ name, hosts, sessions }: Workflow, query: string): boolean {
  const names = [
    name,
    ...hosts.map((host) => host.name),
    ...sessions.flatMap((session) => [session.name, session.client?.name ?? '']),
  ];
  const text = names.join('\n').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
