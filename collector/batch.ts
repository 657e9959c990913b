/**
 * The lines of one session that a tap sent, as entries.
 *
 * Pure. Lines are decoded by cutting (model/line.ts), so that what a peer said can never become an
 * entry of its own. A line that is no entry is refused, never thrown: its place among the others
 * tells which seq it had, and a gap of ours takes that place, so that the loss is seen.
 */
import { type Entry, type GapEntry, lastSeq, SESSION_ID } from '../model/entry.ts';
import { decodeEntry } from '../model/line.ts';

export interface Refused {
  /** The line of the batch, counted from 1. */
  readonly line: number;
  /** Why: one clause about the line. */
  readonly fault: string;
}

export interface Batch {
  /** What the entries are of; undefined when no line says. */
  readonly session: string | undefined;
  /** In the order they came, with a gap for each run of refused lines. */
  readonly entries: readonly Entry[];
  readonly refused: readonly Refused[];
}

/** Reads a batch. `expected`: the only session it may be of; else that of its first entry. */
export function readBatch(lines: readonly string[], expected?: string): Batch {
  const entries: Entry[] = [];
  const refused: Refused[] = [];
  let session = expected;
  let run = 0;
  for (const [index, line] of lines.entries()) {
    const read = readLine(line, session);
    if ('fault' in read) {
      refused.push({ line: index + 1, fault: read.fault });
      run++;
      continue;
    }
    session = read.session;
    if (run > 0) entries.push(...gapOfRun(entries.at(-1), run, read));
    run = 0;
    entries.push(read);
  }
  const last = entries.at(-1);
  if (run > 0 && last) entries.push(gapBetween(last, lastSeq(last) + 1, lastSeq(last) + run));
  return { session, entries, refused };
}

function readLine(line: string, session: string | undefined): Entry | { fault: string } {
  const decoded = decodeEntry(line);
  if (!decoded.ok) return decoded;
  const { entry } = decoded;
  if (!SESSION_ID.test(entry.session)) return { fault: 'its session id is none' };
  if (session !== undefined && entry.session !== session)
    return { fault: 'it is of another session' };
  return entry;
}

/** The gap for refused lines that stood between two entries, or before the first. */
function gapOfRun(before: Entry | undefined, run: number, after: Entry): GapEntry[] {
  const from = before ? lastSeq(before) + 1 : Math.max(0, after.seq - run);
  return from < after.seq ? [gapBetween(after, from, after.seq - 1)] : [];
}

function gapBetween(beside: Entry, seq: number, to: number): GapEntry {
  return collectorGap({ session: beside.session, at: beside.at, seq, to, reason: 'refused' });
}

/** A gap that the collector found: it says so. */
function collectorGap(gap: Pick<GapEntry, 'session' | 'seq' | 'at' | 'to' | 'reason'>): GapEntry {
  return { type: 'gap', ...gap, count: gap.to - gap.seq + 1, by: 'collector' };
}

/**
 * The gaps for what is missing in entries of one session, which come in the order of seq, from 0
 * on. `behind`: how many are known to be missing after the last.
 */
export function holesIn(entries: readonly Entry[], reason: string, behind = 0): GapEntry[] {
  const gaps: GapEntry[] = [];
  let next = 0;
  for (const { session, seq, at, ...entry } of entries) {
    if (seq > next) gaps.push(collectorGap({ session, at, seq: next, to: seq - 1, reason }));
    next = Math.max(next, (entry.type === 'gap' ? entry.to : seq) + 1);
  }
  const last = entries.at(-1);
  if (behind > 0 && last) {
    const { session, at } = last;
    gaps.push(collectorGap({ session, at, seq: next, to: next + behind - 1, reason }));
  }
  return gaps;
}
