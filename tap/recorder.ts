/**
 * Gives each entry of a session its place and hands its line to the journal, in the same turn.
 *
 * It never throws and never waits: what could not be written is a gap, said once and written as an
 * entry as soon as writing works again. A place may be kept for an entry that is made later; the
 * journal then holds lines out of order, and their `seq` says where they belong.
 */
import type { Draft, Entry, GapEntry } from '../model/entry.ts';
import { encodeEntry } from '../model/line.ts';
import { messageStart } from './message-text.ts';
import { createSealer, sealOne } from './seal.ts';
import { reasonOf } from './system-error.ts';

/** Where lines go. `append` takes all of the bytes, or throws and leaves nothing of them behind. */
export interface Sink {
  append(lines: Uint8Array): void;
}

/** An entry without its place; text: what follows the seq in the line of a message. */
export type Placeless = Draft | string;

export interface Recorder {
  /** The last place given, or -1. */
  readonly lastSeq: number;
  /** Appends entries in this order. */
  add(entries: readonly Placeless[]): void;
  /** Keeps the next place for an entry that comes later. */
  reserve(): number;
  /** Appends the entry of a kept place, or its journal line. */
  fill(seq: number, entry: Draft | Uint8Array): void;
  /** Says that the entry of a kept place will never come, and why. */
  drop(seq: number, reason: string): void;
  /** Tries a last time to write what was lost. */
  close(): void;
}

export interface RecorderOptions {
  readonly session: string;
  readonly sink: Sink;
  readonly now: () => number;
  /** Called when entries begin to be lost. `unmade`: the entry could not be made, writing may work. */
  readonly onLoss: (reason: string, kind: 'unwritten' | 'unmade') => void;
}

export function createRecorder({ session, sink, now, onLoss }: RecorderOptions): Recorder {
  let next = 0;
  let lost: readonly GapEntry[] = [];
  /** The opening entry while it could not be written: it is kept, for it says whose all others are. */
  let opening: string | undefined;

  const seal = createSealer();
  const message = messageStart(session);
  const lineOf = (entry: Placeless, seq: number): string =>
    typeof entry === 'string'
      ? `${message}${seq}${entry}`
      : encodeEntry({ ...entry, session, seq } as Entry);

  const lose = (from: number, to: number, reason: string): void => {
    lost = withLoss(lost, {
      type: 'gap',
      session,
      seq: from,
      at: now(),
      to,
      count: to - from + 1,
      reason,
    });
  };

  /** What waits to be written before anything else. */
  const owed = (): Uint8Array[] => [
    ...(opening === undefined ? [] : [sealOne(opening)]),
    ...lost.map((gap) => sealOne(encodeEntry(gap))),
  ];

  /** Appends what is owed, then what `make` gives, in one write. */
  const append = (from: number, to: number, make: () => Uint8Array): void => {
    try {
      const isOwing = lost.length > 0 || opening !== undefined;
      sink.append(isOwing ? Buffer.concat([...owed(), make()]) : make());
      lost = [];
      opening = undefined;
    } catch (error) {
      if (lost.length === 0) onLoss(reasonOf(error), 'unwritten');
      if (to >= from) lose(from, to, reasonOf(error));
    }
  };

  const open = (line: string): void => {
    try {
      sink.append(sealOne(line));
    } catch {
      // Nothing is lost yet: it is written with what comes next, or that is said to be lost.
      opening = line;
    }
  };

  return {
    get lastSeq() {
      return next - 1;
    },
    add(entries) {
      const first = next;
      next += entries.length;
      append(first, next - 1, () => seal(entries.map((entry, at) => lineOf(entry, first + at))));
    },
    reserve: () => next++,
    fill(seq, entry) {
      if ('type' in entry && entry.type === 'session') return open(lineOf(entry, seq));
      append(seq, seq, () => (entry instanceof Uint8Array ? entry : seal([lineOf(entry, seq)])));
    },
    drop(seq, reason) {
      if (lost.length === 0) onLoss(reason, 'unmade');
      lose(seq, seq, reason);
    },
    close() {
      if (lost.length > 0 || opening !== undefined) append(0, -1, () => NOTHING);
    },
  };
}

/** The gaps with one more; those that it touches become one, for large messages are lost late. */
function withLoss(gaps: readonly GapEntry[], more: GapEntry): GapEntry[] {
  const touches = ({ seq, to }: GapEntry): boolean => to === more.seq - 1 || seq === more.to + 1;
  const one = gaps.filter(touches).reduce((a, b) => {
    const [seq, to] = [Math.min(a.seq, b.seq), Math.max(a.to, b.to)];
    return { ...b, seq, to, count: to - seq + 1 };
  }, more);
  return [...gaps.filter((gap) => !touches(gap)), one];
}

const NOTHING = new Uint8Array(0);

/**
 * Writes what is added within one turn of the event loop in one append at its end: a stream comes as
 * many small parts, of which each would cost a call to the system.
 */
export function onceATurn(recorder: Recorder): Recorder {
  let waiting: Placeless[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const entries = waiting;
    waiting = [];
    recorder.add(entries);
  };
  return {
    get lastSeq() {
      flush();
      return recorder.lastSeq;
    },
    add(entries) {
      if (waiting.length === 0) queueMicrotask(flush);
      waiting.push(...entries);
    },
    reserve() {
      flush();
      return recorder.reserve();
    },
    fill: recorder.fill,
    drop: recorder.drop,
    close() {
      flush();
      recorder.close();
    },
  };
}
