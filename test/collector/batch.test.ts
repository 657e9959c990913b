import { expect, test } from 'vitest';
import { holesIn, readBatch } from '../../collector/batch.ts';
import { expired } from '../../collector/retention.ts';
import type { StoredSession } from '../../collector/store.ts';
import type { Entry } from '../../model/entry.ts';
import { encodeEntry } from '../../model/line.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { client, opening, server, tape } from '../kit/entries.ts';

const entries = tape('memory', opening());
const id = entries[0]!.session;
const lines = entries.map(encodeEntry);

/** What a batch becomes: `5` is an entry, `6-8!` a gap that the collector made. */
function outline(batch: readonly string[]): string {
  return readBatch(batch)
    .entries.map((entry) => {
      if (entry.type !== 'gap') return `${entry.seq}`;
      expect(entry).toMatchObject({
        by: 'collector',
        reason: 'refused',
        count: entry.to - entry.seq + 1,
      });
      return `${entry.seq}-${entry.to}!`;
    })
    .join(' ');
}

test('lines become the entries that they are', () => {
  expect(readBatch(lines)).toEqual({ session: id, entries, refused: [] });
});

test('a refused line leaves a gap where it stood', () => {
  const bad = 'no entry at all';
  expect(outline([lines[0]!, bad, lines[2]!])).toBe('0 1-1! 2');
  expect(outline([lines[0]!, bad, bad, lines[3]!])).toBe('0 1-2! 3');
  expect(outline([bad, bad, lines[2]!])).toBe('0-1! 2');
  expect(outline([bad, lines[3]!])).toBe('2-2! 3');
  expect(outline([lines[0]!, bad, bad])).toBe('0 1-2!');
  // One too many between two neighbours: nothing is missing.
  expect(outline([lines[0]!, bad, lines[1]!])).toBe('0 1');
  expect(outline([bad, lines[0]!])).toBe('0');
  expect(readBatch([lines[0]!, bad]).refused).toEqual([
    { line: 2, fault: 'it is not a JSON object' },
  ]);
});

test('nothing can be said of a batch without any entry', () => {
  expect(readBatch(['x', '{"type":"note"}'])).toMatchObject({ session: undefined, entries: [] });
});

test('lines of another session, and ids that cannot be a path, are refused', () => {
  const other = tape('other', []).map(encodeEntry);
  expect(readBatch([lines[0]!, ...other])).toMatchObject({ session: id, refused: [{ line: 2 }] });
  for (const session of ['../x', 'a/b', '.', 'a\u0000', '', 'x'.repeat(129)]) {
    const line = JSON.stringify({ type: 'note', session, seq: 0, at: 0, text: '' });
    expect(readBatch([line]).session, session).toBeUndefined();
  }
});

test('what a peer said never becomes an entry of its own', () => {
  const forged = '{"a":1},"from":"client","type":"exit","code":0,"signal":null,"x":{}';
  const [, , line] = tape('memory', [client('{}'), server(forged)]).map(encodeEntry);
  const whole = `{"type":"message","session":"${id}","seq":2,"at":5,"from":"server","channel":"stdout","message":${forged}}`;
  for (const text of [line!, whole]) {
    expect(readBatch([text]).entries).toMatchObject([
      { type: 'frame', why: 'not-json', text: forged },
    ]);
  }
});

test('holes are found before, between and behind', () => {
  const spans = (own: readonly Entry[], behind?: number) =>
    holesIn(own, 'damaged', behind).map(({ seq, to }) => [seq, to]);
  expect(spans(entries)).toEqual([]);
  expect(spans([entries[1]!, entries[3]!])).toEqual([
    [0, 0],
    [2, 2],
  ]);
  expect(spans(entries, 2)).toEqual([[4, 5]]);
  const gap: Entry = { type: 'gap', session: id, seq: 1, at: 0, to: 2, count: 2, reason: 'x' };
  expect(spans([entries[0]!, gap, entries[2]!, entries[3]!])).toEqual([]);
});

test('the oldest sessions expire first, by age and by size', () => {
  const now = Date.parse('2026-11-22T00:00:00Z');
  const session = (day: string, bytes: number): StoredSession => ({
    id: day,
    end: 0,
    bytes,
    rewrites: 0,
    summaryEnd: 0,
    marks: [],
    exported: [],
    summary: { wall: `2026-11-${day}T00:00:00Z`, lastAt: 0 } as SessionSummary,
  });
  const all = [session('20', 100), session('01', 100), session('12', 100)];
  expect(expired(all, { days: 30, bytes: 300 }, now)).toEqual([]);
  expect(expired(all, { days: 15, bytes: 300 }, now)).toEqual(['01']);
  expect(expired(all, { days: 30, bytes: 299 }, now)).toEqual(['01']);
  expect(expired(all, { days: 30, bytes: 100 }, now)).toEqual(['01', '12']);
  expect(expired(all, { days: 5, bytes: 0 }, now)).toEqual(['01', '12', '20']);
  // After a crash a session may have no summary yet: its time is not known, so it stays.
  const unknown = {
    id: 'x',
    end: 0,
    bytes: 100,
    rewrites: 0,
    summaryEnd: -1,
    marks: [],
    exported: [],
  };
  const timeless = { ...session('??', 100), id: 'y' };
  expect(expired([unknown, timeless], { days: 0, bytes: 0 }, now)).toEqual([]);
});
