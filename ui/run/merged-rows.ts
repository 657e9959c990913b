/** The rows of several sessions in one order of time, appended cheaply: new rows are mostly the latest. */

export interface MergedRows {
  readonly length: number;
  readonly track: readonly number[];
  readonly row: readonly number[];
  readonly time: readonly number[];
  /** Changes whenever rows stood up or changed place. */
  readonly version: number;
}

export interface MergedRowStore extends MergedRows {
  add(track: number, row: number, time: number): void;
  /** Puts what was added into its place. */
  settle(): void;
}

interface Placed {
  readonly track: number;
  readonly row: number;
  readonly time: number;
}

export function createMergedRows(): MergedRowStore {
  const track: number[] = [];
  const row: number[] = [];
  const time: number[] = [];
  let added: Placed[] = [];
  let version = 0;

  const append = (one: Placed): void => {
    track.push(one.track);
    row.push(one.row);
    time.push(one.time);
  };

  return {
    track,
    row,
    time,
    get length() {
      return time.length;
    },
    get version() {
      return version;
    },
    add(trackNumber, rowNumber, at) {
      added.push({ track: trackNumber, row: rowNumber, time: at });
    },
    settle() {
      const first = added.reduce(
        (earliest, one) => Math.min(earliest, one.time),
        Number.POSITIVE_INFINITY,
      );
      // What stands later than the earliest new row is taken out and sorted in again.
      while ((time.at(-1) ?? Number.NEGATIVE_INFINITY) > first) {
        added.push({ track: track.pop() ?? 0, row: row.pop() ?? 0, time: time.pop() ?? 0 });
      }
      added.sort((a, b) => a.time - b.time || a.track - b.track || a.row - b.row);
      added.forEach(append);
      added = [];
      version++;
    },
  };
}
