/**
 * Erases the oldest sessions and spans of others when they are older, or all of them larger, than agreed.
 *
 * Whole sessions only, and never one that is still being recorded. Spans come from anyone, so they
 * have a share of their own, and cannot drive out all that was recorded.
 */
import type { StoredSession, TenantStore } from './store.ts';

export interface Retention {
  /** Days since the last entry of a session. */
  readonly days: number;
  /** Bytes of all sessions and spans together. */
  readonly bytes: number;
}

export const RETENTION: Retention = { days: 30, bytes: 2 * 1024 ** 3 };

const DAY = 86_400_000;
/** Of the bytes, for spans. */
const SPAN_SHARE = 0.25;

/**
 * The sessions that are to go, oldest first. `now`: ms since 1970. One whose time is not known
 * stays: after a crash summaries are missing until they are derived again.
 */
export function expired(
  sessions: readonly StoredSession[],
  { days, bytes }: Retention,
  now: number,
): string[] {
  const known = sessions.filter((session) => Number.isFinite(lastSeen(session)));
  const oldestFirst = known.sort((a, b) => lastSeen(a) - lastSeen(b));
  let held = sessions.reduce((sum, session) => sum + session.bytes, 0);
  const gone: string[] = [];
  for (const session of oldestFirst) {
    if (held <= bytes && now - lastSeen(session) <= days * DAY) break;
    held -= session.bytes;
    gone.push(session.id);
  }
  return gone;
}

/** Wall time of the last entry, in ms. */
function lastSeen({ summary }: StoredSession): number {
  return summary ? Date.parse(summary.wall) + summary.lastAt / 1000 : Number.NaN;
}

/** How often sessions are looked over, in ms. */
const INTERVAL = 600_000;

export interface Erasing {
  isLive(session: string): Promise<boolean>;
  erase(session: string): Promise<boolean>;
}

/** Looks now and then, until what it gives is called. */
export function keepWithin(
  retention: Retention,
  store: TenantStore,
  { isLive, erase }: Erasing,
): () => Promise<void> {
  const look = async (): Promise<void> => {
    const now = Date.now();
    const { days, bytes } = retention;
    const spans = await store.trimSpans({ since: now - days * DAY, bytes: bytes * SPAN_SHARE });
    const left = { days, bytes: bytes - spans };
    for (const id of expired(await store.sessions(), left, now)) {
      if (!(await isLive(id))) await erase(id);
    }
  };
  let looking = look().catch(() => undefined);
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined);
  }, INTERVAL).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
