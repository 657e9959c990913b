/**
 * Random histories of agents at a correct server, whose every call takes effect at one moment.
 *
 * In turns: whoever changes a file reads it and writes it before anybody else does anything, so that
 * nothing goes wrong. Interleaved: reads and writes of several agents mix, and the model knows which
 * write ran over what. Overlapped: calls that change a thing within one call, as they like.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../analysis/index.ts';
import type { Entry } from '../../../model/entry.ts';
import type { Finding } from '../../../model/finding.ts';
import { viewsOf } from '../../../model/view.ts';
import {
  type Act,
  add,
  all,
  append,
  create,
  edit,
  find,
  fresh,
  history,
  line,
  name,
  path,
  read,
  record,
  remove,
  type Timed,
  word,
  write,
} from '../history.ts';

const seed = 20261126;

function sure(entries: readonly Entry[]): Finding[] {
  return analyse(viewsOf(entries)).filter(({ tier }) => tier !== 'POTENTIAL');
}

/** What an agent does with a file in one turn. */
interface Turn {
  readonly agent: number;
  readonly file: string;
  /** It adds a line to all it has read, edits, appends, or looks. */
  readonly does: 'rewrite' | 'edit' | 'append' | 'look';
  readonly mark: string;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  agent: fc.nat(2),
  file: path,
  does: fc.constantFrom('rewrite', 'rewrite', 'rewrite', 'edit', 'append', 'look'),
  mark: fc.nat(99_999).map((number) => `mark number ${number}`),
});

interface Played {
  readonly calls: Timed[];
  /** By file: how many writes ran over a change that their agents had not read. */
  readonly stale: ReadonlyMap<string, number>;
}

/** Plays turns, one call after the other. `mixes` says when another agent goes on in the middle of a turn. */
function play(turns: readonly Turn[], mixes: readonly boolean[] = []): Played {
  const files = new Map([['/p/a.md', 'item 1: to do\nitem 10: to do\nitem 2: open']]);
  const calls: Timed[] = [];
  const stale = new Map<string, number>();
  /** Who wrote a file, in order; and by agent and file, how many writes it has seen, and what. */
  const writers = new Map<string, number[]>();
  const seen = new Map<string, { readonly count: number; readonly text: string }>();
  const doing: { readonly turn: Turn; step: number }[] = [];
  const say = (act: Act, agent: number): void => {
    const from = 10 * calls.length;
    calls.push({ act, session: agent, from, to: from + 5, looks: from + 1, lands: from + 1 });
  };
  const change = ({ agent, file }: Turn, text: string, act: Act): void => {
    files.set(file, text);
    const own = [...(writers.get(file) ?? []), agent];
    writers.set(file, own);
    say(act, agent);
  };
  const step = (one: { readonly turn: Turn; step: number }): boolean => {
    const { agent, file, does, mark } = one.turn;
    const key = `${agent} ${file}`;
    const text = files.get(file) ?? '';
    one.step += 1;
    if (one.step === 1 && does !== 'append') {
      say(read(file), agent);
      seen.set(key, { count: writers.get(file)?.length ?? 0, text });
      return does === 'look';
    }
    if (does === 'append') change(one.turn, `${text}\n${mark}`, append(file, mark));
    else if (does === 'edit' && !text.includes('item')) say(edit(file, 'item', mark), agent);
    else if (does === 'edit')
      change(one.turn, text.replace('item', mark), edit(file, 'item', mark));
    else {
      const known = seen.get(key) ?? { count: 0, text: '' };
      const since = (writers.get(file) ?? []).slice(known.count);
      // What is made of an empty file has nothing in it that shows it.
      const isShown = known.text !== '' && since.some((writer) => writer !== agent);
      if (isShown) stale.set(file, (stale.get(file) ?? 0) + 1);
      const more = `${known.text}\n${mark}`;
      change(one.turn, more, write(file, more));
    }
    return true;
  };
  for (const [at, one] of turns.entries()) {
    const busy = doing.findIndex(({ turn: { agent } }) => agent === one.agent);
    if (busy !== -1) step(...(doing.splice(busy, 1) as [(typeof doing)[0]]));
    const next = { turn: { ...one, mark: `${one.mark} of ${at}` }, step: 0 };
    if (step(next)) continue;
    if (mixes[at]) doing.push(next);
    else step(next);
  }
  for (const one of doing) step(one);
  return { calls, stale };
}

