/**
 * Gives each entry of a session its place and hands its line to the journal, in the same turn.
 *
 * It never throws and never waits: what could not be written is a gap, said once and written as an
 * entry as soon as writing works again. A place may be kept for an entry that is made later; the
 * journal then holds lines out of order, and their `seq` says where they belong.
 */
import { crc32 } from 'node:zlib';
import type { Draft, Entry, GapEntry } from '../model/entry.ts';
import { journalLine } from '../model/journal.ts';
import { reasonOf } from './system-error.ts';

/** Where lines go. `append` takes all of the text, or throws and leaves nothing of it behind. */
export interface Sink {
  append(lines: string | Uint8Array): void;
}

export interface Recorder {
  /** The last place given, or -1. */
  readonly lastSeq: number;
  /** Appends entries in this order. */
  add(drafts: readonly Draft[]): void;
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
  /** Called when entries begin to be lost, with the reason. */
  readonly onLoss: (reason: string) => void;
}

export function createRecorder({ session, sink, now, onLoss }: RecorderOptions): Recorder {
  let next = 0;
  let lost: readonly GapEntry[] = [];

  const lineOf = (draft: Draft, seq: number): string =>
    journalLine({ ...draft, session, seq } as Entry, crc32);

  const lose = (from: number, to: number, reason: string): void => {
    if (lost.length === 0) onLoss(reason);
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

  /** Appends the gaps that wait, then what `make` gives, in one write. */
  const append = (from: number, to: number, make: () => string | Uint8Array): void => {
    try {
      const lines = make();
      const gaps = lost.map((gap) => journalLine(gap, crc32)).join('');
      if (gaps === '') sink.append(lines);
      else sink.append(typeof lines === 'string' ? gaps + lines : joined(gaps, lines));
      lost = [];
    } catch (error) {
      if (to >= from) lose(from, to, reasonOf(error));
    }
  };

  return {
    get lastSeq() {
      return next - 1;
    },
    add(drafts) {
      const first = next;
      next += drafts.length;
      append(first, next - 1, () => drafts.map((draft, at) => lineOf(draft, first + at)).join(''));
    },
    reserve: () => next++,
    fill(seq, entry) {
      append(seq, seq, () => (entry instanceof Uint8Array ? entry : lineOf(entry, seq)));
    },
    drop: (seq, reason) => lose(seq, seq, reason),
    close() {
      if (lost.length > 0) append(0, -1, () => '');
    },
  };
}

/** The gaps with one more; it prolongs the last one where it follows it. */
function withLoss(gaps: readonly GapEntry[], more: GapEntry): GapEntry[] {
  const last = gaps.at(-1);
  if (last?.to !== more.seq - 1) return [...gaps, more];
  return [...gaps.slice(0, -1), { ...last, to: more.to, count: more.to - last.seq + 1 }];
}

function joined(gaps: string, line: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(gaps), line]);
}
