/**
 * What a recorder owes its journal and writes before anything else: the opening entry, which says
 * whose all others are, and what was lost.
 */
import type { GapEntry } from '../model/entry.ts';
import { encodeEntry } from '../model/line.ts';
import { sealOne } from './seal.ts';

export interface Owed {
  readonly isNone: boolean;
  readonly hasLoss: boolean;
  open(line: string): void;
  /** Entries `from` to `to` are lost. */
  lose(from: number, to: number, reason: string): void;
  /** Sealed, in the order in which they are to be written. */
  lines(): Uint8Array[];
  settle(): void;
}

export function createOwed(session: string, now: () => number): Owed {
  let opening: string | undefined;
  let lost: readonly GapEntry[] = [];
  return {
    get isNone() {
      return opening === undefined && lost.length === 0;
    },
    get hasLoss() {
      return lost.length > 0;
    },
    open(line) {
      opening = line;
    },
    lose(from, to, reason) {
      const count = to - from + 1;
      lost = withLoss(lost, { type: 'gap', session, seq: from, at: now(), to, count, reason });
    },
    lines: () => [
      ...(opening === undefined ? [] : [sealOne(opening)]),
      ...lost.map((gap) => sealOne(encodeEntry(gap))),
    ],
    settle() {
      opening = undefined;
      lost = [];
    },
  };
}

/** The gaps with one more; those that it touches become one, for large messages are lost late. */
function withLoss(gaps: readonly GapEntry[], more: GapEntry): GapEntry[] {
  const touches = ({ seq, to }: GapEntry): boolean => to >= more.seq - 1 && seq <= more.to + 1;
  const one = gaps.filter(touches).reduce((a, b) => {
    const [seq, to] = [Math.min(a.seq, b.seq), Math.max(a.to, b.to)];
    return { ...b, seq, to, count: to - seq + 1 };
  }, more);
  return [...gaps.filter((gap) => !touches(gap)), one];
}
