// Writes every golden file of the tests anew: `npm run goldens`. A room that has some says them in
// test/ROOM/goldens.ts, and they stand in test/ROOM/golden/. After a run without a change in the
// sources, Git must see no difference.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const tests = join(import.meta.dirname, '../test');

for (const room of readdirSync(tests)) {
  const source = join(tests, room, 'goldens.ts');
  if (!existsSync(source)) continue;
  const { goldens } = await import(pathToFileURL(source).href);
  const folder = join(tests, room, 'golden');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(goldens)) {
    const file = join(folder, name);
    const isNew = !existsSync(file);
    if (!isNew && readFileSync(file, 'utf8') === text) continue;
    writeFileSync(file, text);
    process.stdout.write(`${isNew ? 'new' : 'changed'} test/${room}/golden/${name}\n`);
  }
}
