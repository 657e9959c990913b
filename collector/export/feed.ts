/**
 * Gives the thread what it lacks of sessions, and keeps how far the endpoint has them once all that
 * was made of it has arrived. What the thread has is bounded: it is given more when it has sent that.
 */
import type { SpansConfirmed } from '../../model/entry.ts';
import type { Session } from '../../model/session.ts';
import { pagesOf } from '../pages.ts';
import type { StoredSession } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import { type KnownRuns, settledRuns } from './known-runs.ts';
import { type Asked, markIn, type Progress, sentUpTo } from './marks.ts';
import type { ExportThread } from './orders.ts';

export interface Feed {
  /** Gives what is stored of a session behind what the endpoint has. */
  take(session: string): Promise<void>;
  /** Brings all that waits, and keeps that it is there; gives the sessions it was of. */
  send(): Promise<readonly string[]>;
  /** Something of what was sent has not arrived, and is sent again with the rest. */
  isKeeping(): boolean;
  /** What was left to taps that record on is looked at again. */
  leftToTaps(): readonly string[];
  forget(session: string): void;
  /** The thread has nothing any more. */
  reset(): void;
}

export interface FeedOptions {
  readonly endpoint: string;
  readonly asked: Asked;
  readonly tenant: Tenant;
  readonly thread: ExportThread;
  readonly runs: KnownRuns;
  readonly isLive: (session: string) => Promise<boolean>;
}

/** Spans that are made before they are sent, about. */
const TOGETHER = 2048;

export function createFeed(options: FeedOptions): Feed {
  const { endpoint, asked, tenant, thread, runs, isLive } = options;
  const { store } = tenant;
  /** How far the thread has each session that may go on. */
  const held = new Map<string, { readonly seq: number; readonly rewrites: number }>();
  /** What will be so when all that waits has arrived. */
  const coming = new Map<string, Progress>();
  const left = new Set<string>();

  const send = async (): Promise<readonly string[]> => {
    if (coming.size === 0) return [];
    const { kept } = await thread.ask({ do: 'send' });
    const sent = [...coming].filter(([id]) => !kept.includes(id));
    for (const [id, mark] of sent) {
      coming.delete(id);
      const session = await store.session(id);
      if (session) await store.keepExported(id, { ...markIn(session, endpoint), ...mark });
      if (session?.summary?.phase === 'ended' && mark.seq >= session.end) await drop(id);
    }
    return sent.map(([id]) => id);
  };
  const drop = async (id: string) => held.delete(id) && thread.ask({ do: 'drop', session: id });
  const give = async (
    session: StoredSession,
    mark: Progress,
    confirmed: SpansConfirmed | undefined,
  ): Promise<void> => {
    const { id, rewrites, summaryEnd: end } = session;
    const now = runsNow(runs, session, mark);
    const known = held.get(id);
    let from = known?.rewrites === rewrites ? known.seq + 1 : 0;
    for await (const page of pagesOf(store, id, from, end)) {
      const lines = page.flatMap(({ seq, line }) => (seq <= end ? [line] : []));
      const anew = from === 0;
      const sent = sentUpTo(session, coming.get(id) ?? mark);
      const told = { lines, anew, sent, confirmed, runs: now };
      const { waiting } = await thread.ask({ do: 'take', session: id, ...told });
      from = Math.min(end, page.at(-1)?.last ?? end) + 1;
      held.set(id, { seq: from - 1, rewrites });
      coming.set(id, { seq: Math.max(sent, from - 1), rewrites, runs: now });
      if (waiting >= TOGETHER) await send();
    }
  };

  return {
    send,
    async take(id) {
      const session = await store.session(id);
      if (!session?.summary || !(await asked.isExported(session))) return;
      const mark = coming.get(id) ?? markIn(session, endpoint);
      if (sentUpTo(session, mark) >= session.summaryEnd) return;
      const known = (await tenant.warm.get(id))?.machine.session;
      const isOfTap = known !== undefined && asked.isOfTap(known.head);
      if (isOfTap && (await isGoingOn(known, isLive))) left.add(id);
      else await give(session, mark, isOfTap ? known.confirmedSpans : undefined);
    },
    isKeeping: () => coming.size > 0,
    leftToTaps: () => drained(left),
    forget(id) {
      asked.forget(id);
      coming.delete(id);
      left.delete(id);
      drop(id).catch(() => {});
    },
    reset() {
      held.clear();
      coming.clear();
    },
  };
}

/** The runs of a session with what came to them since. */
function runsNow(known: KnownRuns, { summary }: StoredSession, mark: Progress) {
  if (!summary) return mark.runs;
  known.put(summary);
  return settledRuns(mark.runs, known.of(summary));
}

function drained(set: Set<string>): readonly string[] {
  const all = [...set];
  set.clear();
  return all;
}

/** Its tap may still send spans of it. */
async function isGoingOn({ id, phase }: Session, isLive: FeedOptions['isLive']): Promise<boolean> {
  return phase !== 'ended' || (await isLive(id));
}
