// Says so many lines of so many bytes on one of its outputs, as fast as they are taken, and on the other one the
// SHA-256 of all of them. Ends with its input. node flood.mjs stdout|stderr COUNT SIZE

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import process from 'node:process';

const [, , name, count, size] = process.argv;
const [to, other] =
  name === 'stderr' ? [process.stderr, process.stdout] : [process.stdout, process.stderr];
const hash = createHash('sha256');
const fill = Buffer.from('the quick brown fox 42 '.repeat(Number(size) / 23 + 1));
for (let at = 0; at < Number(count); at++) {
  const [head, tail] = [`{"n":${at},"text":"`, '"}\n'];
  const text = fill.subarray(0, Number(size) - head.length - tail.length);
  for (const part of [Buffer.from(head), text, Buffer.from(tail)]) {
    hash.update(part);
    if (!to.write(part)) await once(to, 'drain');
  }
}
other.write(`${hash.digest('hex')}\n`);
process.stdin.resume();
