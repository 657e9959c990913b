/**
 * What becomes of a call and of a session: the tables, and the only functions that change a state.
 */
import { LISTEN } from './methods.ts';
import type { Call, CallState, ExchangeEnd, Phase, Session } from './session.ts';

/** `fail`: its exchange ended without its answer, and no other can bring it. */
export type CallEvent = 'response' | 'cancel' | 'fail' | 'end';

/** What becomes of a call. A response to an answered or late call is an anomaly, not a new state. */
export const CALL_TRANSITIONS: Readonly<Record<CallState, Readonly<Record<CallEvent, CallState>>>> =
  {
    open: { response: 'answered', cancel: 'cancelled', fail: 'failed', end: 'abandoned' },
    answered: { response: 'answered', cancel: 'answered', fail: 'answered', end: 'answered' },
    cancelled: { response: 'late', cancel: 'cancelled', fail: 'cancelled', end: 'cancelled' },
    late: { response: 'late', cancel: 'late', fail: 'late', end: 'late' },
    failed: { response: 'answered', cancel: 'failed', fail: 'failed', end: 'failed' },
    abandoned: { response: 'answered', cancel: 'cancelled', fail: 'failed', end: 'abandoned' },
  };

type SessionEvent = 'initialize' | 'initialized' | 'other' | 'end';

/**
 * `initialize`: the client asked for it. `initialized`: the server accepted. `other`: any other
 * request, which in `spawned` makes it a session of the modern era.
 */
export const PHASE_TRANSITIONS: Readonly<Record<Phase, Readonly<Record<SessionEvent, Phase>>>> = {
  spawned: { initialize: 'opening', initialized: 'ready', other: 'ready', end: 'ended' },
  opening: { initialize: 'opening', initialized: 'ready', other: 'opening', end: 'ended' },
  ready: { initialize: 'opening', initialized: 'ready', other: 'ready', end: 'ended' },
  ended: { initialize: 'ended', initialized: 'ended', other: 'ended', end: 'ended' },
};

/** Gives a call its next state, and keeps the counts of its session. */
export function become(session: Session, call: Call, event: CallEvent): void {
  const before = call.state;
  call.state = CALL_TRANSITIONS[before][event];
  session.openCount += Number(call.state === 'open') - Number(before === 'open');
  session.errorCount += Number(call.state === 'failed') - Number(before === 'failed');
}

export function endSession(session: Session): void {
  // What is asked after the end is abandoned at once, so all calls are looked at only the first time.
  if (session.phase === 'ended') return;
  session.phase = PHASE_TRANSITIONS[session.phase].end;
  for (const call of session.calls) {
    if (call.state === 'open') over(session, call, eventAtEnd(session, call));
  }
}

/** Ends a call, by its exchange where that is why. */
export function over(session: Session, call: Call, event: CallEvent): void {
  if (event === 'cancel' && call.exchangeEnd) call.cancelled ??= placeOf(call.exchangeEnd);
  become(session, call, event);
}

/** Until the end of the session another stream could have brought what an exchange did not. */
function eventAtEnd({ cutOff }: Session, { from, method, exchangeEnd }: Call): CallEvent {
  if (!exchangeEnd || cutOff || from === 'server' || method === LISTEN) return 'end';
  if (exchangeEnd.isHidden || exchangeEnd.ended === 'tap-closed') return 'end';
  return exchangeEnd.ended === 'client-closed' ? 'cancel' : 'fail';
}

function placeOf({ seq, at }: ExchangeEnd) {
  return { seq, at, sent: at, size: 0 };
}
