// The proof obligations of a stand-in: one recording has one transcript, however a client paces, orders, names
// and cuts what it says, and wherever it runs. T5 is in command.test.ts, T6 in test/model/order.test.ts.
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { writeRecording } from '../../model/recording.ts';
import {
  createPlayer,
  type PlayOptions,
  recordedSessions,
  transcript,
  transcriptOf,
} from '../../replay/index.ts';
import { wiretape } from '../cli/wiretape.ts';
import { SEED } from '../kit/random.ts';
import { ENVIRONMENTS, hashesIn } from './environments.ts';
import { FIXTURES, fixtures } from './fixtures.ts';
import { checkRestless } from './restless-runs.ts';

const RUNS = 200;

const { entriesOf, at } = fixtures();

/** The texts of the client, those that nothing orders together: no message of the server between. */
function groupsOf(entries: readonly Entry[]): string[][] {
  const groups: string[][] = [];
  let isOpen = false;
  for (const entry of entries) {
    if (entry.type !== 'message') continue;
    if (entry.from === 'client') {
      if (isOpen) groups.at(-1)?.push(entry.text);
      else groups.push([entry.text]);
    }
    isOpen = entry.from === 'client';
  }
  return groups;
}

function playTexts(entries: readonly Entry[], texts: readonly string[], options?: PlayOptions) {
  const [session] = recordedSessions(entries);
  if (!session) throw new Error('there is no session');
  const player = createPlayer(session, options);
  player.start();
  for (const text of texts) player.receiveText(text);
  return { report: player.report(), transcript: transcript([player.transcript()]) };
}

describe.each(FIXTURES)('%s', (name) => {
  test.each(['observed', 'causal'] as const)(
    'T1: twice the same, report and all (%s)',
    (placement) => {
      const entries = entriesOf(name);
      const texts = groupsOf(entries).flat();
      const [one, other] = [1, 2].map(() => playTexts(entries, texts, { placement }));
      expect(JSON.stringify(one)).toBe(JSON.stringify(other));
      expect(one?.transcript).toEqual(transcriptOf(entries));
      expect(one?.report).toMatchObject({ equal: true, degraded: [], reordered: [] });
    },
  );

  test(`T2: ${RUNS} restless clients, one transcript (seed ${SEED})`, {
    timeout: 240_000,
  }, async () => {
    await checkRestless(entriesOf(name), RUNS, SEED);
  });

  test(`T3: what was sent together may come in any order (seed ${SEED})`, () => {
    const entries = entriesOf(name);
    const expected = transcriptOf(entries).hash;
    const groups = groupsOf(entries);
    expect(groups.some((group) => group.length > 1)).toBe(true);
    // Each group in an order of its own, equal requests included.
    const orders = fc.tuple(
      ...groups.map((group) =>
        fc.shuffledSubarray(group, { minLength: group.length, maxLength: group.length }),
      ),
    );
    fc.assert(
      fc.property(orders, (shuffled) => {
        const played = playTexts(entries, shuffled.flat());
        expect(played.report.misses).toEqual([]);
        expect(played.transcript.hash).toBe(expected);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test(`T4: in other processes, zones, languages and hash orders (seed ${SEED})`, {
    timeout: 120_000,
  }, async () => {
    const entries = entriesOf(name);
    const file = at(`${name}.tape.jsonl`);
    await writeFile(file, writeRecording(entries));
    const expected = transcriptOf(entries).hash;
    const all = await Promise.all(
      ENVIRONMENTS.map((environment) => hashesIn(environment, file, { seed: SEED, runs: 5 })),
    );
    expect(all).toEqual(ENVIRONMENTS.map(() => [expected]));
  });
});

test('T1: the report of the command is the same to the byte', async () => {
  const file = at('twice.tape.jsonl');
  await writeFile(file, writeRecording(entriesOf('overlap')));
  const reports = await Promise.all(
    ['one.json', 'other.json'].map(async (name) => {
      const report = at(name);
      await wiretape(['replay', 'server', file, '--report', report]);
      return await readFile(report, 'utf8');
    }),
  );
  expect(reports[0]).toContain('"unmade"');
  expect(reports[1]).toBe(reports[0]);
});
