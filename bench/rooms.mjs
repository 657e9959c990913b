// The modules of the rooms, as the compiler makes them: dist/ has them joined, and only their public entries by name.
// WIRETAPE_DIST names a folder of such modules of another version, to compare with.

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');

/**
 * Compiles them where nobody has; processes that this one starts find them in its environment.
 *
 * @returns {(path: string) => Promise<any>} imports a module, as `model/view.js`
 */
export function openRooms() {
  const folder = process.env['WIRETAPE_DIST'] ?? compiled();
  process.env['WIRETAPE_DIST'] = folder;
  return (path) => import(pathToFileURL(resolve(folder, path)).href);
}

function compiled() {
  const folder = resolve(root, 'node_modules/.cache/wiretape-rooms');
  const tsc = resolve(root, 'node_modules/@typescript/native/bin/tsc');
  const args = ['-p', 'tsconfig.build.json', '--declaration', 'false', '--outDir', folder];
  const { status } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(2);
  return folder;
}
