// Three projects: `node` runs almost everything, `page` the tests that mount components, `pure` those of the rooms
// that hold no state. A component needs the browser's build of Svelte, while the packages of the other rooms must be
// resolved the way Node resolves them; and pure modules need be loaded once, and not anew for each file.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const include = ['test/**/*.test.ts', 'examples/**/*.test.ts'];
// Only `npm run test:long` and `npm run test:hosts` start the long ones.
const long = process.env['WIRETAPE_LONG'] === '1';
const exclude = [
  '**/node_modules/**',
  '**/dist/**',
  '**/golden/**',
  ...(long ? [] : ['test/long/**', 'test/hosts/**', 'test/conformance/**', '**/*.long.test.ts']),
];
const pageTests = testsThatAskForPage();
const pureTests = ['test/model/**/*.test.ts', 'test/analysis/**/*.test.ts'];

export default defineConfig({
  root,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: long ? 600_000 : 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'node',
          environment: 'node',
          include,
          exclude: [...exclude, ...pageTests, ...pureTests],
        },
      },
      {
        extends: true,
        test: { name: 'pure', environment: 'node', isolate: false, include: pureTests, exclude },
      },
      ...(pageTests.length === 0 ? [] : [pageProject()]),
    ],
  },
});

function pageProject() {
  return {
    extends: true as const,
    plugins: [svelte({ configFile: false }), svelteTesting()],
    resolve: { conditions: ['browser'] },
    test: { name: 'page', environment: 'jsdom', include: pageTests, exclude },
  };
}

/** The tests that begin with `// @vitest-environment jsdom`. */
function testsThatAskForPage(): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((name) =>
      /^\/\/ @vitest-environment jsdom$/m.test(readFileSync(join(root, name), 'utf8')),
    );
}
