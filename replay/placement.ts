/**
 * When each message of the server is due: by its causal place in the recording, never by time.
 *
 * What belongs to a request of the client (its answer, its progress, what the server asked because
 * of it) comes in recorded order and waits for the request, for the client's answers recorded
 * before it, and for the cancellation recorded before it. Everything else waits until the client
 * has said all that it had said by then, and comes in recorded order (`observed`), or only for what
 * may have caused it (`causal`; see causal.ts). What is never due stays out.
 */
import { type Causal, createCausal } from './causal.ts';
import { type ClientItem, isRequest, type Script, type ServerStep, type Turn } from './script.ts';

/** What a message of the server that belongs to no request waits for. */
export type PlacementMode = 'observed' | 'causal';

export interface Placement {
  /** A recorded message of the client was matched by a live one. */
  matched(item: ClientItem): void;
  /** Takes the lines that are due now, in recorded order; each is given once. */
  due(): ServerStep[];
  /** Whether the recorded end of the server is due. */
  isOver(): boolean;
  isMatched(item: ClientItem): boolean;
  /** The lines that never became due, with the recorded message of the client that each waits for. */
  withheld(): { readonly step: ServerStep; readonly waitsFor: ClientItem | undefined }[];
}

interface State {
  readonly script: Script;
  /** What belongs to no request, when it waits for its causes only. */
  readonly causal: Causal | undefined;
  readonly matched: Set<ClientItem>;
  readonly out: Set<ServerStep>;
  /** The requests that were matched and have lines left, and the next line of each. */
  readonly active: Set<Turn>;
  readonly places: Map<Turn, number>;
  /** All before these were matched, or given out. */
  nextClient: number;
  nextOrphan: number;
  nextObserved: number;
}

export function createPlacement(script: Script, mode: PlacementMode = 'observed'): Placement {
  const state: State = {
    script,
    causal: mode === 'causal' ? createCausal(script) : undefined,
    matched: new Set(),
    out: new Set(),
    active: new Set(),
    places: new Map(),
    nextClient: 0,
    nextOrphan: 0,
    nextObserved: 0,
  };
  return {
    matched: (item) => noteMatch(state, item),
    due() {
      const due = [...takeObserved(state), ...takeOwned(state)].sort((a, b) => a.seq - b.seq);
      for (const step of due) state.out.add(step);
      return due;
    },
    isOver: () => isOver(state),
    isMatched: (item) => state.matched.has(item),
    withheld: () =>
      script.steps
        .filter((step) => !state.out.has(step))
        .map((step) => ({ step, waitsFor: missingFor(state, step) })),
  };
}

function noteMatch(state: State, item: ClientItem): void {
  const { script, matched, active } = state;
  matched.add(item);
  state.causal?.matched(item);
  while (isMatchedAt(state, script.client[state.nextClient])) state.nextClient++;
  while (isMatchedAt(state, script.orphans[state.nextOrphan]?.answer)) state.nextOrphan++;
  const turn = isRequest(item) ? script.turns.get(item.call) : undefined;
  if (turn && turn.steps.length > 0) active.add(turn);
}

function isMatchedAt({ matched }: State, item: ClientItem | undefined): boolean {
  return item !== undefined && matched.has(item);
}

/** The recorded message of the client up to which everything was matched. */
function frontier({ script, nextClient }: State): number {
  return script.client[nextClient]?.ref.seq ?? Number.POSITIVE_INFINITY;
}

function takeObserved(state: State): ServerStep[] {
  if (state.causal) return state.causal.take();
  const { observed } = state.script;
  const start = state.nextObserved;
  const limit = frontier(state);
  while ((observed[state.nextObserved]?.seq ?? limit) < limit) state.nextObserved++;
  return observed.slice(start, state.nextObserved);
}

function takeOwned(state: State): ServerStep[] {
  const due: ServerStep[] = [];
  let again = true;
  while (again) {
    again = false;
    for (const turn of state.active) {
      for (let step = next(state, turn); step && isDue(state, step); step = next(state, turn)) {
        due.push(step);
        const owners = turnsOf(state, step);
        for (const owner of owners) advance(state, owner);
        // The other owners of a batch may have been looked at already.
        again ||= owners.length > 1;
      }
    }
  }
  return due;
}

function next({ places }: State, turn: Turn): ServerStep | undefined {
  return turn.steps[places.get(turn) ?? 0];
}

function advance({ places, active }: State, turn: Turn): void {
  const place = (places.get(turn) ?? 0) + 1;
  places.set(turn, place);
  if (place >= turn.steps.length) active.delete(turn);
}

function turnsOf({ script }: State, step: ServerStep): Turn[] {
  return step.owners.flatMap((owner) => script.turns.get(owner) ?? []);
}

/** A batch of answers belongs to several requests, and must be next for each of them. */
function isDue(state: State, step: ServerStep): boolean {
  return turnsOf(state, step).every(
    (turn) => next(state, turn) === step && !missingInTurn(state, turn, step),
  );
}

/** The recorded message of the client that a line of this turn still waits for. */
function missingInTurn(state: State, turn: Turn, step: ServerStep): ClientItem | undefined {
  const { matched, script } = state;
  const { item, cancel, answers } = turn;
  const isMissing = (wanted: ClientItem): boolean =>
    wanted.ref.seq < step.seq && !matched.has(wanted);
  if (!matched.has(item)) return item;
  if (cancel && isMissing(cancel)) return cancel;
  const answer = answers.find(isMissing);
  if (answer) return answer;
  if (state.causal) return undefined;
  // An answer that may belong to this request, since nobody can say to which one it belongs.
  for (let at = state.nextOrphan; at < script.orphans.length; at++) {
    const orphan = script.orphans[at];
    if (!orphan || orphan.answer.ref.seq > step.seq) return undefined;
    if (orphan.asked > item.ref.seq && isMissing(orphan.answer)) return orphan.answer;
  }
  return undefined;
}

function missingFor(state: State, step: ServerStep): ClientItem | undefined {
  for (const turn of turnsOf(state, step)) {
    const missing = missingInTurn(state, turn, step);
    if (missing) return missing;
  }
  const { script, nextClient, causal } = state;
  return causal && step.owners.length === 0 ? causal.missing(step) : script.client[nextClient];
}

function isOver(state: State): boolean {
  const { exit, steps } = state.script;
  if (!exit || frontier(state) < exit.seq) return false;
  return steps.every((step) => step.seq > exit.seq || state.out.has(step));
}
