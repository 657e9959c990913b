/**
 * Random histories of servers whose behaviour is known.
 *
 * Atomic: each call takes effect at one moment between its request and its answer, so that nothing is
 * ever lost, whatever overlaps: there must be no finding. Torn: a change reads the store at one moment
 * and writes the whole of it back at a later one, as servers do that lose writes: whatever a finding
 * names must be acknowledged and really missing.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import type { Entry } from '../../model/entry.ts';
import { parseReference } from '../../model/entry.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { member } from '../../model/json.ts';
import { viewsOf } from '../../model/view.ts';
import { launched, type SceneCall, scene } from './scene.ts';

/** A store of things by name, each with lines; files are things too. */
type Store = ReadonlyMap<string, readonly string[]>;
interface Done {
  readonly store: Store;
  readonly gives: unknown;
  readonly isError?: true;
}
interface Act {
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
const create = (name: string, line: string, echo: boolean): Act => ({
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
const add = (name: string, line: string): Act => ({
  tool: 'add_lines',
  args: { additions: [{ entity: name, lines: [line] }] },
  run: (store) => {
    const lines = store.get(name);
    return lines
      ? { store: put(store, name, [...lines, line]), gives: 'added' }
      : failed(store, 'no such entity');
  },
});
const set = (name: string, line: string): Act => ({
  tool: 'update_entity',
  args: { name, lines: [line] },
  run: (store) =>
    store.has(name) ? { store: put(store, name, [line]), gives: 'ok' } : failed(store, 'none'),
});
const remove = (name: string): Act => ({
  tool: 'delete_entity',
  args: { name },
  run: (store) => ({ store: without(store, name), gives: 'deleted' }),
});
const clear: Act = { tool: 'reset', args: {}, run: () => ({ store: new Map(), gives: 'ok' }) };
const all: Act = {
  tool: 'read_graph',
  args: {},
  run: (store) => ({ store, gives: { entities: shown(store) } }),
};
const find = (word: string): Act => ({
  tool: 'search_nodes',
  args: { query: word },
  run: (store) => ({
    store,
    gives: shown(store).filter(({ name, lines }) => `${name} ${lines.join(' ')}`.includes(word)),
  }),
});

const write = (path: string, text: string): Act => ({
  tool: 'write_file',
  args: { path, content: text },
  run: (store) => ({ store: put(store, path, [text]), gives: 'written' }),
});
const append = (path: string, text: string): Act => ({
  tool: 'append_to_file',
  args: { path, text },
  run: (store) => ({
    store: put(store, path, [...(store.get(path) ?? []), text]),
    gives: 'appended',
  }),
});
const edit = (path: string, before: string, after: string): Act => ({
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
const read = (path: string): Act => ({
  tool: 'read_text_file',
  args: { path },
  run: (store) => ({ store, gives: (store.get(path) ?? []).join('\n') }),
});

const name = fc.constantFrom('e-1', 'e-10', 'e-2', 'Ada Byron', 'x');
const word = fc.constantFrom('open', 'shut', 'item', 'item 1', 'item 10', 'red', 'to do', 'done');
const fresh = fc.nat(9999).map((number) => `mark ${number} of ${number % 7}`);
const line = fc.oneof(
  fresh,
  word,
  fc.tuple(word, fresh).map((two) => two.join(': ')),
  fc.tuple(word, word).map((two) => two.join(' ')),
);
const path = fc.constantFrom('/p/a.md', '/p/b.md');
const entities = (echo: boolean) =>
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
const files = () =>
  fc.oneof(
    { arbitrary: fc.tuple(path, line, line).map((of) => edit(...of)), weight: 8 },
    { arbitrary: fc.tuple(path, line).map((of) => append(...of)), weight: 4 },
    { arbitrary: fc.tuple(path, line).map((of) => write(...of)), weight: 1 },
    { arbitrary: fc.constant(move('/p/a.md', '/p/b.md')), weight: 1 },
    { arbitrary: path.map(read), weight: 6 },
  );

interface Timed {
  readonly act: Act;
  readonly session: number;
  readonly from: number;
  readonly to: number;
  /** When a change reads the store, and when it writes it back. */
  readonly looks: number;
  readonly lands: number;
}

/** Afterwards somebody looks at everything, while nothing else goes on. */
const LAST: readonly Timed[] = [all, read('/p/a.md'), read('/p/b.md')].map((act, index) => {
  const from = 200 + 10 * index;
  return { act, session: index, from, to: from + 5, looks: from + 1, lands: from + 1 };
});

/** Calls in a hundred milliseconds, of three sessions. */
function history(acts: (echo: boolean) => fc.Arbitrary<Act>, torn: boolean): fc.Arbitrary<Timed[]> {
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
function record(calls: readonly Timed[]): Entry[] {
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

function lostUpdates(entries: readonly Entry[]): Finding[] {
  return analyse(viewsOf(entries)).filter(({ lost }) => lost !== undefined);
}

const seed = 20261122;

describe('atomic servers lose nothing', () => {
  test.each([
    ['entities', entities],
    ['files', files],
  ])('%s', (_, acts) => {
    fc.assert(
      fc.property(history(acts, false), (calls) => {
        expect(lostUpdates(record(calls)).map(({ message }) => message)).toEqual([]);
      }),
      { numRuns: 250, seed },
    );
  });
});

/** The text at a JSON pointer of a message, and all that a message says. */
function textAt(entries: readonly Entry[], { message, pointer }: Evidence): string {
  const { session, seq } = parseReference(message) ?? {};
  const entry = entries.find((one) => one.session === session && one.seq === seq);
  let value: unknown = entry?.type === 'message' ? entry.value : undefined;
  for (const step of pointer?.split('/').slice(1) ?? [])
    value = member(value, step) ?? (value as unknown[])[Number(step)];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Fewer kinds of calls, so that the losses are not hidden behind deletes and overwrites. */
const adding = (echo: boolean) =>
  fc.oneof(
    fc.tuple(fresh, line).map((of) => create(...of, echo)),
    fc.tuple(fc.constant('x'), fresh).map((of) => add(...of)),
    fc.constant(all),
  );
const inserting = () =>
  fc.oneof(
    fc.tuple(path, fresh).map((of) => append(...of)),
    fc
      .tuple(fc.constant('/p/a.md'), fc.constantFrom('item 1: to', 'item 2:'), fresh)
      .map((of) => edit(...of)),
    path.map(read),
  );

describe('torn servers', () => {
  test.each([
    ['entities', entities, 3],
    ['files', files, 1],
    ['entities that are only added', adding, 50],
    ['files that only grow', inserting, 10],
  ])('%s: what is named was acknowledged, and is not in the read', (_, acts, least) => {
    let lossCount = 0;
    fc.assert(
      fc.property(history(acts, true), (calls) => {
        const entries = record(calls);
        for (const { evidence } of lostUpdates(entries)) {
          const read = evidence.filter(({ role }) => role === 'read that misses it');
          const shown = read.map((one) => textAt(entries, one)).join();
          for (const lost of evidence.filter(({ role }) => role === 'lost write')) {
            lossCount += 1;
            expect(shown).not.toContain(JSON.stringify(textAt(entries, lost)).slice(1, -1));
          }
        }
      }),
      { numRuns: 250, seed },
    );
    // Bigger changes of the generator may need another number; none may be 0.
    expect(lossCount).toBeGreaterThanOrEqual(least);
  });
});
