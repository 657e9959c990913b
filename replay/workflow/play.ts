/**
 * All recorded servers of a workflow, behind one gate: what the client says to any of them goes in,
 * what they say comes out in one order, one thing after the other.
 *
 * The only thing here that knows time is patience: a client that waits for an answer while the gate
 * waits for the client would wait for ever.
 */
import type { Placement } from '../placement.ts';
import { createPlayers, type Player, type PlayOptions } from '../player.ts';
import { notThere, type RecordedSession, sessionsNamed } from '../recorded.ts';
import type { ReplayReport } from '../report.ts';
import type { Script, ServerStep } from '../script.ts';
import { type SessionTranscript, type Transcript, transcript } from '../transcript.ts';
import type { Ear, Voice } from '../transport.ts';
import { createGate, type Gate, type GateReport, type Lane } from './gate.ts';
import { createQueue, type Pace, type Queue } from './queue.ts';

export interface WorkflowOptions extends Omit<PlayOptions, 'behind' | 'passOn'> {
  /** Ends the play where the recorded order cannot be kept, instead of giving it up there. */
  readonly strict?: boolean;
  /** How long a client may say nothing that an answer is held back for, in ms. */
  readonly patience?: number;
  /** Waits where the next thing must not come at once after the last one. */
  readonly pace?: Pace;
  /** Whether a real server speaks in the place of the recorded one of this name. */
  readonly isLive?: (name: string) => boolean;
}

/** The place of one recorded session, for one connection. */
export interface Seat extends Voice {
  readonly session: RecordedSession;
  /** The client says nothing more; its ear is closed once it has heard what it asked for. */
  end(): void;
  /** What the real server said in the place of this is on its way. */
  told(step: ServerStep): void;
}

/** The order could not be kept: `entry` waits for `waitsFor`, and the client waits for `entry`. */
export interface Divergence {
  readonly code: 'ORDER_DIVERGENCE';
  readonly entry: string;
  readonly waitsFor: string;
}

export interface WorkflowReport {
  /** Whether every session was as recorded. */
  readonly equal: boolean;
  readonly gate: GateReport;
  /** Why a strict replay was ended. */
  readonly divergence?: Divergence;
  /** The hash of the transcript: the same for runs that are the same. */
  readonly transcript: string;
  /** In recorded order. */
  readonly sessions: readonly ReplayReport[];
}

export interface Play {
  /** The names of the recorded servers, each once, in recorded order. */
  readonly names: readonly string[];
  /**
   * The place of a server by name, or of one session by its id. The second time a name is given, it
   * is the second recorded session of that name. Throws a SessionChoice when there is none.
   */
  take(name: string): Seat;
  report(): WorkflowReport;
  /** In recorded order. */
  transcripts(): readonly SessionTranscript[];
  transcript(): Transcript;
  /** Resolves when all recorded sessions had a connection, and all are over. */
  readonly over: Promise<void>;
  close(): void;
}

/** Milliseconds without a word of the client after which the recorded order is given up. */
const PATIENCE = 1000;

interface Place extends Seat {
  readonly player: Player;
  readonly lane: Lane;
  /** Who hears it, as long as its connection lasts. */
  ear: Ear | undefined;
  isTaken: boolean;
  /** The client says nothing more. */
  isEnded: boolean;
  isOver: boolean;
}

