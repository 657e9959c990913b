/**
 * Gives each entry of a session its place and hands its line to the journal, in the same turn.
 *
 * It never throws and never waits: what could not be written is a gap, said once and written as an
 * entry as soon as writing works again. A place may be kept for an entry that is made later; the
 * journal then holds lines out of order, and their `seq` says where they belong.
 */
import type { Draft, Entry } from '../model/entry.ts';
import { encodeEntry } from '../model/line.ts';
import { messageStart } from './message-text.ts';
import { createOwed } from './owed.ts';
import { createSealer, sealOne } from './seal.ts';
import { reasonOf } from './system-error.ts';

/** Where lines go. `append` takes all of the bytes, or throws and leaves nothing of them behind. */
export interface Sink {
  append(lines: Uint8Array): void;
}

/** Thrown by a sink when all that it took before is gone; what is appended next begins anew. */
export class SinkRemoved extends Error {}

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
  const owed = createOwed(session, now);
  /** The opening entry: a journal that begins anew begins with it. */
  let begun: { readonly line: string; readonly seq: number } | undefined;

  const seal = createSealer();
  const message = messageStart(session);
  const lineOf = (entry: Placeless, seq: number): string =>
    typeof entry === 'string'
      ? `${message}${seq}${entry}`
      : encodeEntry({ ...entry, session, seq } as Entry);

  /** Appends what is owed, then what `make` gives, in one write. */
  const append = (from: number, to: number, make: () => Uint8Array): void => {
    try {
      sink.append(owed.isNone ? make() : Buffer.concat([...owed.lines(), make()]));
      owed.settle();
    } catch (error) {
      if (!owed.hasLoss) onLoss(reasonOf(error), 'unwritten');
      if (to >= from) owed.lose(from, to, reasonOf(error));
      if (error instanceof SinkRemoved && begun) {
        owed.open(begun.line);
        if (next - 1 > begun.seq) owed.lose(begun.seq + 1, next - 1, reasonOf(error));
      }
    }
  };

  const open = (line: string, seq: number): void => {
    begun = { line, seq };
    try {
      sink.append(sealOne(line));
    } catch {
      // Nothing is lost yet: it is written with what comes next, or that is said to be lost.
      owed.open(line);
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
      if ('type' in entry && entry.type === 'session') return open(lineOf(entry, seq), seq);
      append(seq, seq, () => (entry instanceof Uint8Array ? entry : seal([lineOf(entry, seq)])));
    },
    drop(seq, reason) {
      if (!owed.hasLoss) onLoss(reason, 'unmade');
      owed.lose(seq, seq, reason);
    },
    close() {
      if (!owed.isNone) append(0, -1, () => NOTHING);
    },
  };
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
