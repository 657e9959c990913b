// Stands in a pipe and keeps what passes, byte for byte: node tee.mjs FILE -- COMMAND ARGUMENTS.
// It knows nothing of messages; what the client sent goes to FILE.in, what the server sent to FILE.out.
import { spawn } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';
import process from 'node:process';

const [file, , command, ...args] = process.argv.slice(2);
const child = spawn(command ?? '', args, { stdio: ['pipe', 'pipe', 'inherit'] });

/** @param {NodeJS.ReadableStream} from @param {NodeJS.WritableStream} to @param {string} name */
function keep(from, to, name) {
  const kept = openSync(`${file}.${name}`, 'a');
  from.on('data', (chunk) => {
    writeSync(kept, chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
}

keep(process.stdin, child.stdin, 'in');
keep(child.stdout, process.stdout, 'out');
child.stdin.on('error', () => {});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 0);
  process.stdin.destroy();
});
