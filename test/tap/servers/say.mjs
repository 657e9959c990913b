// Says the file `say` of a folder in pieces, whose sizes stand in `sizes`, and writes what it hears to `heard`.

import { createWriteStream, readFileSync } from 'node:fs';
import process from 'node:process';

const [, , folder] = process.argv;
process.stdin.pipe(createWriteStream(`${folder}/heard`));
const bytes = readFileSync(`${folder}/say`);
let at = 0;
for (const size of JSON.parse(readFileSync(`${folder}/sizes`, 'utf8'))) {
  const piece = bytes.subarray(at, at + size);
  await new Promise((written) => process.stdout.write(piece, written));
  at += size;
}
