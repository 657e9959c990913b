/**
 * Values that a client took from a result that was no longer good: the server had said since that the
 * resource changed, or its time (ttlMs) was over, and the client used what it had without asking
 * again. That it was old shows in the next result, which has the value no more.
 */
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import { startOf } from '../../model/order.ts';
import type { Call, NotificationSeen, WholeView } from '../../model/session.ts';
import type { Operation } from '../footprint/operation.ts';
import type { Source } from '../order/data-flow.ts';
import { countOf } from '../spans.ts';

export interface StaleValue {
  readonly view: WholeView;
  /** The last result before the use, and the next one after it. */
  readonly had: Call;
  readonly next: Call;
  readonly use: Operation;
  readonly source: Source;
  /** The word of the change; undefined where the time was over. */
  readonly told: NotificationSeen | undefined;
}

/** Results that say how long they are good, and the notification that takes them back. */
const TAKEN_BACK: ReadonlyMap<string, string> = new Map([
  ['resources/read', 'notifications/resources/updated'],
  ['resources/list', 'notifications/resources/list_changed'],
  ['resources/templates/list', 'notifications/resources/list_changed'],
  ['prompts/list', 'notifications/prompts/list_changed'],
]);

/** A client may have read the word of a change so long before it acts on it, in µs. */
const GRACE = 100_000;

export function staleValues(
  views: readonly WholeView[],
  operations: () => readonly Operation[],
  sourcesOf: (operation: Operation) => readonly Source[],
): StaleValue[] {
  const caches = new Map(
    views.flatMap((view) => {
      const cached = cachedIn(view);
      return cached.size > 0 ? [[view.session.id, { view, cached }] as const] : [];
    }),
  );
  if (caches.size === 0) return [];
  return operations().flatMap((use) =>
    sourcesOf(use).flatMap((source) => {
      const from = caches.get(source.session);
      const cached = source.call && from?.cached.get(keyOf(source.call));
      const isComparable =
        from?.view.session.head?.clock.boot === use.view.session.head?.clock.boot;
      return from && cached && isComparable ? (staleUse(use, source, from.view, cached) ?? []) : [];
    }),
  );
}

interface Cached {
  /** In the order they were asked. */
  readonly reads: readonly Call[];
  readonly told: readonly NotificationSeen[];
}

/** What was asked for twice and may have been kept in between. */
function cachedIn(view: WholeView): Map<string, Cached> {
  const { session } = view;
  const reads = session.calls.filter((call) => isKeepable(call, view));
  const told = groupBy(session.notifications, ({ method, subject }) => `${method} ${subject}`);
  const cached = new Map<string, Cached>();
  for (const [key, own] of groupBy(reads, keyOf)) {
    const [first] = own;
    if (own.length < 2 || !first) continue;
    const word = `${TAKEN_BACK.get(first.method)} ${first.subject}`;
    cached.set(key, { reads: own, told: told.get(word) ?? [] });
  }
  return cached;
}

/** Of what comes in pages, and of rounds of one call, nobody can say what is kept (caching, 2026-07-28). */
function isKeepable({ method, outcome, ties, request, response }: Call, view: WholeView): boolean {
  if (!TAKEN_BACK.has(method) || outcome !== 'result' || !response) return false;
  if (ties.answers !== undefined || ties.sentState !== undefined) return false;
  const isPage = member(view.value(request), 'params', 'cursor') !== undefined;
  return !isPage && member(view.value(response), 'result', 'nextCursor') === undefined;
}

function keyOf({ method, subject }: Call): string {
  return `${method} ${subject}`;
}

function staleUse(
  use: Operation,
  source: Source,
  view: WholeView,
  { reads, told }: Cached,
): StaleValue | undefined {
  // When the request of the use was read, on the clock of the session that had the value.
  const at = use.start - use.call.request.sent + use.call.request.at - startIn(view);
  const asked = countOf(reads, ({ request }) => request.at < at);
  const [had, next] = [reads[asked - 1], reads[asked]];
  if (!had?.response || !next?.response || had.response.sent > at) return undefined;
  const word = told[countOf(told, ({ ref }) => ref.seq <= had.request.seq)];
  const isTold = word !== undefined && word.ref.sent + GRACE < at;
  const after = told[countOf(told, ({ ref }) => ref.at <= at)];
  if (!isTold && !isExpired(had, at, view)) return undefined;
  // What was told of only after the use may have changed only then.
  if (isTold && after && after.ref.seq < next.request.seq) return undefined;
  if (!shows(had, source.value, view) || shows(next, source.value, view)) return undefined;
  return { view, had, next, use, source, told: isTold ? word : undefined };
}

function startIn({ session }: WholeView): number {
  return session.head ? startOf(session.head.clock) : 0;
}

function isExpired({ response }: Call, at: number, view: WholeView): boolean {
  const ttl = response && member(view.value(response), 'result', 'ttlMs');
  return typeof ttl === 'number' && ttl > 0 && at > (response?.sent ?? 0) + ttl * 1000 + GRACE;
}

function shows({ response }: Call, text: string, view: WholeView): boolean {
  const result = response && member(view.value(response), 'result');
  return (JSON.stringify(result) ?? '').includes(JSON.stringify(text).slice(1, -1));
}
