/** The conformance suite of the protocol, fetched into a temporary folder together with the Node that it needs. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const VERSION = '0.2.0-alpha.12';
const run = promisify(execFile);

export interface Suite {
  /** Runs it with these words; gives `scenario check status` of every check, sorted. */
  checks(words: readonly string[]): Promise<string[]>;
}

/** Installs the suite; it needs Node 22 or newer, which npm brings where this one is older. */
export async function installSuite(folder: string): Promise<Suite> {
  const install = (name: string) =>
    run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, name], {
      timeout: 300_000,
    });
  await install(`@modelcontextprotocol/conformance@${VERSION}`);
  const isOld = Number(process.versions.node.split('.')[0]) < 22;
  if (isOld) await install('node@22');
  const node = isOld ? join(folder, 'node_modules/node/bin/node') : process.execPath;
  const home = join(folder, 'node_modules/@modelcontextprotocol/conformance');
  const { bin } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  let count = 0;
  return {
    async checks(words) {
      const out = join(folder, `out-${++count}`);
      // It ends with 1 when a check fails, which is ours to compare and not to judge.
      await run(node, [join(home, bin.conformance), ...words, '-o', out], {
        timeout: 240_000,
        maxBuffer: 64 << 20,
      }).catch((error: { code?: unknown }) => {
        if (error.code !== 1) throw error;
      });
      const found = await checksIn(out);
      await rm(out, { recursive: true });
      return found;
    },
  };
}

async function checksIn(out: string): Promise<string[]> {
  const names = await readdir(out, { recursive: true });
  const files = names.filter((name) => basename(name) === 'checks.json');
  const all = files.map(async (name) => {
    // The folder of a scenario carries the time at its end.
    const scenario = basename(dirname(name)).replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    const checks = JSON.parse(await readFile(join(out, name), 'utf8')) as {
      id: string;
      status: string;
    }[];
    return checks.map(({ id, status }) => `${scenario} ${id} ${status}`);
  });
  return (await Promise.all(all)).flat().sort();
}