describe('a correct server', () => {
  test('whose agents take turns gives no finding above POTENTIAL', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 5, maxLength: 25 }), (turns) => {
        expect(sure(record(play(turns).calls)).map(({ message }) => message)).toEqual([]);
      }),
      { numRuns: 60, seed },
    );
  });

  test('whose agents mix gives the stale overwrites that there were, no more and no less', () => {
    let count = 0;
    const mixed = fc.tuple(
      fc.array(turn, { minLength: 5, maxLength: 25 }),
      fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
    );
    fc.assert(
      fc.property(mixed, ([turns, mixes]) => {
        const { calls, stale } = play(turns, mixes);
        const found = sure(record(calls));
        const told = found.map(({ resource, lost }) => [
          `/p/${resource}`,
          (lost?.of ?? 0) - (lost?.gone ?? 0),
        ]);
        expect(found.filter(({ rule }) => rule !== 'stale-overwrite')).toEqual([]);
        expect(summed(told as [string, number][])).toEqual(new Map([...stale].sort()));
        for (const number of stale.values()) count += number;
      }),
      { numRuns: 100, seed },
    );
    expect(count).toBeGreaterThan(50);
  });

  const acts = (): fc.Arbitrary<Act> =>
    fc.oneof(
      fc.tuple(path, line, line).map((of) => edit(...of)),
      fc.tuple(path, line).map((of) => append(...of)),
      fc.tuple(name, line).map(([of, text]) => create(of, text, true)),
      fc.tuple(name, line).map((of) => add(...of)),
      fc.constant(write('/p/c.md', 'the same by all')),
      fc.constant(read('/p/c.md')),
      name.map(remove),
      path.map(read),
      word.map(find),
      fc.constant(all),
      fresh.map((text) => checked('x', text)),
    );

  test('whose calls overlap as they like gives nothing above POTENTIAL', () => {
    fc.assert(
      fc.property(history(acts, false), (calls) => {
        expect(sure(record(calls)).map(({ message }) => message)).toEqual([]);
      }),
      { numRuns: 60, seed },
    );
  });

  test('that is overwritten by overlapping calls: what is called gone is gone', () => {
    let count = 0;
    const writing = (): fc.Arbitrary<Act> =>
      fc.oneof(
        fc.tuple(path, fresh).map((of) => write(...of)),
        path.map(read),
      );
    fc.assert(
      fc.property(history(writing, false), (calls) => {
        const entries = record(calls);
        for (const { rule, evidence } of sure(entries)) {
          expect(rule).toBe('concurrent-writes');
          const textOf = (role: string) =>
            evidence
              .filter((one) => one.role === role)
              .map(({ message }) => textAt(entries, message));
          // The instances stand one after the other, each with its read at the end.
          const shown = textOf('read that misses it');
          for (const mark of textOf('lost write').slice(0, 1)) {
            count += 1;
            expect(shown[0]).not.toContain(mark);
          }
        }
      }),
      { numRuns: 60, seed },
    );
    expect(count).toBeGreaterThan(5);
  });
});

/** A change that is done only where things are as it says. */
function checked(of: string, text: string): Act {
  return {
    tool: 'update_entity',
    args: { name: of, lines: [text], expected_version: 1 },
    run: (store) => ({ store: new Map(store).set(of, [text]), gives: 'ok' }),
  };
}

function summed(told: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, count] of told) sums.set(key, (sums.get(key) ?? 0) + count);
  return new Map([...sums].sort());
}

/** The content of a write, or the text of an answer, at a message reference. */
function textAt(entries: readonly Entry[], message: string): string {
  const entry = entries.find(({ session, seq }) => `${session}:${seq}` === message);
  const value = entry?.type === 'message' ? JSON.stringify(entry.value) : '';
  return /"content":"([^"]*)"/.exec(value)?.[1] ?? value;
}
