// Builds what is shipped into dist/: the modules joined into few files, a declaration for each source, and the page.
// Always from nothing: it takes a few seconds, and nothing stale can stay behind.

import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { bundle } from './bundle.mjs';
import { runNode } from './run.mjs';

const command = 'dist/cli/main.js';
const shebang = '#!/usr/bin/env node\n';

rmSync('dist', { recursive: true, force: true });
await step('tsc', () =>
  runNode('node_modules/@typescript/native/bin/tsc', ['-p', 'tsconfig.build.json'], {
    show: 'all',
  }),
);
await step('bundle', async () => {
  await bundle('dist');
  return { code: 0 };
});
if (existsSync(command)) await step('command', makeExecutable);
if (existsSync('ui/index.html')) await step('page', buildPage);

/**
 * Runs one step, says how long it took, and ends the build when it fails.
 *
 * @param {string} name
 * @param {() => Promise<{ code: number }>} work
 */
async function step(name, work) {
  const start = performance.now();
  const { code } = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  // On stderr, because `npm run demo` builds first and its stdout belongs to the demo.
  process.stderr.write(`${code === 0 ? 'built ' : 'failed'} ${name} (${seconds} s)\n`);
  if (code !== 0) process.exit(code);
}

/** npm sets the mode when it installs a package; in a checkout nobody else does. */
async function makeExecutable() {
  const text = readFileSync(command, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(command, shebang + text);
  chmodSync(command, 0o755);
  return { code: 0 };
}

async function buildPage() {
  const { build } = await import('vite');
  const { svelte } = await import('@sveltejs/vite-plugin-svelte');
  const own = existsSync('ui/vite.config.ts');
  try {
    await build({
      root: 'ui',
      logLevel: 'warn',
      ...(own
        ? { configFile: 'ui/vite.config.ts' }
        : { configFile: false, plugins: [svelte({ configFile: false })] }),
      build: { outDir: '../dist/ui', emptyOutDir: true },
    });
    return { code: 0 };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return { code: 1 };
  }
}
