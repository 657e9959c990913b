/**
 * A process of its own that plays a recording restlessly: `FILE SEED RUNS`. Prints the hashes of the
 * transcripts, each once, so that they can be compared over time zones, languages and hash seeds.
 */
import process from 'node:process';
import { openRecording } from '../../replay/open.ts';
import { playRestlessly, seeded } from './restless-client.ts';

const [file = '', seed = '', runs = ''] = process.argv.slice(2);
const entries = await openRecording(file);
const hashes = new Set<string>();
for (let run = 0; run < Number(runs); run++) {
  const { hash } = await playRestlessly(entries, seeded(Number(seed) + run));
  hashes.add(hash);
}
process.stdout.write(`${[...hashes].join('\n')}\n`);
