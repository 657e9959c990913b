/** One session behind the gate: what it still lacks, and what of it is held. */
import { type ExitEntry, reference } from '../../model/entry.ts';
import type { Placement } from '../placement.ts';
import type { ClientItem, Script, ServerStep } from '../script.ts';
import { type Times, timesOf } from './times.ts';

/** What a server says or does: a line, or its own end. */
export type Due = ServerStep | ExitEntry;

/** Something that others may have to wait for. */
export interface Mark {
  readonly what: ClientItem | Due;
  readonly reference: string;
  readonly passed: number;
}

export interface LaneState {
  readonly script: Script;
  readonly own: Placement;
  readonly times: Times;
  readonly live: boolean;
  /** In the order in which they were passed on. */
  readonly marks: readonly Mark[];
  readonly done: Set<Mark['what']>;
  /** What cannot come any more, since the client has closed its side. */
  readonly lost: Set<Mark['what']>;
  /** All before this place are done. */
  first: number;
  /** All before this place are done, lost, or were passed on before `waived`: nobody waits for them. */
  firstWanted: number;
  waived: number;
  /** The same for what the client said before something in this session: by place, not by time. */
  firstUnsaid: number;
  firstUnsaidWanted: number;
  waivedSeq: number;
  /** What is due in its own session, by seq. */
  readonly held: ServerStep[];
  /** What had to wait, and for what first. */
  readonly waiting: Map<Due, Pick<Mark, 'what' | 'reference'>>;
  phase: 'new' | 'open' | 'closed';
}

export function laneStateOf(script: Script, own: Placement, live: boolean): LaneState {
  const times = timesOf(script.session);
  const passed = (seq: number) => times.at(seq).passed;
  const id = script.session.session.id;
  const ends = script.exit ? [script.exit] : [];
  const marks: Mark[] = [
    ...script.client.map((what) => ({
      what,
      reference: what.reference,
      passed: passed(what.ref.seq),
    })),
    ...[...script.steps, ...ends].map((what) => ({
      what,
      reference: reference(id, what.seq),
      passed: passed(what.seq),
    })),
  ];
  return {
    script,
    own,
    times,
    live,
    marks: marks.sort((a, b) => a.passed - b.passed),
    done: new Set(),
    lost: new Set(),
    first: 0,
    firstWanted: 0,
    waived: Number.NEGATIVE_INFINITY,
    firstUnsaid: 0,
    firstUnsaidWanted: 0,
    waivedSeq: -1,
    held: [],
    waiting: new Map(),
    phase: 'new',
  };
}

/** What comes next in this session as far as it alone is asked. */
export function dueIn(state: LaneState): Due | undefined {
  const { script, own, held, phase, done } = state;
  if (phase !== 'open') return undefined;
  const due = own.due();
  if (due.length > 0) {
    held.push(...due);
    held.sort((a, b) => a.seq - b.seq);
  }
  if (held[0]) return held[0];
  return script.exit && !done.has(script.exit) && own.isOver() ? script.exit : undefined;
}

/** What was passed on first of all that did not come again. */
export function firstMissing(state: LaneState): Mark | undefined {
  while (isDone(state, state.marks[state.first])) state.first++;
  return state.marks[state.first];
}

/** The same without what nobody waits for any more. */
export function firstWanted(state: LaneState): Mark | undefined {
  const { marks, lost, waived } = state;
  for (; state.firstWanted < marks.length; state.firstWanted++) {
    const mark = marks[state.firstWanted] as Mark;
    if (!isDone(state, mark) && !lost.has(mark.what) && mark.passed >= waived) return mark;
  }
  return undefined;
}

/** What the client said first of all that it has not said again. */
export function firstUnsaid(state: LaneState): ClientItem | undefined {
  const { script, done } = state;
  const isSaid = (item: ClientItem | undefined) => item !== undefined && done.has(item);
  while (isSaid(script.client[state.firstUnsaid])) state.firstUnsaid++;
  return script.client[state.firstUnsaid];
}

/** The same without what nobody waits for any more. */
export function firstUnsaidWanted(state: LaneState): ClientItem | undefined {
  const { script, done, lost, waivedSeq } = state;
  for (; state.firstUnsaidWanted < script.client.length; state.firstUnsaidWanted++) {
    const item = script.client[state.firstUnsaidWanted] as ClientItem;
    if (!done.has(item) && !lost.has(item) && item.ref.seq >= waivedSeq) return item;
  }
  return undefined;
}

/** The client says nothing more here: of all that is left, only what is held can come. */
export function loseRest(state: LaneState): void {
  const { marks, done, lost, held } = state;
  const canCome = new Set<Mark['what']>(held);
  for (const { what } of marks) if (!done.has(what) && !canCome.has(what)) lost.add(what);
}

function isDone({ done }: LaneState, mark: Mark | undefined): boolean {
  return mark !== undefined && done.has(mark.what);
}

export function isStep(due: Due): due is ServerStep {
  return 'owners' in due;
}

export function isAnswer(due: Due): boolean {
  return isStep(due) && due.parts.some(({ kind }) => kind === 'response');
}

export function refOf({ script }: LaneState, { seq }: Due): string {
  return reference(script.session.session.id, seq);
}
