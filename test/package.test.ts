// The packed tarball, unpacked beside its dependencies as an install lays it out, works from a bare project.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
let project = '';

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'wiretape-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: root,
  });
  packed = (JSON.parse(stdout.slice(stdout.indexOf('['))) as [Packed])[0];
  const installed = join(project, 'node_modules', 'wiretape');
  await mkdir(installed, { recursive: true });
  await run('tar', [
    '-xzf',
    join(project, packed.filename),
    '-C',
    installed,
    '--strip-components=1',
  ]);
  await linkDependencies(installed);
  await writeFile(join(project, 'package.json'), '{"type":"module","private":true}\n');
}, 60_000);

afterAll(() => rm(project, { recursive: true, force: true }));

/** Links what an install would bring: dependencies and optional ones, never development packages. */
async function linkDependencies(installed: string): Promise<void> {
  const own = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...own.dependencies, ...own.optionalDependencies })) {
    const target = join(project, 'node_modules', name);
    await mkdir(dirname(target), { recursive: true });
    await symlink(join(root, 'node_modules', name), target);
  }
}

describe('the packed tarball', () => {
  test('holds the program, its page and its types, and no sources or tests', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      'dist/cli/main.js',
      'dist/index.d.ts',
      'dist/ui/index.html',
      'LICENSE',
      'README.md',
    ]) {
      expect(paths).toContain(path);
    }
    expect(paths.filter((path) => /(^|\/)test\/|(?<!\.d)\.ts$|\.svelte$/.test(path))).toEqual([]);
  });

  test('runs no script when it is installed', async () => {
    const own = JSON.parse(
      await readFile(join(project, 'node_modules/wiretape/package.json'), 'utf8'),
    );
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(Object.keys(own.scripts ?? {}).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  test('starts by its command', async () => {
    const main = join(project, 'node_modules/wiretape/dist/cli/main.js');
    const { stdout } = await run(process.execPath, [main, '--help'], { cwd: project });
    expect(stdout).toMatch(/tap[\s\S]*open[\s\S]*check/);
  });

  test.each(['wiretape', 'wiretape/tap', 'wiretape/collector', 'wiretape/replay'])(
    'gives %s to a bare project',
    async (entry) => {
      const script = `import * as all from '${entry}'; process.stdout.write(Object.keys(all).join(' '));`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
        cwd: project,
      });
      expect(stdout.split(' ').length).toBeGreaterThan(1);
    },
  );

  test('has types that compile under es2022, and ask for nothing of Node', async () => {
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      skipLibCheck: false,
      types: [],
      noEmit: true,
    };
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['use.ts'] }),
    );
    const use = `import { readRecording } from 'wiretape';
      import { startCollector } from 'wiretape/collector';
      await using collector = await startCollector({ state: '.', version: '0' });
      export const answer = [readRecording, collector.address];`;
    await writeFile(join(project, 'use.ts'), use);
    const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', project]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});
