/**
 * The built program, for tests that start it as its users do. The toolchain builds before it tests;
 * whoever runs one test file alone gets the build here when the sources are newer.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The rooms that `wiretape tap` is made of. */
const SOURCES = ['model', 'tap', 'cli/main.ts', 'cli/tap.ts', 'cli/tap-http.ts'];
const BUILT = join(ROOT, 'dist/cli/main.js');

/** The path of the built `wiretape`, as new as its sources. */
export async function built(): Promise<string> {
  const lock = join(tmpdir(), `wiretape-build-${statSync(ROOT).ino}`);
  for (let waited = 0; !isNew(); waited += 100) {
    if (waited > 60_000) throw new Error(`${lock} is held and nothing is built`);
    if (take(lock)) {
      try {
        build();
      } finally {
        rmSync(lock, { recursive: true });
      }
      break;
    }
    await delay(100);
  }
  return BUILT;
}

function build(): void {
  const tsc = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
  // What is wrong with types is said by `npm run check`.
  const args = [tsc, '-p', 'tsconfig.build.json', '--noEmitOnError', 'false', '--noCheck'];
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
}

function isNew(): boolean {
  try {
    const since = statSync(BUILT).mtimeMs;
    return SOURCES.every((path) => newest(join(ROOT, path)) <= since);
  } catch {
    return false;
  }
}

function newest(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
