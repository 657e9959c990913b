// Lines that are searched together are redacted as each of them alone is, wherever their secrets stand.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFramer } from '../../model/framing.ts';
import { createRedact } from '../../model/redaction.ts';
import { createBlockCut } from '../../model/sse.ts';
import { keyedHash, sha256 } from '../../tap/hash.ts';
import { redactTogether } from '../../tap/together.ts';
import { SEED } from '../kit/random.ts';

const redact = createRedact(keyedHash(new Uint8Array(32)), { MY_TOKEN: 'k3J9xQ7vB2nM5tR8' });
const GITHUB = `ghp_${'a1B2'.repeat(9)}`;
/** Halves of secrets stand at the ends of lines as well. */
const PIECES = [
  'x',
  ' ',
  'é',
  '\\n',
  '"',
  '{"a":1}',
  '"password":',
  '"password":"hunter2secret"',
  'TOKEN=',
  'TOKEN=abcdefgh12345',
  'k3J9xQ7vB2nM5tR8',
  'k3J9xQ7v',
  GITHUB,
  GITHUB.slice(0, 20),
  'Bearer ',
  'Bearer abcdefgh1jklmnopqrst',
  'https://anna:secretpass@example.org',
  '-----BEGIN PRIVATE KEY-----',
  '<secret:github:0a1b2c3d>',
];
const line = fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((all) => all.join(''));

test.each([
  ['lines of a pipe', undefined, '\n'],
  ['blocks of a stream', createBlockCut, '\n\n'],
] as const)(`%s (seed ${SEED})`, (_, cut, end) => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.nat(200), (all, at) => {
      const bytes = Buffer.from(all.map((one) => one + end).join(''));
      const framer = createFramer(1 << 20, sha256, cut?.());
      for (const chunk of [bytes.subarray(0, at), bytes.subarray(at)]) {
        const lines = framer.push(chunk, 0, 0);
        const how = redactTogether(lines, chunk, redact);
        for (const found of lines) {
          const text = Buffer.from(found.bytes).toString();
          expect(how(found)(text)).toEqual(redact(text));
        }
      }
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

test('lines without a secret are not searched again, and few lines are searched alone', () => {
  let searches = 0;
  const counted = (text: string) => {
    searches++;
    return redact(text);
  };
  const chunk = Buffer.from('{"a":1}\n{"b":2}\n{"c":3}\n');
  const lines = createFramer(1 << 20, sha256).push(chunk, 0, 0);
  const how = redactTogether(lines, chunk, counted);
  for (const one of lines) how(one)('');
  expect(searches).toBe(1);
  expect(redactTogether(lines.slice(0, 2), chunk, counted)(lines[0] as never)).toBe(counted);
});
