// A bounded part of the score: each fault and its clean twin, in one era over one transport, in turns. What is not seen is
// listed with why, so that a rule which comes, goes or changes is seen here first. `npm run score` has the whole.

import { expect, test } from 'vitest';
import { slots } from './corpus.ts';
import { COLUMNS, createTally, judged, type Verdict } from './score.ts';

const SEED = 5;
const [WHOLE] = COLUMNS;
/** Of the four recordings of a fault one, each way in turns. */
const part = slots([SEED]).filter((_, place) => place % 4 === Math.floor(place / 4) % 4);

/** What the rule of its class does not see, and why. */
const NOT_SEEN: Readonly<Record<string, string>> = {};

function placeOf({ slot }: Verdict): string {
  return `${slot.fault.id} ${slot.setting.revision} ${slot.setting.transport}`;
}

test(`seed ${SEED}: what a rule knows is found, and nothing is said of what is clean`, () => {
  if (!WHOLE) throw new Error('there is no column');
  const tally = createTally(WHOLE, [SEED]);
  for (const slot of part) {
    for (const isFaulty of [true, false]) tally.add(judged(slot, isFaulty, WHOLE));
  }
  const { missed, alarmed, provenAlarms, observedAlarms, recordings, calls } = tally.score();
  expect(recordings).toBe(46);
  expect(calls).toBeGreaterThan(7_000);
  const alarms = alarmed.flatMap((one) =>
    one.wrong.map(({ code, tier, message }) => [placeOf(one), one.isFaulty, tier, code, message]),
  );
  expect(alarms).toEqual([]);
  expect([provenAlarms, observedAlarms]).toEqual([0, 0]);
  expect(missed.map(placeOf)).toEqual(Object.keys(NOT_SEEN));
}, 120_000);
