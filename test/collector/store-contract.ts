/**
 * The promises of collector/store.ts as tests, for every store: a store's own test file calls this
 * with a way to open it. Nothing in here knows how a store works inside.
 */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Exported, Store, TenantStore } from '../../collector/store.ts';
import { type Entry, type GapEntry, lastSeq } from '../../model/entry.ts';
import { decodeEntry, encodeEntry } from '../../model/line.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { summaryOf } from '../../model/summary.ts';
import { client, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { seed } from './seed.ts';
import { spanContract } from './span-contract.ts';

export interface StoreUnderTest {
  readonly name: string;
  /** Opens a new, empty store, which is gone after the test. */
  readonly open: () => Promise<Store>;
  /** Closes a store and opens what it left. */
  readonly reopen: (store: Store) => Promise<Store>;
}

const ALL = { from: 0, limit: 1000, bytes: 1 << 30 };
const entries = tape('memory', [
  ...opening(),
  ...Array.from({ length: 8 }, (_, id) => [
    client(toolCall(id + 1, 'create_entities', { n: id })),
    server(toolText(id + 1, 'done')),
  ]).flat(),
]);
const id = entries[0]!.session;
const lineOf = encodeEntry;

function gap(seq: number, to: number): GapEntry {
  return { type: 'gap', session: id, seq, at: 77, to, count: to - seq + 1, reason: 'disk full' };
}

async function stored(own: TenantStore, session = id): Promise<string[]> {
  return (await own.entries(session, ALL)).map(({ line }) => line);
}

/** What stands in a session, as ranges: `5` is an entry, `6-8!` a gap. */
async function outline(own: TenantStore): Promise<string> {
  const rows = await own.entries(id, ALL);
  return rows
    .map(({ seq, last, line }) => {
      const entry = entryOf(line);
      if (entry.type === 'gap')
        expect(entry).toMatchObject({ seq, to: last, count: last - seq + 1 });
      return entry.type === 'gap' ? `${seq}-${last}!` : `${seq}`;
    })
    .join(' ');
}

export function storeContract(underTest: StoreUnderTest): void {
  const { name, open, reopen } = underTest;
  spanContract(underTest);
  describe(`the store contract on ${name}`, () => {
    let store: Store;
    let own: TenantStore;
    beforeEach(async () => {
      store = await open();
      own = store.of('local');
    });

    test('entries are read back as they were given, in the order of seq', async () => {
      expect(await own.append(id, entries)).toEqual({ end: 19, rewritten: false, followed: true });
      expect(await stored(own)).toEqual(entries.map(lineOf));
      expect(await own.session(id)).toMatchObject({ id, end: 19 });
    });

    test('appending the same again, whole or in part, changes nothing', async () => {
      await own.append(id, entries);
      expect(await own.append(id, entries)).toMatchObject({ end: 19, rewritten: false });
      expect(await own.append(id, entries.slice(3, 9))).toMatchObject({
        end: 19,
        rewritten: false,
      });
      expect(await stored(own)).toEqual(entries.map(lineOf));
    });

    test('the first entry under a seq stays', async () => {
      await own.append(id, entries);
      const other: Entry = { type: 'note', session: id, seq: 5, at: 1, text: 'another' };
      expect(await own.append(id, [other])).toMatchObject({ end: 19, rewritten: false });
      expect(await stored(own)).toEqual(entries.map(lineOf));
    });

    test('entries behind a hole are stored, and complete the session once it is filled', async () => {
      expect(await own.append(id, entries.slice(4, 8))).toEqual({
        end: -1,
        rewritten: false,
        followed: false,
      });
      expect(await own.append(id, entries.slice(0, 3))).toMatchObject({ end: 2, followed: false });
      expect(await own.append(id, entries.slice(3, 4))).toMatchObject({ end: 7, rewritten: false });
      expect(await stored(own)).toEqual(entries.slice(0, 8).map(lineOf));
    });

    test('any order and any repetition of batches give the same session', async () => {
      const batch = fc.tuple(fc.nat(19), fc.integer({ min: 1, max: 7 }));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { maxLength: 25 }), async (batches) => {
          const fresh = store.of(`tenant ${run++}`);
          const have = new Set<number>();
          for (const [start, length] of batches) {
            const part = entries.slice(start, start + length);
            for (const { seq } of part) have.add(seq);
            const { end } = await fresh.append(id, part);
            let complete = -1;
            while (have.has(complete + 1)) complete++;
            expect(end).toBe(complete);
          }
          const wanted = entries.filter(({ seq }) => have.has(seq)).map(lineOf);
          expect(await stored(fresh)).toEqual(wanted);
        }),
        { seed, numRuns: 60 },
      );
    });

    test('an entry that arrives after its gap wins over it, and the gap keeps the rest', async () => {
      await own.append(id, [...entries.slice(0, 5), gap(5, 9), ...entries.slice(10, 12)]);
      expect(await outline(own)).toBe('0 1 2 3 4 5-9! 10 11');
      expect(await own.append(id, [entries[7]!])).toEqual({
        end: 11,
        rewritten: true,
        followed: false,
      });
      expect(await outline(own)).toBe('0 1 2 3 4 5-6! 7 8-9! 10 11');
      await own.append(id, [entries[5]!, entries[9]!]);
      expect(await outline(own)).toBe('0 1 2 3 4 5 6-6! 7 8-8! 9 10 11');
      await own.append(id, [entries[6]!, entries[8]!]);
      expect(await stored(own)).toEqual(entries.slice(0, 12).map(lineOf));
      expect(await own.session(id)).toMatchObject({ rewrites: 3, end: 11 });
    });

    test('a gap that arrives over entries stands only for those that are missing', async () => {
      await own.append(id, [entries[0]!, entries[3]!, entries[4]!, entries[7]!]);
      expect(await own.append(id, [gap(0, 9)])).toMatchObject({ end: 9, rewritten: false });
      expect(await outline(own)).toBe('0 1-2! 3 4 5-6! 7 8-9!');
      expect(await own.append(id, [gap(2, 12)])).toMatchObject({ end: 12 });
      expect(await outline(own)).toBe('0 1-2! 3 4 5-6! 7 8-9! 10-12!');
      expect(await own.append(id, [gap(1, 2)])).toMatchObject({ end: 12, rewritten: false });
    });

    test('gaps and entries in any order cover each seq once, and entries win', async () => {
      const piece = fc.oneof(
        fc.nat(19).map((seq) => entries[seq]!),
        fc.tuple(fc.nat(19), fc.nat(6)).map(([seq, more]) => gap(seq, seq + more)),
      );
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(piece, { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
          async (batches) => {
            const fresh = store.of(`gaps ${run++}`);
            for (const batch of batches) await fresh.append(id, batch);
            const all = batches.flat();
            const given = seqsOf(all.filter(({ type }) => type !== 'gap'));
            const lost = seqsOf(all.filter(({ type }) => type === 'gap')).filter(
              (seq) => !given.includes(seq),
            );
            const rows = (await fresh.entries(id, ALL)).map(({ line }) => entryOf(line));
            expect(seqsOf(rows.filter(({ type }) => type !== 'gap'))).toEqual(given);
            const gaps = rows.filter((entry) => entry.type === 'gap');
            expect(seqsOf(gaps)).toEqual(lost);
            expect(gaps.reduce((sum, { count }) => sum + count, 0)).toBe(lost.length);
          },
        ),
        { seed, numRuns: 80 },
      );
    });

    test('a range starts with the entry that covers it, and ends by count or by bytes', async () => {
      await own.append(id, [...entries.slice(0, 5), gap(5, 9), ...entries.slice(10)]);
      const seqs = async (range: Partial<typeof ALL>) =>
        (await own.entries(id, { ...ALL, ...range })).map(({ seq }) => seq);
      expect(await seqs({ from: 7, limit: 3 })).toEqual([5, 10, 11]);
      expect(await seqs({ from: 18 })).toEqual([18, 19]);
      expect(await seqs({ from: 20 })).toEqual([]);
      const size = Buffer.byteLength(lineOf(entries[1]!)) + Buffer.byteLength(lineOf(entries[2]!));
      expect(await seqs({ from: 1, bytes: size })).toEqual([1, 2]);
      expect(await seqs({ from: 1, bytes: size - 1 })).toEqual([1]);
      expect(await seqs({ from: 1, bytes: 0 })).toEqual([1]);
    });

    test('text of any kind stays as it is', async () => {
      const odd = tape('odd', [
        client(
          '{"jsonrpc":"2.0","id":1,"method":"x","params":{"t":"\\u0000 \\ud800 \u202e😀\u2028"}}',
        ),
        client('  {"a" : 1e400, "a":2}  '),
        server('{…},"from":"client","type":"exit","x":1'),
        server(''),
      ]);
      await own.append(odd[0]!.session, odd);
      expect(await stored(own, odd[0]!.session)).toEqual(odd.map(lineOf));
    });

    test('a tenant sees, changes and erases nothing of another', async () => {
      const other = store.of('other');
      await own.append(id, entries);
      expect(await other.sessions()).toEqual([]);
      expect(await other.session(id)).toBeUndefined();
      expect(await stored(other)).toEqual([]);
      expect(await other.erase(id)).toBe(false);
      await other.append(id, entries.slice(0, 2));
      await other.keepSummary(summaryFor(entries.slice(0, 2)), 1);
      expect(await own.session(id)).toMatchObject({ end: 19, summaryEnd: -1 });
      expect(await stored(own)).toEqual(entries.map(lineOf));
      expect(await other.erase(id)).toBe(true);
      expect(await stored(own)).toEqual(entries.map(lineOf));
    });

    test('a summary is kept with the end it was derived from, for known sessions only', async () => {
      const summary = summaryFor(entries);
      await own.keepSummary(summary, 19);
      expect(await own.sessions()).toEqual([]);
      await own.append(id, entries);
      await own.keepSummary(summary, 19);
      expect(await own.session(id)).toMatchObject({ summary, summaryEnd: 19 });
    });

    test('a mark is kept with a session by run, changed, taken away, and erased with it', async () => {
      expect(await own.mark(id, 'run-1', 'good')).toBe(false);
      await own.append(id, entries);
      expect(await own.session(id)).toMatchObject({ marks: [] });
      expect(await own.mark(id, 'run-2', 'good')).toBe(true);
      await own.mark(id, 'run-1', 'good');
      await own.mark(id, 'run-1', 'bad');
      const marks = [
        { run: 'run-1', mark: 'bad' },
        { run: 'run-2', mark: 'good' },
      ];
      expect(await own.session(id)).toMatchObject({ marks, end: 19, rewrites: 0 });
      const other = store.of('other');
      expect(await other.mark(id, 'run-1', 'good')).toBe(false);
      await other.append(id, entries.slice(0, 2));
      expect(await other.sessions()).toMatchObject([{ marks: [] }]);
      await other.erase(id);
      const again = (await reopen(store)).of('local');
      expect(await again.sessions()).toMatchObject([{ marks }]);
      await again.mark(id, 'run-1', undefined);
      expect(await again.session(id)).toMatchObject({ marks: [{ run: 'run-2', mark: 'good' }] });
      await again.erase(id);
      await again.append(id, entries.slice(0, 2));
      expect(await again.session(id)).toMatchObject({ marks: [] });
    });

    test('how far endpoints have a session is kept with it, each by itself, and erased with it', async () => {
      const [one, other] = ['http://one:4318', 'http://other:4318'].map((endpoint) => ({
        ...{ endpoint, seq: 3, rewrites: 0, runs: [{ id: 'r', from: -5 }] },
        ...{ judged: -1, findings: { f: 'OBSERVED high' } },
      })) as unknown as [Exported, Exported];
      await own.keepExported(id, one);
      expect(await own.sessions()).toEqual([]);
      await own.append(id, entries);
      expect(await own.session(id)).toMatchObject({ exported: [] });
      await own.keepExported(id, one);
      await own.keepExported(id, other);
      await own.keepExported(id, { ...one, seq: 19 });
      await store.of('another').keepExported(id, { ...one, seq: 7 });
      const again = (await reopen(store)).of('local');
      expect((await again.session(id))?.exported).toEqual([other, { ...one, seq: 19 }]);
      await again.erase(id);
      await again.append(id, entries.slice(0, 2));
      expect(await again.session(id)).toMatchObject({ exported: [] });
    });

    test('since when an endpoint is exported to stays as it was first said, by tenant', async () => {
      const [early, late] = ['2026-11-22T09:00:00.000Z', '2026-11-23T09:00:00.000Z'] as const;
      expect(await own.exportedSince('http://one:4318', early)).toBe(early);
      expect(await own.exportedSince('http://one:4318', late)).toBe(early);
      expect(await own.exportedSince('http://other:4318', late)).toBe(late);
      const again = await reopen(store);
      expect(await again.of('local').exportedSince('http://one:4318', late)).toBe(early);
      expect(await again.of('another').exportedSince('http://one:4318', late)).toBe(late);
    });

    test('an erased session is gone, and may be recorded anew', async () => {
      await own.append(id, entries);
      expect(await own.erase(id)).toBe(true);
      expect(await own.erase(id)).toBe(false);
      expect(await stored(own)).toEqual([]);
      expect(await own.append(id, entries.slice(0, 2))).toMatchObject({ end: 1, followed: true });
      expect(await stored(own)).toEqual(entries.slice(0, 2).map(lineOf));
    });

    test('what was stored is there after closing', async () => {
      await own.append(id, entries);
      const summary = summaryFor(entries);
      await own.keepSummary(summary, 19);
      const again = (await reopen(store)).of('local');
      expect(await stored(again)).toEqual(entries.map(lineOf));
      expect(await again.sessions()).toMatchObject([{ id, end: 19, summaryEnd: 19, summary }]);
    });
  });
}

/** Every seq that some of the entries stands for, in order. */
function seqsOf(own: readonly Entry[]): number[] {
  const seqs = own.flatMap((entry) =>
    Array.from({ length: lastSeq(entry) - entry.seq + 1 }, (_, more) => entry.seq + more),
  );
  return [...new Set(seqs)].sort((a, b) => a - b);
}

function entryOf(line: string): Entry {
  const decoded = decodeEntry(line);
  if (!decoded.ok) throw new Error(decoded.fault);
  return decoded.entry;
}

function summaryFor(own: readonly Entry[]) {
  const machine = createSessionMachine(id);
  for (const entry of own) machine.apply(entry);
  return summaryOf(machine.session);
}
