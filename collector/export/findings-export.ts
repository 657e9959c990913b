/**
 * What analysis finds in exported sessions, as log records: at the end of a session, and before that
 * whenever it has grown by half, so that all looks together cost no more than a few. A finding goes
 * out once for the session whose message shows it first, and again when it has become another matter.
 */
import { type Finding, sessionsOf } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import type { ToldFinding } from '../../model/otel/finding-logs.ts';
import { type Parent, urlIn } from '../../model/otel/options.ts';
import type { Findings } from '../findings.ts';
import type { Exported, StoredSession, TenantStore } from '../store.ts';
import { markIn } from './marks.ts';
import type { ExportThread } from './orders.ts';

export interface FindingsExport {
  /** Something more of this session was exported. */
  grown(session: string): void;
  /** A session that was there before: what was found in it may not have been told. */
  known(session: StoredSession): void;
  /** Something was explored: sessions whose findings may be another matter now are looked at again. */
  explored(): void;
  /** Looks at one session, where there is one to look at. */
  next(): Promise<boolean>;
  /** There is one to look at that could not be told of before. */
  isDue(): boolean;
  /** Why the endpoint takes no findings; undefined while it does. */
  shut(): string | undefined;
}

export interface FindingsExportOptions {
  readonly endpoint: string;
  readonly store: TenantStore;
  readonly findings: Findings;
  readonly thread: ExportThread;
  readonly page: string;
  readonly parent: Parent | undefined;
  /** After so many ms an endpoint that takes no findings is asked again. */
  readonly again: number;
}

export function createFindingsExport(options: FindingsExportOptions): FindingsExport {
  const { endpoint, store, findings, thread } = options;
  const grown = new Set<string>();
  /** Looked at although they have not grown. */
  const again = new Set<string>();
  let isExplored = true;
  let shut: string | undefined;
  let askAgainAt = 0;

  const isWaiting = (): boolean => shut !== undefined && performance.now() < askAgainAt;
  /** Whether the endpoint has them now. */
  const tell = async (home: string, found: readonly Finding[]): Promise<boolean> => {
    const session = await store.session(home);
    const mark = session && markIn(session, endpoint);
    const fresh = found.filter((one) => mark?.findings[one.fingerprint] !== graveness(one));
    if (!session || !mark || fresh.length === 0) return true;
    const told = await toldOf(options, { session, mark }, fresh);
    if (!told) return true;
    const done = await thread.ask({ do: 'findings', of: [told] });
    shut = done.shut;
    askAgainAt = performance.now() + options.again;
    if (shut !== undefined) return false;
    const known = Object.fromEntries(fresh.map((one) => [one.fingerprint, graveness(one)]));
    await store.keepExported(home, { ...mark, findings: { ...mark.findings, ...known } });
    return true;
  };
  const tellAll = async (id: string): Promise<boolean> => {
    const found = (await findings.findings([id])).filter(({ suppressed }) => !suppressed);
    for (const [home, own] of groupBy(found, (one) => sessionsOf(one)[0] ?? id))
      if (!(await tell(home, own))) return false;
    return true;
  };

  return {
    grown: (session) => void grown.add(session),
    known(session) {
      const mark = markIn(session, endpoint);
      if (mark.seq >= 0 && isDue(session, mark)) grown.add(session.id);
    },
    isDue: () => shut !== undefined && !isWaiting() && grown.size + again.size > 0,
    explored() {
      isExplored = true;
    },
    shut: () => shut,
    async next() {
      if (isExplored) {
        isExplored = false;
        for (const id of await touched(options)) again.add(id);
      }
      const [id] = [...again, ...grown];
      if (id === undefined || isWaiting()) return false;
      grown.delete(id);
      const isAgain = again.delete(id);
      const session = await store.session(id);
      if (!session || !(isAgain || isDue(session, markIn(session, endpoint)))) return true;
      if (!(await tellAll(id))) {
        (isAgain ? again : grown).add(id);
        return false;
      }
      // By now something of it may have been told.
      const now = await store.session(id);
      if (now) await store.keepExported(id, { ...markIn(now, endpoint), judged: session.end });
      return true;
    },
  };
}

/** The sessions that were looked at and have a finding that was explored, or calls that were run. */
async function touched({ endpoint, store, findings }: FindingsExportOptions): Promise<string[]> {
  const judgements = await findings.explored();
  const prints = new Set(judgements.map(({ finding }) => finding));
  const run = new Set(judgements.flatMap(({ sessions }) => sessions));
  if (judgements.length === 0) return [];
  return (await store.sessions()).flatMap((session) => {
    const { judged, findings: known } = markIn(session, endpoint);
    const isMeant = run.has(session.id) || Object.keys(known).some((one) => prints.has(one));
    return judged >= 0 && isMeant ? [session.id] : [];
  });
}

/** A session that is over is looked at once more. */
function isDue({ end, summary }: StoredSession, { judged }: Exported): boolean {
  return summary?.phase === 'ended' ? judged < end : end + 1 >= 1.5 * (judged + 1);
}

/** What makes it another matter. */
function graveness({ tier, severity }: Finding): string {
  return `${tier} ${severity}`;
}

async function toldOf(
  { findings, page, parent }: FindingsExportOptions,
  { session: { id }, mark }: { readonly session: StoredSession; readonly mark: Exported },
  found: readonly Finding[],
) {
  const messages = found.map(({ evidence }) => evidence[0].message);
  const known = await findings.spans({ session: id, messages, runs: mark.runs, parent });
  if (!known) return undefined;
  const urlOf = urlIn(page);
  const told = found.map((finding): ToldFinding => {
    const { message } = finding.evidence[0];
    return { finding, session: id, span: known.spans.get(message), url: urlOf(message) };
  });
  return { resource: known.resource, findings: told };
}
