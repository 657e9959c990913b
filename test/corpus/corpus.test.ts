// The corpus is what it says: the same from the same seed, every fault in it labelled, and no label in what a detector reads.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reference } from '../../model/entry.ts';
import { writeRecording } from '../../model/recording.ts';
import { viewsOf } from '../../model/view.ts';
import { ROOT } from '../kit/built.ts';
import { FAULTS, record, slots } from './corpus.ts';

const SEED = Number(process.env['WIRETAPE_SEED'] ?? 3);
/** Each fault once, over one transport in one era, in turns. */
const some = slots([SEED]).filter((_, place) => place % 4 === Math.floor(place / 4) % 4);

test('twenty faults of servers and three of agents, five seeds, two eras, two transports', () => {
  expect(FAULTS.map(({ id }) => id)).toEqual(
    Array.from({ length: 23 }, (_, at) => `F${String(at + 1).padStart(2, '0')}`),
  );
  expect(slots([1, 2, 3, 4, 5])).toHaveLength(460);
});

describe.each(some)(
  `$fault.id $setting.revision $setting.transport, seed ${SEED}`,
  ({ fault, setting }) => {
    test('is the same twice, has its label and no word of it', () => {
      const { entries, label } = record(setting, fault, true);
      const text = writeRecording(entries);
      expect(writeRecording(record(setting, fault, true).entries)).toBe(text);
      expect(label?.fault).toBe(fault);
      const messages = new Set(entries.map(({ session, seq }) => reference(session, seq)));
      expect(label?.pair.filter((message) => !messages.has(message))).toEqual([]);
      expect(label?.scope.size).toBeGreaterThan(0);
      expect(
        /\b(?:F[012]\d|faulty?|decoy|truth|corpus|clean|stale|racing)\b/i.exec(text)?.[0],
      ).toBeUndefined();
      expect(text).not.toContain(fault.about);
    });

    test('has a clean twin of a hundred calls and more', () => {
      const { entries, label } = record(setting, fault, false);
      expect(label).toBeUndefined();
      // 800 such recordings are more than 100,000 calls.
      const calls = viewsOf(entries).reduce((sum, { session }) => sum + session.calls.length, 0);
      expect(calls).toBeGreaterThan(125);
    });
  },
);

test('no room of the product knows of the corpus', () => {
  const rooms = ['model', 'analysis', 'tap', 'collector', 'replay', 'cli', 'ui'];
  const sources = rooms.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|svelte)$/.test(name) && !name.includes('node_modules'))
      .map((name) => join(room, name)),
  );
  expect(sources.length).toBeGreaterThan(100);
  // A rule may name its test; it may read nothing of it.
  const reading = /(?:from|import\(|import|readFile\w*\()\s*['"`][^'"`]*test\/corpus/;
  expect(sources.filter((name) => reading.test(readFileSync(join(ROOT, name), 'utf8')))).toEqual(
    [],
  );
});
