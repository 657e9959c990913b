/**
 * Histories of servers whose behaviour is known: calls of three sessions on a store of things and files.
 *
 * Atomic: each call takes effect at one moment between its request and its answer. Torn: a change reads
 * the store at one moment and writes the whole of it back at a later one, as servers do that lose writes.
 */
import fc from 'fast-check';
import type { Entry } from '../../model/entry.ts';
import { launched, type SceneCall, scene } from './scene.ts';

/** A store of things by name, each with lines; files are things too. */
type Store = ReadonlyMap<string, readonly string[]>;
interface Done {
  readonly store: Store;
  readonly gives: unknown;
  readonly isError?: true;
}
export interface Act {
  readonly tool: string;
  readonly args: object;
  readonly run: (store: Store) => Done;
}

const failed = (store: Store, why: string): Done => ({ store, gives: why, isError: true });
const put = (store: Store, name: string, lines: readonly string[]): Store =>
  new Map(store).set(name, lines);
const without = (store: Store, name: string): Store =>
  new Map([...store].filter(([key]) => key !== name));
const shown = (store: Store) => [...store].map(([name, lines]) => ({ name, lines }));

/** `echo`: the server repeats what it did; else it says ok, also when it had nothing to do. */
export const create = (name: string, line: string, echo: boolean): Act => ({
  tool: 'create_entities',
  args: { entities: [{ name, lines: [line] }] },
  run: (store) => {
    const made = store.has(name) ? [] : [{ name, lines: [line] }];
    return {
      store: made.length > 0 ? put(store, name, [line]) : store,
      gives: echo ? { made } : 'ok',
    };
  },
});
export const add = (name: string, line: string): Act => ({
  tool: 'add_lines',
  args: { additions: [{ entity: name, lines: [line] }] },
  run: (store) => {
    const lines = store.get(name);
    return lines
      ? { store: put(store, name, [...lines, line]), gives: 'added' }
      : failed(store, 'no such entity');
  },
});
export const set = (name: string, line: string): Act => ({
  tool: 'update_entity',
  args: { name, lines: [line] },
  run: (store) =>
    store.has(name) ? { store: put(store, name, [line]), gives: 'ok' } : failed(store, 'none'),
});
export const remove = (name: string): Act => ({
  tool: 'delete_entity',
  args: { name },
  run: (store) => ({ store: without(store, name), gives: 'deleted' }),
});
const clear: Act = { tool: 'reset', args: {}, run: () => ({ store: new Map(), gives: 'ok' }) };
export const all: Act = {
  tool: 'read_graph',
  args: {},
  run: (store) => ({ store, gives: { entities: shown(store) } }),
};
export const find = (word: string): Act => ({
  tool: 'search_nodes',
  args: { query: word },
  run: (store) => ({
    store,
    gives: shown(store).filter(({ name, lines }) => `${name} ${lines.join(' ')}`.includes(word)),
  }),
});

export const write = (path: string, text: string): Act => ({
  tool: 'write_file',
  args: { path, content: text },
  run: (store) => ({ store: put(store, path, [text]), gives: 'written' }),
});
export const append = (path: string, text: string): Act => ({
  tool: 'append_to_file',
  args: { path, text },
  run: (store) => ({
    store: put(store, path, [...(store.get(path) ?? []), text]),
    gives: 'appended',
  }),
});
export const edit = (path: string, before: string, after: string): Act => ({
  tool: 'edit_file',
  args: { path, edits: [{ oldText: before, newText: after }] },
  run: (store) => {
    const text = (store.get(path) ?? []).join('\n');
    if (!text.includes(before)) return failed(store, 'text not found');
    const changed = text.replace(before, () => after).split('\n');
    return { store: put(store, path, changed), gives: `-${before}\n+${after}` };
  },
});
const move = (source: string, destination: string): Act => ({
  tool: 'move_file',
  args: { source, destination },
  run: (store) => {
    const lines = store.get(source);
    return lines
      ? { store: put(without(store, source), destination, lines), gives: 'moved' }
      : failed(store, 'none');
  },
});
export const read = (path: string): Act => ({
  tool: 'read_text_file',
  args: { path },
  run: (store) => ({ store, gives: (store.get(path) ?? []).join('\n') }),
});

