/**
 * An order of entries that does not depend on who was faster: session after session by name; what a
 * client sends as it sent it; below each request what belongs to it, so that answers which overtook
 * each other stand in one place; then standard error, which is another pipe, and the end. Where the
 * files of a launch were is left out, as is what became of spans: a tap notes both whenever it knows.
 */
import type { Entry, SessionEntry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { order } from '../model/order.ts';
import type { Call, Seen } from '../model/session.ts';
import { createSessionMachine } from '../model/session-machine.ts';

export function stableOrder(entries: readonly Entry[]): Entry[] {
  const told = entries.filter((entry) => !(entry.type === 'note' && (entry.launch || entry.spans)));
  const groups = [...groupBy(told, ({ session }) => session).values()];
  return groups
    .map((own) => ({ name: nameOf(own), sorted: sessionOrder(own) }))
    .sort((a, b) => order(a.name, b.name))
    .flatMap(({ sorted }) => sorted);
}

function nameOf(own: readonly Entry[]): string {
  return own.find((entry): entry is SessionEntry => entry.type === 'session')?.name ?? '';
}

/** After all that crossed. */
const LATE: Readonly<Partial<Record<Entry['type'], number>>> = {
  stderr: Number.MAX_SAFE_INTEGER - 2,
  exit: Number.MAX_SAFE_INTEGER - 1,
  end: Number.MAX_SAFE_INTEGER,
};

function sessionOrder(own: readonly Entry[]): Entry[] {
  const bySeq = [...own].sort((a, b) => a.seq - b.seq);
  const placing = createPlacing(bySeq[0]?.session ?? '');
  const placed = bySeq.map((entry) => ({ entry, place: placing(entry) }));
  return placed
    .sort((a, b) => a.place - b.place || a.entry.seq - b.entry.seq)
    .map(({ entry }) => entry);
}

/** Gives the seq of the entry below which each next one stands, or its own. */
function createPlacing(session: string): (entry: Entry) => number {
  const machine = createSessionMachine(session);
  const exchanges = new Map<number, number>();
  const places = new Map<Call, number>();
  let lastSent = 0;
  const placeOf = (entry: Entry, first: Seen | undefined): number => {
    const exchange = 'exchange' in entry ? entry.exchange : undefined;
    if (exchange !== undefined && !exchanges.has(exchange)) exchanges.set(exchange, entry.seq);
    if (exchange !== undefined) return exchanges.get(exchange) ?? entry.seq;
    const known = first?.call && places.get(first.call);
    if (known !== undefined) return known;
    const isSent = entry.type === 'message' && entry.from === 'client';
    if (isSent) lastSent = entry.seq;
    return isSent
      ? entry.seq
      : ((first?.call?.parent && places.get(first.call.parent)) ?? lastSent);
  };
  return (entry) => {
    const seen = machine.apply(entry);
    const place = placeOf(entry, seen[0]);
    for (const { call } of seen) if (call && !places.has(call)) places.set(call, place);
    return LATE[entry.type] ?? place;
  };
}
