/**
 * When calls may have run, and what their clients knew by then.
 *
 * Two relations of two calls, which are not the same. Effect-before: the answer to `a` had left its
 * server before the request of `b` reached its own, so `b` cannot have run before `a` was done.
 * Knowledge-before: the answer to `a` was passed on before the request of `b` was read, so whoever
 * asked for `b` may have used it. Each is decided by two numbers, and nothing here looks at more
 * than two calls at once. Equal microseconds are concurrent, and times of two clocks have no order.
 */
import { startOf } from '../../model/order.ts';
import type { Call, Session } from '../../model/session.ts';

/** When something may have run: from the moment its request was passed on to that of its answer. */
export interface Span {
  /** Microseconds of the machine's monotonic clock. */
  readonly start: number;
  /** Infinity when no answer came and the server may still run. */
  readonly end: number;
  /** The clock of these times, where there may be several. */
  readonly clock?: string;
}

/** A span with what its client had to do with it. */
export interface Asked extends Span {
  readonly clock: string;
  /** When its request was read from the client. */
  readonly asked: number;
  /** When its answer was passed on to the client; Infinity without one. */
  readonly told: number;
}

/** Whether `a` was done before `b` can have begun. */
export function isBefore(a: Span, b: Span): boolean {
  return a.end < b.start && a.clock === b.clock;
}

/** Whether neither was done before the other began. Of two clocks nothing is known. */
export function overlaps(a: Span, b: Span): boolean {
  return a.clock === b.clock && a.end >= b.start && b.end >= a.start;
}

/** Whether who asked for `b` may have known what `a` gave. */
export function knew(a: Asked, b: Asked): boolean {
  return a.told < b.asked && a.clock === b.clock;
}

/** The clock that the times of a session are of, and where on it the session began. */
export interface SessionClock {
  readonly clock: string;
  readonly start: number;
}

/** Sessions of one boot share their clock, however far away the servers are: the taps read it. */
export function clockOf({ id, head }: Session): SessionClock {
  if (!head) return { clock: `session ${id}`, start: 0 };
  return { clock: head.clock.boot || `session ${id}`, start: startOf(head.clock) };
}

/** A call whose answer never came may run until its process is gone; one that gave a task has no answer yet. */
export function askedOf(call: Call, session: Session, { clock, start }: SessionClock): Asked {
  const { request, response, ties } = call;
  const answer = ties.givenTask === undefined ? response : undefined;
  const gone = session.exit?.at ?? Number.POSITIVE_INFINITY;
  return {
    clock,
    asked: start + request.at,
    start: start + request.sent,
    end: start + (answer?.at ?? gone),
    told: start + (answer?.sent ?? Number.POSITIVE_INFINITY),
  };
}
