/**
 * Keeps what is not confirmed of the spans of a session, so that its recording can say so in few words:
 * rather too much than too little, since who sends a span again changes nothing.
 */
import type { SpansConfirmed } from '../../model/entry.ts';

type Range = readonly [number, number];

export interface Confirming {
  /** A span of the entry at `seq` waits to be sent. */
  waits(seq: number): void;
  taken(seq: number): void;
  /** It is left to a collector. */
  leftOut(seq: number): void;
  /** How many wait. */
  readonly waiting: number;
  /** None waits, and none was left out. */
  readonly isAll: boolean;
  /** `upTo`: the last entry that was read; `open`: entries with spans that are still to come. */
  said(upTo: number, open: Iterable<number>): Omit<SpansConfirmed, 'endpoint'>;
}

/** So many ranges are told; where there are more, those between are said to be unconfirmed too. */
const MOST_RANGES = 256;
/** Of a quiet session each other entry is an answer, which has no span. */
const CLOSE = 4;

export function createConfirming(): Confirming {
  /** How many spans of an entry wait. */
  const counts = new Map<number, number>();
  let waiting = 0;
  const left: Range[] = [];
  /** Nothing was taken since the last one was left out. */
  let isSameLoss = false;

  const settle = (seq: number): void => {
    const count = counts.get(seq) ?? 0;
    if (count > 1) counts.set(seq, count - 1);
    else counts.delete(seq);
    waiting--;
  };
  return {
    get waiting() {
      return waiting;
    },
    get isAll() {
      return waiting === 0 && left.length === 0;
    },
    waits(seq) {
      counts.set(seq, (counts.get(seq) ?? 0) + 1);
      waiting++;
    },
    taken(seq) {
      settle(seq);
      isSameLoss = false;
    },
    leftOut(seq) {
      settle(seq);
      const last = isSameLoss ? left.pop() : undefined;
      left.push([Math.min(seq, last?.[0] ?? seq), Math.max(seq, last?.[1] ?? seq)]);
      if (left.length > MOST_RANGES) left.splice(0, left.length, ...joined(left));
      isSameLoss = true;
    },
    said: (upTo, open) => {
      const single = [...counts.keys(), ...open].map((seq): Range => [seq, seq]);
      return { upTo, without: joined([...left, ...single]) };
    },
  };
}

/** The ranges in order, those that are close to each other as one, and few of them. */
function joined(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  for (let close = CLOSE; ; close *= 4) {
    const found: [number, number][] = [];
    for (const [from, to] of sorted) {
      const last = found.at(-1);
      if (last && from - last[1] <= close) last[1] = Math.max(last[1], to);
      else found.push([from, to]);
    }
    if (found.length <= MOST_RANGES / 2) return found;
  }
}
