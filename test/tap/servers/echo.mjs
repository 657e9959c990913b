// Says each line back, whole. Ignores the end of its input with `--stay`, and then also starts a child that does.

import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => process.stdout.write(`${line}\n`));
if (process.argv.includes('--stay')) {
  const below = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  process.stderr.write(`pids ${process.pid} ${below.pid}\n`);
  setInterval(() => {}, 1000);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    if (process.argv.includes('--stubborn')) process.on(signal, () => {});
  }
}
