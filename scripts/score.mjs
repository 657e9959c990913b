// Scores the detector on the seeded corpus: `npm run score`. Nothing is kept, nothing fails; docs/score.md says what is measured.
//
//   npm run score -- --seeds 11,12,13   other recordings than those of the manual
//   npm run score -- --only F07         one fault, with what was missed and what was wrong
//   npm run score -- --columns 0        only the first column

import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULTS } from '../test/corpus/corpus.ts';
import { COLUMNS, createTally } from '../test/corpus/score.ts';

/** The seeds of the printed score; nobody looked at them while rules were written. */
const SEEDS = [901, 902, 903, 904, 905];
/** What is taken away is tried on so many of them. */
const FEW = 1;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    only: { type: 'string' },
    columns: { type: 'string' },
    verbose: { type: 'boolean' },
  },
});
const seeds = values.seeds?.split(',').map(Number) ?? SEEDS;
const wanted = values.columns?.split(',') ?? (values.only ? ['0'] : undefined);
const columns = COLUMNS.filter((_, place) => wanted?.includes(String(place)) ?? true);

/** @typedef {import('../test/corpus/score.ts').Verdict} Verdict */
/** @typedef {import('./judge.mjs').Job} Job */

const jobs = columns.flatMap((column) => {
  const own = column === COLUMNS[0] ? seeds : seeds.slice(0, FEW);
  return own.map((seed) => ({ column: column.name, seed, only: values.only }));
});

/** What each job found, in the order of the jobs. */
async function verdicts() {
  /** @type {Verdict[][]} */
  const found = [];
  const left = jobs.map((job, place) => ({ ...job, place }));
  const processes = Math.min(jobs.length, availableParallelism(), 4);
  await Promise.all(Array.from({ length: processes }, () => worked(left, found)));
  return found;
}

/** One process takes job after job until none is left. @param {Job[]} left @param {Verdict[][]} found */
function worked(left, found) {
  const child = fork(fileURLToPath(new URL('judge.mjs', import.meta.url)));
  const next = () => {
    const job = left.shift();
    if (job) child.send(job);
    else child.disconnect();
  };
  child.on('message', (/** @type {{ job: Job, verdicts: Verdict[] }} */ told) => {
    found[told.job.place] = told.verdicts;
    process.stderr.write(`${told.job.column}, seed ${told.job.seed}\n`);
    next();
  });
  next();
  return /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))));
    })
  );
}

/** @param {string} line */
const say = (line = '') => process.stdout.write(`${line}\n`);
/** @param {number} value */
const rate = (value) => (Number.isNaN(value) ? '–' : value.toFixed(3)).padStart(6);

const found = await verdicts();
const scores = columns.map((column) => {
  const own = jobs.flatMap((job, place) => (job.column === column.name ? [{ ...job, place }] : []));
  const tally = createTally(
    column,
    own.map(({ seed }) => seed),
  );
  for (const { place } of own) for (const verdict of found[place] ?? []) tally.add(verdict);
  return tally.score();
});
const [whole] = scores;
if (!whole) process.exit(2);

say(`seeds ${scores.map(({ column, seeds: own }) => `${own.join(', ')} (${column})`).join('; ')}`);
say(
  `${whole.recordings} recordings, ${whole.calls} calls, ${whole.cleanCalls} of them in clean recordings`,
);
say();
say('class      faults  found  placed  precision  recall      F1  wrong');
for (const row of whole.classes) {
  const { name, of, found, placed, precision, recall, f1, wrong } = row;
  const counts = [of, found, placed].map((count) => String(count).padStart(6)).join(' ');
  say(
    `${name.padEnd(10)} ${counts}     ${rate(precision)}  ${rate(recall)}  ${rate(f1)}  ${String(wrong).padStart(5)}`,
  );
}
say();
say(`recall by fault, by column:`);
for (const { id, about, code } of FAULTS) {
  const cells = scores.map(({ faults }) => {
    const row = faults.find(({ name }) => name === id);
    return row ? rate(row.found / row.of) : '     –';
  });
  if (!values.only || values.only === id)
    say(`${id} ${code.padEnd(9)} ${cells.join(' ')}  ${about}`);
}
say();
for (const score of scores) {
  const { precision, recall, f1 } = score.overall;
  say(
    `${score.column.padEnd(25)} precision ${rate(precision)}  recall ${rate(recall)}  F1 ${rate(f1)}  placed ${rate(score.placed)}  PROVEN false alarms ${score.provenAlarms}  OBSERVED in 1,000 clean calls ${score.observedAlarmsPerThousand.toFixed(3)}`,
  );
}
say(
  'goals (F17)               precision ≥ 0.95   recall ≥ 0.95  PROVEN false alarms 0  OBSERVED in 1,000 clean calls ≤ 0.5',
);

if (values.only || values.verbose) {
  for (const { column, missed, alarmed } of scores) {
    say();
    for (const { slot } of missed) say(`missed  ${column}  ${placeOf(slot)}  ${slot.fault.about}`);
    for (const { slot, isFaulty, wrong } of alarmed) {
      for (const { code, tier, message } of wrong)
        say(
          `alarm   ${column}  ${placeOf(slot)} ${isFaulty ? 'faulty' : 'clean'}  ${tier} ${code}: ${message.slice(0, 200)}`,
        );
    }
  }
}

/** @param {import('../test/corpus/corpus.ts').Slot} slot */
function placeOf({ fault, setting }) {
  const { seed, revision, transport } = setting;
  return `${fault.id} seed ${Math.floor(seed / 1000)} ${revision} ${transport}`;
}
