/**
 * Groups: the writes that may disturb each other, and the reads that would show it.
 *
 * Calls with one absolute path meet at that file, whichever session of this server made them; all
 * others meet in their container, since a server that keeps everything in one place reads and writes
 * the whole of it for every key.
 */
import type { Container } from '../footprint/container.ts';
import type { Operation } from '../footprint/operation.ts';
import { countOf, type Spans, spansOf } from '../spans.ts';
import { coverageOf } from './coverage.ts';
import { isPut } from './puts.ts';

export interface Group {
  readonly id: string;
  /** What to call the resource, and the same for fingerprints. */
  readonly label: string;
  readonly pattern: string;
  readonly writes: readonly Operation[];
  /** Reads of any width that gave a result, by their start. */
  readonly reads: readonly Operation[];
}

/** A write that succeeded, adds to what is there, and has a read that would show it. */
export interface Candidate {
  readonly write: Operation;
  readonly read: Operation;
  /** It ran at the same time as another write of its group that succeeded. */
  readonly overlapped: boolean;
}

export function groupsOf(operations: readonly Operation[]): Group[] {
  const groups = new Map<
    string,
    { writes: Operation[]; reads: Operation[]; container: Container }
  >();
  for (const operation of operations) {
    const { kind, ok, container, accesses } = operation;
    // Somebody said that it touches nothing.
    if (accesses.length === 0) continue;
    const isRead = kind === 'R' || kind === 'L';
    if (isRead && !ok) continue;
    for (const id of homesOf(operation)) {
      const known = groups.get(id);
      const group = known ?? { writes: [], reads: [], container };
      if (!known) groups.set(id, group);
      (isRead ? group.reads : group.writes).push(operation);
    }
  }
  return Array.from(
    groups,
    ([
      id,
      {
        writes,
        reads,
        container: { label, pattern },
      },
    ]) => ({
      ...{ id, label, pattern, writes },
      reads: reads.sort((a, b) => a.start - b.start),
    }),
  );
}

function homesOf({ container, keys }: Operation): readonly string[] {
  if (!keys.some(({ absolute }) => absolute)) return [container.id];
  return keys.flatMap(({ value, absolute }) => (absolute ? [`${container.machine} ${value}`] : []));
}

/** The candidates of a group, each with the first read after it that covers it while nothing is written. */
export function candidatesOf(group: Group): Candidate[] {
  const done = spansOf(group.writes.filter(({ ok }) => ok));
  const adding = group.writes.filter(
    (write) => write.ok && ('CAM'.includes(write.kind) || isPut(write)) && isInOnePlace(write),
  );
  if (!adding.some((write) => done.lastOverlapping(write, write))) return [];
  const covering = coveringReads(group);
  return adding.flatMap((write) => {
    const read = covering.firstAfter(write);
    return read
      ? [{ write, read, overlapped: done.lastOverlapping(write, write) !== undefined }]
      : [];
  });
}

function isInOnePlace({ keys }: Operation): boolean {
  return keys.length <= 1;
}

function coveringReads({ reads, writes }: Group): {
  firstAfter(write: Operation): Operation | undefined;
} {
  const all: Operation[] = [];
  const byKey = new Map<string, Operation[]>();
  const busy: Spans<Operation> = spansOf(writes);
  for (const read of reads) {
    // What a read shows while somebody writes may be half of it.
    if (busy.lastOverlapping(read)) continue;
    const coverage = coverageOf(read);
    if (coverage === 'all') all.push(read);
    if (coverage !== 'keys') continue;
    for (const { value } of read.keys) {
      const list = byKey.get(value);
      if (list) list.push(read);
      else byKey.set(value, [read]);
    }
  }
  const first = (list: readonly Operation[], write: Operation): Operation | undefined =>
    list[countOf(list, (read) => read.start <= write.end)];
  return {
    firstAfter(write) {
      const [key] = write.keys;
      // A read of one key shows nothing of the others by which a put would be known to be gone.
      const own = key && !isPut(write) && first(byKey.get(key.value) ?? [], write);
      const whole = key?.absolute ? undefined : first(all, write);
      if (own && whole) return own.start < whole.start ? own : whole;
      return own || whole;
    },
  };
}
