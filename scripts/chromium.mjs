// Finds the browser that the page tests drive, and fetches one where there is none.
// As a program it prints the path: node scripts/chromium.mjs

import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { run, runNode } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** What Playwright calls the browser inside its cache, by version and system. */
const insideCache = [
  'chrome-linux/chrome',
  'chrome-linux64/chrome',
  'chrome-linux/headless_shell',
  'chrome-headless-shell-linux64/chrome-headless-shell',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-win64/chrome.exe',
];

const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The first browser found: the one named by CHROMIUM_PATH, an installed one, or one of Playwright's.
 *
 * @returns {string | undefined} an absolute path
 */
export function findChromium() {
  const named = process.env['CHROMIUM_PATH'];
  if (named && isProgram(named)) return named;
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean)];
  const installed = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...installed, ...usualPlaces, ...playwrightBrowsers()].find(isProgram);
}

/**
 * Finds a browser, or fetches one: as root with apt-get, else with Playwright's own download.
 * All words go to stderr.
 *
 * @returns {Promise<string | undefined>} nothing when there is none and none could be had
 */
export async function provideChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  for (const fetch of [fromSystem, fromPlaywright]) {
    await fetch();
    const path = findChromium();
    if (path !== undefined) return path;
  }
  process.stderr.write(
    'No Chromium was found or could be installed: install one, or name it in CHROMIUM_PATH.\n',
  );
  return undefined;
}

async function fromSystem() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  process.stderr.write('There is no Chromium here: installing the package of the system.\n');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update'], { show: 'stderr', timeoutMs: 120_000, env });
  // An index that is partly out of reach may still name the package, so its failure is not the end.
  if (update.code !== 0)
    process.stderr.write('apt-get update failed; trying with the old index.\n');
  const args = ['install', '-y', '--no-install-recommends', 'chromium'];
  await run('apt-get', args, { show: 'stderr', timeoutMs: 240_000, env });
}

async function fromPlaywright() {
  process.stderr.write('There is no Chromium here: fetching the one of Playwright.\n');
  const args = ['install', 'chromium'];
  await runNode('node_modules/playwright-core/cli.js', args, {
    show: 'stderr',
    timeoutMs: 120_000,
  });
}

/** Newest first. */
function playwrightBrowsers() {
  const cache = playwrightCache();
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium'))
    .sort((a, b) => Number(b.split('-').at(-1)) - Number(a.split('-').at(-1)))
    .flatMap((name) => insideCache.map((inside) => join(cache, name, inside)));
}

function playwrightCache() {
  const moved = process.env['PLAYWRIGHT_BROWSERS_PATH'];
  if (moved) return moved;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ms-playwright');
  if (process.platform === 'win32') return join(process.env['LOCALAPPDATA'] ?? '', 'ms-playwright');
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ms-playwright');
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = await provideChromium();
  if (path === undefined) process.exitCode = 2;
  else process.stdout.write(`${path}\n`);
}
