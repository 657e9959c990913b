// Rules for footprints in wiretape.config.jsonc: check uses them, or says what is wrong; taps do not care.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import { readRedaction } from '../../tap/config.ts';
import { scene } from '../analysis/scene.ts';
import { temporaryFolder, wiretape } from './wiretape.ts';

const CONFIG = 'wiretape.config.jsonc';
const SHARES = '{ "footprints": [{ "servers": ["one", "two"], "share": "the notes" }] }';
const WRONG = '{\n  "footprints": [{ "tool": "a", "accesses": { "write": "*" } }],\n}';

/** Two sessions; only together they show that a write is gone. */
function sessions(): string {
  const write = (text: string, from: number) => ({
    ...{ tool: 'create_note', args: { text }, from, to: from + 50 },
  });
  const read = { tool: 'read_all', from: 300, to: 310, gives: ['bob was here', 'cyril came'] };
  const one = scene('one', [write('ann alone', 100), read], { id: 'A' });
  const two = scene('two', [write('bob was here', 120), write('cyril came', 200)], { id: 'B' });
  return writeRecording([...one, ...two]);
}

test('check finds what only a rule ties together, and refuses a rule that it cannot read', async () => {
  await using folder = await temporaryFolder();
  const state = join(folder.path, 'state');
  await mkdir(state, { mode: 0o700 });
  const [file, config] = [join(folder.path, 'a.tape.jsonl'), join(folder.path, CONFIG)];
  await writeFile(file, sessions());
  const check = () => wiretape(['check', file, '--state', state], { cwd: folder.path });
  expect((await check()).code).toBe(0);
  await writeFile(config, SHARES);
  expect(await check()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('1 of 3 acknowledged writes (create_note) to the notes'),
  });
  expect((await wiretape(['validate', config])).stdout).toContain('footprints: 1');
  await writeFile(config, WRONG);
  const refused = await check();
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /line 2, column \d+: write is not known here; known are read, .*docs\/footprints\.md.*\[config-invalid\]/s,
  );
  expect((await wiretape(['validate', config])).code).toBe(2);
  expect(readRedaction([{ path: config, isUsers: false }])).toBeUndefined();
});