export function playWorkflow(
  sessions: readonly RecordedSession[],
  options: WorkflowOptions = {},
): Play {
  const { strict = false, patience = PATIENCE } = options;
  const gate = createGate();
  const over = deferred();
  let divergence: Divergence | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Whatever is held back when nothing is on its way waits for the client. */
  const watch = (): void => {
    clearTimeout(timer);
    if (isClosed || !queue.isEmpty()) return;
    for (const place of places) {
      if (place.isEnded && !place.lane.isAwaited()) place.ear?.close();
    }
    if (gate.stuck()) timer = setTimeout(giveUp, patience);
  };
  const queue = createQueue(options.pace, watch);

  const nextTurn = () => (isClosed ? undefined : gate.next());

  const pump = (): void => {
    // Whoever comes when all is over hears so.
    if (isClosed) close();
    for (let turn = nextTurn(); turn; turn = nextTurn()) {
      const place = byLane.get(turn.lane) as Place;
      for (const said of place.player.more()) queue.add({ place, said, due: turn.due });
    }
    watch();
    if (places.every(({ isOver }) => isOver)) over.settle();
  };

  const giveUp = (): void => {
    const stuck = gate.stuck();
    if (stuck && strict) {
      divergence = { code: 'ORDER_DIVERGENCE', ...stuck };
      close();
    } else {
      gate.relax();
      pump();
    }
  };

  const close = (): void => {
    isClosed = true;
    clearTimeout(timer);
    for (const { ear } of places) ear?.close();
  };

  const byLane = placesOf(sessions, { options, gate, queue, changed: pump });
  const places = [...byLane.values()];

  return {
    names: [...new Set(sessions.map(({ name }) => name))],
    take: (name) => takeFrom(places, name),
    report: () => reportOf(places, gate.report(), divergence),
    transcripts: () => places.map(({ player }) => player.transcript()),
    transcript: () => transcript(places.map(({ player }) => player.transcript())),
    over: over.promise,
    close,
  };
}

interface Setting {
  readonly gate: Gate;
  readonly queue: Queue;
  readonly options: WorkflowOptions;
  readonly changed: () => void;
}

/** A place for each session, by its lane, in recorded order. */
function placesOf(
  sessions: readonly RecordedSession[],
  { options, gate, queue, changed }: Setting,
): Map<Lane, Place> {
  const lanes = new Map<RecordedSession, Lane>();
  const behind = (script: Script, own: Placement): Lane => {
    const lane = gate.lane(script, own, options.isLive?.(script.session.name));
    lanes.set(script.session, lane);
    return lane;
  };
  const places = createPlayers(sessions, { ...options, behind }).map((player) => {
    const { session } = player;
    return placeOf({ session, player, lane: lanes.get(session) as Lane }, queue, changed);
  });
  return new Map(places.map((place) => [place.lane, place]));
}

function placeOf(
  fixed: Pick<Place, 'session' | 'lane' | 'player'>,
  queue: Queue,
  changed: () => void,
): Place {
  const { lane, player } = fixed;
  const place: Place = {
    ...fixed,
    ear: undefined,
    isTaken: false,
    isEnded: false,
    isOver: false,
    open(ear) {
      place.ear = ear;
      lane.opened();
      changed();
    },
    say(text) {
      if (place.isEnded || place.isOver) return;
      // What it says at once is no part of the recording: all else has to pass the gate.
      for (const said of player.receiveText(text)) queue.add({ place, said });
      changed();
    },
    told(step) {
      lane.told(step);
      changed();
    },
    end() {
      place.isEnded = true;
      lane.ended();
      changed();
    },
    close() {
      if (place.isOver) return;
      place.isOver = true;
      place.ear = undefined;
      lane.closed();
      changed();
    },
  };
  return place;
}

/** The first recorded session of this name that has no connection yet. */
function takeFrom(places: readonly Place[], name: string): Seat {
  const sessions = places.map(({ session }) => session);
  const named = sessionsNamed(sessions, name);
  const next = places.find(({ session, isTaken }) => !isTaken && named.includes(session));
  if (!next) throw notThere(sessions, named, name);
  next.isTaken = true;
  return next;
}

function reportOf(
  places: readonly Place[],
  gate: GateReport,
  divergence: Divergence | undefined,
): WorkflowReport {
  const sessions = places.map(({ player }) => player.report());
  return {
    equal: sessions.every(({ equal }) => equal),
    gate: divergence ? { ...gate, order: 'diverged' } : gate,
    ...(divergence ? { divergence } : {}),
    transcript: transcript(places.map(({ player }) => player.transcript())).hash,
    sessions,
  };
}

function deferred(): { readonly promise: Promise<void>; readonly settle: () => void } {
  let settle = (): void => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
