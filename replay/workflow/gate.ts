/**
 * The gate of a workflow: what a recorded server says waits for all that was recorded before it, at
 * its own session and at the others.
 *
 * Each session keeps its own placement. What is due there is held until the client has said again
 * all that it had said there before, and everything of the other sessions that had been passed on by
 * then has come again: the messages of the client are matched, those of the servers were given out.
 * So deliveries come in the recorded order wherever there is one, whatever the timing of the client.
 *
 * Pure: no clock, no timer. That a client waits for something while the gate waits for the client is
 * seen from outside, and told with `relax`.
 */
import type { Placement } from '../placement.ts';
import type { ClientItem, Script, ServerStep } from '../script.ts';
import {
  type Due,
  dueIn,
  firstMissing,
  firstUnsaid,
  firstUnsaidWanted,
  firstWanted,
  isAnswer,
  isStep,
  type LaneState,
  laneStateOf,
  loseRest,
  type Mark,
  refOf,
} from './lane.ts';

/** A message that came before something that the recording has before it. */
export interface Relaxed {
  readonly entry: string;
  readonly waitsFor: string;
  /** `closed`: the client had closed that session. `quiet`: it waited, and said nothing more. */
  readonly why: 'quiet' | 'closed';
}

export interface GateReport {
  /** `diverged`: a strict replay ended where the recorded order could not be kept. */
  readonly order: 'kept' | 'relaxed' | 'diverged';
  readonly relaxed: readonly Relaxed[];
  /** What was held back at another session, and for what; depends on the timing of the client. */
  readonly waited: readonly { readonly entry: string; readonly waitedFor: string }[];
}

/** One session behind the gate. */
export interface Lane extends Placement {
  opened(): void;
  /** The client says nothing more there: nothing waits for it any more. */
  ended(): void;
  /** Whether an answer is held back there. */
  isAwaited(): boolean;
  /** Its connection is over. */
  closed(): void;
  /** A line that another server gave in the place of the recorded one is on its way. */
  told(step: ServerStep): void;
}

/** What may come next, and whose it is. */
export interface Turn {
  readonly lane: Lane;
  readonly due: Due;
}

export interface Gate {
  /** Puts a session behind the gate. `live`: its lines count once they are told. */
  lane(script: Script, own: Placement, live?: boolean): Lane;
  /** The earliest of all that may come now; its lane gives it to whoever asks for what is due. */
  next(): Turn | undefined;
  /** What a client that says nothing may be waiting for, and what that waits for. */
  stuck(): { readonly entry: string; readonly waitsFor: string } | undefined;
  /** Lets that come all the same. */
  relax(): void;
  report(): GateReport;
}

export function createGate(): Gate {
  const states: LaneState[] = [];
  const lanes = new Map<LaneState, Lane>();
  const relaxed: Relaxed[] = [];
  let turn: { readonly state: LaneState; readonly due: Due } | undefined;

  const next = (): Turn | undefined => {
    // What nobody asked for has had its turn.
    if (turn) take(turn.state);
    turn = earliest(states, dueIn, (state, due) => obstacle(states, state, due) === undefined);
    if (!turn) noteWaiting(states);
    const lane = turn && lanes.get(turn.state);
    return turn && lane && { lane, due: turn.due };
  };

  /** Takes what has its turn in this session. */
  const take = (state: LaneState): Due | undefined => {
    if (turn?.state !== state) return undefined;
    const { due } = turn;
    turn = undefined;
    const early = earlyFor(states, state, due);
    if (early) relaxed.push(early);
    if (!state.live || !isAnswer(due)) state.done.add(due);
    if (isStep(due)) state.held.shift();
    return due;
  };

  /** A client need not wait for what nobody asked for; but what was never opened may never be. */
  const asked = () =>
    earliest(states, heldIn, (state, due) => {
      const missing = obstacle(states, state, due);
      return missing !== undefined && (isAsked(due) || missing.state.phase === 'new');
    });

  return {
    lane(script, own, live = false) {
      const state = laneStateOf(script, own, live);
      const lane = laneOf(state, take);
      states.push(state);
      lanes.set(state, lane);
      return lane;
    },
    next,
    stuck() {
      const found = asked();
      const mark = found && obstacle(states, found.state, found.due);
      return found && mark && { entry: refOf(found.state, found.due), waitsFor: mark.reference };
    },
    relax() {
      const found = asked();
      if (found) waive(states, found.state, found.due);
    },
    report: () => ({
      order: relaxed.length > 0 ? 'relaxed' : 'kept',
      relaxed: [...relaxed],
      waited: states.flatMap((state) =>
        [...state.waiting].map(([due, mark]) => ({
          entry: refOf(state, due),
          waitedFor: mark.reference,
        })),
      ),
    }),
  };
}

