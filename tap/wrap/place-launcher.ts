/**
 * Puts the launcher into the state folder, and finds a Node to run it that will still be there.
 *
 * The launcher is the compiled launcher.ts of this package with one line behind it, which says
 * where the package is. So an upgrade in place is used at once, and a package that is gone is
 * passed over.
 */
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { putFile } from './records.ts';
import { LAUNCHER_FILE, type Launcher } from './rewrite.ts';

export interface LauncherOptions {
  /** The state folder, absolute. */
  readonly state: string;
  /** The Node that runs now. */
  readonly execPath: string;
}

/** The launcher that entries run; nothing is written yet. */
export function launcherOf({ state, execPath }: LauncherOptions): Launcher {
  return { node: lastingNode(execPath), file: join(state, LAUNCHER_FILE) };
}

/** Writes the launcher, for this version and place of the package. */
export async function placeLauncher(state: string): Promise<void> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const program = await readFile(join(folder, 'launcher.js'), 'utf8');
  const entry = JSON.stringify(pathToFileURL(join(folder, 'entry.js')).href);
  const start = `await launch({ load: () => import(${entry}), state: ${JSON.stringify(state)} });`;
  await mkdir(state, { recursive: true, mode: 0o700 });
  await putFile(join(state, LAUNCHER_FILE), [program, start, ''].join('\n'), 0o600);
}

/** Where those who manage versions keep a path to the Node in use beside those with a version in them. */
const LASTING: readonly (readonly [versioned: RegExp, lasting: string])[] = [
  [/^(.*)\/Cellar\/(node(?:@\d+)?)\/[^/]+\//, '$1/opt/$2/'],
  [/^(\/snap\/node)\/\d+\//, '$1/current/'],
  [/^(.*\/\.nvm)\/versions\/node\/[^/]+\//, '$1/current/'],
  [/^(.*\/fnm)\/node-versions\/[^/]+\/installation\//, '$1/aliases/default/'],
  [/^(.*\/mise\/installs\/node)\/[^/]+\//, '$1/latest/'],
];

/** The path of this Node that outlasts its next upgrade, if there is one. */
export function lastingNode(execPath: string): string {
  for (const [versioned, lasting] of LASTING) {
    const path = execPath.replace(versioned, lasting);
    if (path !== execPath && existsSync(path) && realpathSync(path) === realpathSync(execPath))
      return path;
  }
  return execPath;
}

/** Whether this package stands where npx keeps what it may throw away. */
export function isInCache(folder = dirname(fileURLToPath(import.meta.url))): boolean {
  return isAbsolute(folder) && /[\\/]_npx[\\/]/.test(folder);
}
