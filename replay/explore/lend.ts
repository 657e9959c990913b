/**
 * Values that went from the answer of one server into a call of another one: in this run they are what
 * the first server gave now.
 */
import { type Order, orderOf } from '../../analysis/order.ts';
import type { Call, WholeView } from '../../model/session.ts';
import { type Flow, flowOf, type Source as Giver, tokenOf, type Use } from '../client/flow.ts';
import type { ClientLine } from '../client/lines.ts';
import type { RecordedSession } from '../recorded.ts';
import type { Source } from './operations.ts';
import type { Seated } from './world.ts';

/** What flows in each session, with what comes into it from others. */
export function flowsOf(sessions: readonly RecordedSession[]): Map<RecordedSession, Flow> {
  const order = orderOf(sessions.map(viewOf));
  const given = (call: Call): ReadonlyMap<string, Giver> => givenTo(call, order);
  const flows = sessions.map(
    (session) => [session, sessions.length > 1 ? flowOf(session, given) : flowOf(session)] as const,
  );
  const lent = new Map<string, Set<string>>();
  for (const [session, flow] of flows) {
    for (const { token, source } of usesInside(session, flow)) {
      const from = source.answers?.session;
      if (from === undefined || from === session.session.id) continue;
      lent.set(from, (lent.get(from) ?? new Set()).add(token));
    }
  }
  return new Map(
    flows.map(([session, flow]) => [session, lending(flow, lent.get(session.session.id))]),
  );
}

export function viewOf({ session, entries, value, seen }: RecordedSession): WholeView {
  return { session, value, moments: entries.map((entry) => ({ entry, seen: seen(entry.seq) })) };
}

/** What another session was answered with, and nobody said before. */
function givenTo(call: Call, order: Order): ReadonlyMap<string, Giver> {
  return new Map(
    order.sourcesOf({ call }).flatMap(({ value, session, message, call: answers, certain }) => {
      if (session === call.session || !answers || !certain) return [];
      const giver = { reference: message, answers };
      const number = /^-?\d{1,15}$/.test(value) ? [Number(value)] : [];
      return [value, ...number].map((one) => [tokenOf(one), giver] as const);
    }),
  );
}

function usesInside({ entries, seen }: RecordedSession, flow: Flow): Use[] {
  return entries.flatMap(({ seq, type }) =>
    type === 'message' ? seen(seq).flatMap(({ ref }) => flow.uses(ref.seq, ref.item)) : [],
  );
}

/** A flow that also follows what others use. */
function lending(flow: Flow, lent: ReadonlySet<string> | undefined): Flow {
  if (!lent) return flow;
  return {
    ...flow,
    isUsed: (token) => flow.isUsed(token) || lent.has(token),
    isEmpty: false,
  };
}

interface Asked {
  readonly source: Source;
  readonly line: ClientLine;
}

/** The places of a line whose values another session was given. */
function borrowed({ source, line }: Asked): Use[] {
  const own = source.session.session.id;
  return line.items
    .flatMap(({ ref }) => source.flow.uses(ref.seq, ref.item))
    .filter(({ source: { answers } }) => answers !== undefined && answers.session !== own);
}

type Seats = ReadonlyMap<Source, Seated>;

/** Tells the client of a line what its values from elsewhere are in this run. */
export function lend(seats: Seats, asked: Asked): void {
  for (const { token, source } of borrowed(asked)) {
    const live = seatOf(seats, source.answers)?.valueOf(token);
    if (live !== undefined) seats.get(asked.source)?.bind(token, live);
  }
}

/** Whether a line carries a value that the server which gave it was asked for, and did not give. */
export function isMissing(seats: Seats, asked: Asked): boolean {
  return borrowed(asked).some(({ token, source: { answers } }) => {
    const giver = seatOf(seats, answers);
    return answers && giver?.isAsked(answers) && giver.valueOf(token) === undefined;
  });
}

function seatOf(seats: Seats, call: Call | undefined): Seated | undefined {
  return [...seats].find(([{ session }]) => session.session.id === call?.session)?.[1];
}
