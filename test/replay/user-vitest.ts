// A test file as a user of `wiretape/vitest` has it, run by vitest in a process of its own.
import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { type Folder, ROOT, temporaryFolder } from '../cli/wiretape.ts';

export interface Outcome {
  readonly title: string;
  readonly status: string;
  readonly failure: string;
}

export interface UserProject extends Folder {
  at(name: string): string;
  /** Runs the test file; gives how each test ended, by its title. */
  run(source: string, env?: Record<string, string>): Promise<Map<string, Outcome>>;
}

/** A folder with our packages, where a user's test may import `mcpTest` from MCP_TEST. */
export async function userProject(): Promise<UserProject> {
  const folder = await temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  await symlink(join(ROOT, 'node_modules'), at('node_modules'), 'junction');
  return {
    ...folder,
    at,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    async run(source, env = {}) {
      await writeFile(at('user.test.mjs'), source);
      const report = at('report.json');
      const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
      const args = ['run', '--root', folder.path, '--reporter=json', `--outputFile=${report}`];
      // It ends with 1 where some of the tests must fail.
      await promisify(execFile)(process.execPath, [vitest, ...args], {
        cwd: folder.path,
        env: { ...process.env, XDG_STATE_HOME: folder.path, CI: '', ...env },
      }).catch(() => {});
      const { testResults } = JSON.parse(await readFile(report, 'utf8'));
      return new Map(
        (testResults[0].assertionResults as AssertionResult[]).map(
          ({ title, status, failureMessages }) => [
            title,
            { title, status, failure: failureMessages.join('\n') },
          ],
        ),
      );
    },
  };
}

interface AssertionResult {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** What a user's test imports as `wiretape/vitest`: as it is built, since vitest would translate each source for each run. */
export const MCP_TEST = JSON.stringify(join(ROOT, 'dist/replay/vitest.js'));
