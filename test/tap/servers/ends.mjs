// Ends in the way its first argument says, after saying something on both of its outputs.

import process from 'node:process';

const [, , way] = process.argv;
process.stdout.write('out\n');
process.stderr.write('err\n');
/** @type {Record<string, () => void>} */
const ways = {
  'exit 0': () => {},
  'exit 3': () => process.exit(3),
  throws: () => {
    throw new Error('on purpose');
  },
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  SIGSEGV: () => process.kill(process.pid, 'SIGSEGV'),
  // More than a pipe holds, and then at once the end.
  'large last answer': () =>
    process.stdout.write(`${'x'.repeat(3_000_000)}\n`, () => process.exit(5)),
  'no last LF': () => process.stdout.write('{"half":'),
  'stderr flood': () => {
    for (let at = 0; at < 20_000; at++) process.stderr.write(`${at} ${'e'.repeat(50)}\n`);
  },
  'ends at EOF': () => process.stdin.resume().on('end', () => process.exit(9)),
  'closes stdout first': () => {
    process.stdout.end();
    setTimeout(() => process.exit(4), 100);
  },
  'handles signals': () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
      process.on(signal, () => process.exit(42));
    process.stdout.write('ready\n');
    setInterval(() => {}, 1000);
  },
  'dies of signals': () => {
    process.stdout.write('ready\n');
    setInterval(() => {}, 1000);
  },
};
ways[way ?? '']?.();
