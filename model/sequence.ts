/** Whether the entries of each session are all there: seq is gap-free from 0, and each stands once. */
import { bySeq, type Entry, lastSeq } from './entry.ts';
import { createNumbers } from './numbers.ts';
import type { Problem } from './recording.ts';
import type { Session } from './session.ts';

/** Where an entry stands, and the last that it stands for. */
interface Mark {
  readonly seq: number;
  readonly last: number;
  readonly type: 'session' | 'gap' | 'other';
}

/** Takes entries one by one, and holds of each no more than where it stands. */
export interface Sequence {
  add(entry: Entry): void;
  problems(): Problem[];
}

export function createSequence(): Sequence {
  const sessions = new Map<string, Marks>();
  return {
    add(entry) {
      const marks = sessions.get(entry.session) ?? createMarks();
      if (marks.count() === 0) sessions.set(entry.session, marks);
      marks.add(entry);
    },
    problems: () => [...sessions].flatMap(([session, marks]) => problemsOf(session, marks)),
  };
}

const TYPES = ['other', 'session', 'gap'] as const;

interface Marks {
  add(entry: Entry): void;
  count(): number;
  /** In the order of `bySeq`. */
  inOrder(): Iterable<Mark>;
}

function createMarks(): Marks {
  const seqs = createNumbers(Float64Array);
  const lasts = createNumbers(Float64Array);
  const types = createNumbers(Uint8Array);
  let count = 0;
  let before: Entry | undefined;
  let isInOrder = true;
  const at = (row: number): Mark => ({
    seq: seqs.at(row),
    last: lasts.at(row),
    type: TYPES[types.at(row)] ?? 'other',
  });
  return {
    add(entry) {
      const { type } = entry;
      isInOrder &&= before === undefined || bySeq(before, entry) <= 0;
      before = entry;
      seqs.push(entry.seq);
      lasts.push(lastSeq(entry));
      types.push(type === 'session' || type === 'gap' ? TYPES.indexOf(type) : 0);
      count++;
    },
    count: () => count,
    *inOrder() {
      const rows = Uint32Array.from({ length: count }, (_, row) => row);
      const isGap = (row: number): number => Number(at(row).type === 'gap');
      if (!isInOrder) rows.sort((a, b) => seqs.at(a) - seqs.at(b) || isGap(b) - isGap(a));
      for (const row of rows) yield at(row);
    },
  };
}

function problemsOf(session: string, marks: Marks): Problem[] {
  const problems: Problem[] = [];
  const say = (kind: Problem['kind'], what: string): void => {
    problems.push({ kind, detail: `session ${session} ${what}` });
  };
  let next = 0;
  let previous = -1;
  let isFirst = true;
  for (const { seq, last, type } of marks.inOrder()) {
    if (isFirst && type !== 'session') say('no-head', 'has no opening entry');
    isFirst = false;
    if (seq > next) say('lost', `lacks ${span(next, seq - 1)}`);
    // An entry inside a gap arrived after all, and wins over it.
    if (type !== 'gap') {
      if (seq === previous) say('doubled', `has entry ${seq} twice`);
      previous = seq;
    }
    next = Math.max(next, last + 1);
  }
  return problems;
}

function span(from: number, to: number): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}

/**
 * How many entries of a session are known to be lost once more: those that a gap stands for, or
 * less one when an entry arrives after all.
 */
export function lossBy(entry: Entry, { gaps, lastSeq: last }: Session): number {
  if (entry.type === 'gap') return entry.count;
  const gap = gaps.at(-1);
  return gap && gap.seq <= entry.seq && entry.seq <= gap.to && entry.seq <= last ? -1 : 0;
}
