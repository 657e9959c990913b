/**
 * Stores: what servers hold, and how a tool comes to read and write it.
 *
 * A correct server reads, changes and writes under a lock. A racing one reads, works, and writes what
 * it made of what it had read: the whole table, as one that keeps a file, or the one place. The store
 * sees which writes are thereby gone, so that what is true is known without looking at any traffic.
 */
import { type Act, type Chance, type Clock, type Lock, lock, pause } from './acts.ts';
import type { Applied, Args, Json, ModelTool, Refused, State } from './models/model.ts';

/** Whoever asked for a write; equal for one call. */
export type Asker = object;

export interface Lost {
  readonly by: Asker;
  readonly overwrittenBy: Asker;
  readonly key: string;
}

export interface Store {
  state: State;
  readonly lock: Lock;
  readonly lost: Lost[];
  readonly writers: Map<string, Asker>;
}

export function createStore(state: Iterable<readonly [string, Json]> = []): Store {
  return { state: new Map(state), lock: lock(), lost: [], writers: new Map() };
}

export interface Working {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly mint: () => string;
  /** Reads and writes without a lock, and what it writes back: all it read, or the place it changed. */
  readonly racing?: { readonly writes: 'all' | 'place'; readonly between?: () => Act };
}

export function* worked(
  store: Store,
  tool: ModelTool,
  args: Args,
  by: Asker,
  working: Working,
): Act<Applied | Refused> {
  const { clock, chance, racing, mint } = working;
  yield* pause(clock, chance.between(150, 1500));
  if (tool.does === 'read') return tool.apply(args, store.state, mint);
  const change = function* (): Act<Applied | Refused> {
    const seen = store.state;
    const given = tool.apply(args, seen, mint);
    yield* racing?.between?.() ?? pause(clock, chance.between(400, 4000));
    if ('refuses' in given) return given;
    write(store, seen, given, by, racing?.writes === 'all');
    return given;
  };
  const given = racing ? yield* change() : yield* store.lock.hold(change);
  yield* pause(clock, chance.between(50, 400));
  return given;
}

function write(store: Store, seen: State, given: Applied, by: Asker, isAll: boolean): void {
  const next = new Map(isAll ? seen : store.state);
  const own = new Map(given.writes);
  for (const [key, value] of own) {
    if (value === undefined) next.delete(key);
    else next.set(key, value);
  }
  for (const [key, writer] of store.writers) {
    const isGone = own.has(key)
      ? store.state.get(key) !== seen.get(key)
      : store.state.get(key) !== next.get(key);
    if (isGone) store.lost.push({ by: writer, overwrittenBy: by, key });
    if (isGone && !next.has(key)) store.writers.delete(key);
  }
  for (const key of own.keys()) store.writers.set(key, by);
  store.state = next;
}
