// The Python agent again, from its recording: none of its five servers is installed, started or reached.

import { execFile, spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { built } from '../../test/kit/built.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const isThere = spawnSync('python3', ['--version']).status === 0;

const index = `monday.md by Ada: The sum of 5 and 0 is 5.
tuesday.md by Grace: The sum of 5 and 0 is 5.
known: Ada, Grace
`;

/** `wiretape replay workflow --strict letters.tape.jsonl -- python3 agent.py ARGUMENTS` */
async function replay(...args: string[]) {
  const replaying = ['replay', 'workflow', '--strict', '--patience', '600', 'letters.tape.jsonl'];
  const words = [await built(), ...replaying, '--', 'python3', 'agent.py', ...args];
  const ran = promisify(execFile)(process.execPath, words, { cwd: here });
  return await ran.catch((error) => error);
}

describe('the agent in Python', () => {
  beforeEach(({ skip }) => skip(!isThere, 'python3 is not installed here'));

  test('does what it did when it was recorded', async () => {
    expect(await replay()).toMatchObject({
      stdout: index,
      stderr: expect.stringContaining('The workflow was as recorded: 5 sessions'),
    });
  });

  test('fails when it does something else, with the call that it changed', async () => {
    const failed = await replay('--index', 'contents.txt');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('the recording has no such tools/call write_file');
    expect(failed.stderr).toContain('which differs first at /params/arguments/path');
  });
});
