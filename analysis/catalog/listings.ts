/** What a server offered when: its listings of tools in order, and when it said that they changed. */
import { catalogs, type Offer } from '../../model/catalog.ts';
import { member, textMember } from '../../model/json.ts';
import type { Call, NotificationSeen, SessionView } from '../../model/session.ts';

export interface Listing {
  /** The request for its first page, and the answer with its last one. */
  readonly first: Call;
  readonly last: Call;
  /** Of two tools with one name the first counts, as for a client that looks a name up. */
  readonly tools: ReadonlyMap<string, Offer>;
  /** There was a page that nobody asked for. */
  readonly partial: boolean;
}

/** The listings of tools of a session that were answered, in the order they were. */
export function listingsOf(view: SessionView): Listing[] {
  return catalogs(view).flatMap(({ kind, offers, pages, partial }) => {
    const [first] = pages;
    const last = pages.at(-1);
    if (kind !== 'tool' || !first || !last) return [];
    const tools = new Map<string, Offer>();
    for (const offer of offers) if (!tools.has(offer.name)) tools.set(offer.name, offer);
    return [{ first, last, tools, partial }];
  });
}

/** Where the definition of an offer stands in the answer that carried it, as a JSON pointer. */
export function pointerTo({ name, source }: Offer, view: SessionView): string {
  const tools = member(view.value(source), 'result', 'tools');
  const at = Array.isArray(tools)
    ? tools.findIndex((tool) => textMember(tool, 'name') === name)
    : 0;
  return `/result/tools/${at}`;
}

/** A call of a tool, between what was known then and what was listed next. */
export interface CallInTime {
  readonly call: Call;
  readonly name: string;
  /** The newest listing that was answered before the call was sent, and the one before it. */
  readonly known: Listing | undefined;
  readonly older: Listing | undefined;
  /** The first listing that was asked for after the call. */
  readonly next: Listing | undefined;
  /** The newest word of a change since the known listing was asked for, and the first one after the call. */
  readonly changed: NotificationSeen | undefined;
  readonly changedAfter: NotificationSeen | undefined;
  /** The list was being asked for when the call was sent. */
  readonly isRefreshing: boolean;
}

const CHANGED = 'notifications/tools/list_changed';

/** The tool calls of a session with what was listed around them; everything is walked once. */
export function* callsInTime(
  view: SessionView,
  listings = listingsOf(view),
): Generator<CallInTime> {
  const { calls, notifications } = view.session;
  const changes = notifications.filter(({ method }) => method === CHANGED);
  const asked = [...listings].sort((a, b) => a.first.request.seq - b.first.request.seq);
  const answered = [...listings].sort((a, b) => endOf(a) - endOf(b));
  let [past, told, begun] = [0, 0, 0];
  for (const call of calls) {
    const { seq } = call.request;
    if (call.method !== 'tools/call' || call.from !== 'client' || call.subject === undefined)
      continue;
    while (past < answered.length && endOf(answered[past]) < seq) past++;
    while (told < changes.length && (changes[told]?.ref.seq ?? 0) < seq) told++;
    while (begun < asked.length && (asked[begun]?.first.request.seq ?? 0) < seq) begun++;
    const known = answered[past - 1];
    const change = changes[told - 1];
    const isSince = change && known && change.ref.seq > known.first.request.seq;
    yield {
      call,
      name: call.subject,
      known,
      older: answered[past - 2],
      next: asked[begun],
      changed: isSince ? change : undefined,
      changedAfter: changes[told],
      isRefreshing: begun > past,
    };
  }
}

function endOf(listing: Listing | undefined): number {
  return listing?.last.response?.seq ?? Number.POSITIVE_INFINITY;
}