export const name = fc.constantFrom('e-1', 'e-10', 'e-2', 'Ada Byron', 'x');
export const word = fc.constantFrom(
  'open',
  'shut',
  'item',
  'item 1',
  'item 10',
  'red',
  'to do',
  'done',
);
export const fresh = fc.nat(9999).map((number) => `mark ${number} of ${number % 7}`);
export const line = fc.oneof(
  fresh,
  word,
  fc.tuple(word, fresh).map((two) => two.join(': ')),
  fc.tuple(word, word).map((two) => two.join(' ')),
);
export const path = fc.constantFrom('/p/a.md', '/p/b.md');
export const entities = (echo: boolean) =>
  fc.oneof(
    {
      arbitrary: fc.tuple(fc.oneof(name, fresh), line).map((of) => create(...of, echo)),
      weight: 5,
    },
    { arbitrary: fc.tuple(name, line).map((of) => add(...of)), weight: 4 },
    { arbitrary: fc.tuple(name, line).map((of) => set(...of)), weight: 1 },
    { arbitrary: name.map(remove), weight: 1 },
    { arbitrary: fc.constant(clear), weight: 1 },
    { arbitrary: fc.constant(all), weight: 5 },
    { arbitrary: word.map(find), weight: 1 },
  );
export const files = () =>
  fc.oneof(
    { arbitrary: fc.tuple(path, line, line).map((of) => edit(...of)), weight: 8 },
    { arbitrary: fc.tuple(path, line).map((of) => append(...of)), weight: 4 },
    { arbitrary: fc.tuple(path, line).map((of) => write(...of)), weight: 1 },
    { arbitrary: fc.constant(move('/p/a.md', '/p/b.md')), weight: 1 },
    { arbitrary: path.map(read), weight: 6 },
  );

export interface Timed {
  readonly act: Act;
  readonly session: number;
  readonly from: number;
  readonly to: number;
  /** When a change reads the store, and when it writes it back. */
  readonly looks: number;
  readonly lands: number;
}

/** Afterwards somebody looks at everything, while nothing else goes on. */
export const LAST: readonly Timed[] = [all, read('/p/a.md'), read('/p/b.md')].map((act, index) => {
  const from = 200 + 10 * index;
  return { act, session: index, from, to: from + 5, looks: from + 1, lands: from + 1 };
});

/** Calls in a hundred milliseconds, of three sessions. */
export function history(
  acts: (echo: boolean) => fc.Arbitrary<Act>,
  torn: boolean,
): fc.Arbitrary<Timed[]> {
  const one = (act: fc.Arbitrary<Act>) =>
    fc.record({
      act,
      session: fc.nat(2),
      from: fc.nat(100),
      length: fc.nat(25),
      looks: fc.double({ min: 0, max: 1, noNaN: true }),
      lands: fc.double({ min: 0, max: 1, noNaN: true }),
    });
  const timed = (act: fc.Arbitrary<Act>) =>
    one(act).map(({ act: what, session, from, length, looks, lands }): Timed => {
      const at = (part: number) => from + 0.1 + (length + 0.8) * part;
      const first = at(Math.min(looks, lands));
      const last = torn ? at(Math.max(looks, lands)) : first;
      return { act: what, session, from, to: from + length + 1, looks: first, lands: last };
    });
  return fc
    .boolean()
    .chain((echo) => fc.array(timed(acts(echo)), { minLength: 8, maxLength: 30 }))
    .map((calls) => [...calls, ...LAST]);
}

/** Runs the calls as their servers would, and records them. */
export function record(calls: readonly Timed[]): Entry[] {
  let store: Store = new Map([
    ['/p/a.md', ['item 1: to do', 'item 10: to do', 'item 2: open']],
    ['x', ['red']],
  ]);
  const done = new Map<Timed, Done>();
  const steps = calls.flatMap((call) => [
    { at: call.looks, run: () => done.set(call, call.act.run(store)) },
    {
      at: call.lands,
      run: () => {
        const result = done.get(call);
        // Only a change writes back, and the whole of what it saw.
        if (result && result.store !== store && !/^(?:read|search)/.test(call.act.tool))
          store = result.store;
      },
    },
  ]);
  for (const step of steps.sort((a, b) => a.at - b.at)) step.run();
  return [0, 1, 2].flatMap((session) => {
    const own = calls.filter((call) => call.session === session);
    const scenes = own.map((call): SceneCall => {
      const { gives, isError } = done.get(call) ?? { gives: '' };
      return { ...call.act, from: call.from, to: call.to, gives, ...(isError ? { isError } : {}) };
    });
    return scene(`s${session}`, scenes, { head: launched({ NOTES_FILE_PATH: '#1' }) });
  });
}
