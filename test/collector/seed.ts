/** The seed of this run's random tests, printed so that a failure can be run again: SEED=n npm test. */
import process from 'node:process';

export const seed = Number(process.env['SEED'] ?? Date.now() % 0x7fff_ffff);
process.stdout.write(`seed ${seed}\n`);
