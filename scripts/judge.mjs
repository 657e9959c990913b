// Works off what scripts/score.mjs sends it: one seed of one column each.

import process from 'node:process';
import { slots } from '../test/corpus/corpus.ts';
import { COLUMNS, judged } from '../test/corpus/score.ts';

/** @typedef {{ place: number, column: string, seed: number, only: string | undefined }} Job */

process.on('message', (/** @type {Job} */ job) => {
  const column = COLUMNS.find(({ name }) => name === job.column);
  const own = slots([job.seed]).filter(({ fault }) => !job.only || fault.id === job.only);
  const verdicts = own.flatMap((slot) =>
    column ? [true, false].map((isFaulty) => judged(slot, isFaulty, column)) : [],
  );
  process.send?.({ job, verdicts });
});
