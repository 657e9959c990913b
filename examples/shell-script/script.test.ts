// The shell script again, with the recording in the place of its server.

import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { built } from '../../test/kit/built.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** `./remember.sh wiretape replay server --strict memory.tape.jsonl` */
async function remember(env: Readonly<Record<string, string>> = {}) {
  const replaying = ['replay', 'server', '--strict', 'memory.tape.jsonl'];
  const words = ['remember.sh', process.execPath, await built(), ...replaying];
  const ran = promisify(execFile)('sh', words, { cwd: here, env: { ...process.env, ...env } });
  return await ran.catch((error) => error);
}

describe.skipIf(process.platform === 'win32')('the shell script', () => {
  test('gets to know what it did when it was recorded', async () => {
    const { stdout, stderr } = await remember();
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).result.structuredContent.entities).toEqual([
      { name: 'Ada', entityType: 'person', observations: ['was here'] },
      { name: 'Grace', entityType: 'person', observations: ['was here'] },
    ]);
  });

  test('fails when it says something else', async () => {
    const failed = await remember({ NAMES: 'Ada Alan' });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('the recording has no such tools/call create_entities');
  });
});