function laneOf(state: LaneState, take: (state: LaneState) => Due | undefined): Lane {
  const { script, own, done, held } = state;
  return {
    opened() {
      state.phase = 'open';
      // Whoever was not waited for since it was not there is there now.
      state.waived = Number.NEGATIVE_INFINITY;
      state.firstWanted = state.first;
    },
    ended() {
      dueIn(state);
      loseRest(state);
    },
    isAwaited: () => awaited(state) !== undefined,
    closed() {
      state.phase = 'closed';
      loseRest(state);
      for (const step of held) state.lost.add(step);
    },
    told: (step) => void done.add(step),
    matched(item) {
      done.add(item);
      own.matched(item);
    },
    due() {
      const due = take(state);
      return due && isStep(due) ? [due] : [];
    },
    isOver: () => script.exit !== undefined && done.has(script.exit),
    isMatched: (item) => own.isMatched(item),
    withheld: () => [
      ...own.withheld(),
      ...held.map((step) => ({ step, waitsFor: itemIn(state.waiting.get(step)) })),
    ],
  };
}

/** The candidate that was recorded first, of those that pass. */
function earliest(
  states: readonly LaneState[],
  candidate: (state: LaneState) => Due | undefined,
  passes: (state: LaneState, due: Due) => boolean,
): { readonly state: LaneState; readonly due: Due } | undefined {
  let found: { state: LaneState; due: Due; read: number } | undefined;
  for (const state of states) {
    const due = candidate(state);
    if (!due || !passes(state, due)) continue;
    const { read } = state.times.at(due.seq);
    if (!found || read < found.read) found = { state, due, read };
  }
  return found;
}

/** What still lacks of all that was there when this was read; what nobody waits for is left out. */
function obstacle(states: readonly LaneState[], own: LaneState, due: Due): Missing | undefined {
  const unsaid = firstUnsaidWanted(own);
  if (unsaid && unsaid.ref.seq < due.seq) return unsaidIn(own, unsaid);
  return inOthers(states, own, due, firstWanted);
}

/** The first thing that this comes too early for. */
function earlyFor(states: readonly LaneState[], own: LaneState, due: Due): Relaxed | undefined {
  const unsaid = firstUnsaid(own);
  const isEarly = unsaid && unsaid.ref.seq < due.seq;
  const missing = isEarly ? unsaidIn(own, unsaid) : inOthers(states, own, due, firstMissing);
  if (!missing) return undefined;
  const why = missing.state.lost.has(missing.what) ? 'closed' : 'quiet';
  return { entry: refOf(own, due), waitsFor: missing.reference, why };
}

/** Something that did not come again, and where. */
interface Missing extends Pick<Mark, 'what' | 'reference'> {
  readonly state: LaneState;
}

function unsaidIn(state: LaneState, what: ClientItem): Missing {
  return { state, what, reference: what.reference };
}

function inOthers(
  states: readonly LaneState[],
  own: LaneState,
  due: Due,
  first: (state: LaneState) => Mark | undefined,
): Missing | undefined {
  const { read } = own.times.at(due.seq);
  for (const state of states) {
    const mark = isComparable(own, state) ? first(state) : undefined;
    if (mark && mark.passed < read) return { state, ...mark };
  }
  return undefined;
}

/** Nothing waits any more for what this waits for; nor for sessions that the client never opened. */
function waive(states: readonly LaneState[], own: LaneState, due: Due): void {
  const { read } = own.times.at(due.seq);
  own.waivedSeq = Math.max(own.waivedSeq, due.seq);
  for (const other of states) {
    const mark = isComparable(own, other) ? firstWanted(other) : undefined;
    if (!mark || mark.passed >= read) continue;
    other.waived = other.phase === 'new' ? Number.POSITIVE_INFINITY : Math.max(other.waived, read);
  }
}

/** An answer that is held back, or what belongs to one. */
function awaited({ held, phase }: LaneState): Due | undefined {
  return phase === 'open' ? held.find(({ owners }) => owners.length > 0) : undefined;
}

/** What a client may be waiting for first of all, else whatever is held. */
function heldIn({ held, phase }: LaneState): Due | undefined {
  return phase === 'open' ? (held.find(isAsked) ?? held[0]) : undefined;
}

/** It belongs to a request of the client, or is one of the server. */
function isAsked(due: Due): boolean {
  return isStep(due) && (due.owners.length > 0 || due.parts.some(({ kind }) => kind === 'request'));
}

function noteWaiting(states: readonly LaneState[]): void {
  for (const state of states) {
    const due = dueIn(state);
    const mark = due && !state.waiting.has(due) ? obstacle(states, state, due) : undefined;
    if (due && mark) state.waiting.set(due, mark);
  }
}

function isComparable(own: LaneState, other: LaneState): boolean {
  return own !== other && own.times.boot !== undefined && own.times.boot === other.times.boot;
}

function itemIn(mark: Pick<Mark, 'what'> | undefined): ClientItem | undefined {
  return mark && 'message' in mark.what ? mark.what : undefined;
}
