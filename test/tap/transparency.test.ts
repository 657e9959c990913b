// Invariant: bytes pass unchanged, and with `--capture raw` the journal yields the same bytes back: broken UTF-8, CR,
// NUL, BOM, empty lines, JSON and almost-JSON, deep and long lines, a last line without LF, in pieces of any size.
// 100,000 inputs each way in test/long.

import { expect, test } from 'vitest';
import type { FrameEntry } from '../../model/entry.ts';
import { SEED } from '../kit/random.ts';
import { journal, run, sha256, tapped, temporaryFolder } from './kit.ts';
import { checkStreams } from './random-streams.ts';

test(`1,000 random inputs each way come out as they went in, and out of the journal (seed ${SEED})`, async () => {
  for (const [round, inputs] of [1, 2, 10, 87, 400, 500].entries())
    await checkStreams(inputs, SEED + round);
}, 60_000);

test('a line over the cap passes whole, and is recorded by head, length and hash', async () => {
  const folder = await temporaryFolder();
  const huge = Buffer.concat([
    Buffer.from('{"text":"'),
    Buffer.alloc(20 << 20, 'x'),
    Buffer.from('"}'),
  ]);
  const command = await tapped(['cat'], { state: folder });
  const { stdout } = await run(command, {
    input: Buffer.concat([huge, Buffer.from('\n{"id":1}\n')]),
  });
  expect(stdout.length).toBe(huge.length + 10);
  const { entries } = await journal(folder);
  const frames = entries.filter((entry): entry is FrameEntry => entry.type === 'frame');
  expect(frames.map(({ why, bytes, sha256: hash }) => [why, bytes, hash])).toEqual([
    ['over-cap', huge.length, sha256(huge)],
    ['over-cap', huge.length, sha256(huge)],
  ]);
  expect(frames[0]?.text?.length).toBeGreaterThan(60_000);
});
