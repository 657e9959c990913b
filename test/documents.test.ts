// What README, ARCHITECTURE and the manual name is there: commands, files, tests, public functions.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? [`docs/${name}`] : [],
  ),
];
const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');

function matches(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))];
}

describe.each(documents)('%s', (document) => {
  const text = textOf(document);

  test('links to files that are there', () => {
    const links = matches(text, /\]\((?!https?:|#)([^)#\s]+)/g);
    const missing = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  test('names sources and tests that are there', () => {
    const paths = matches(
      text,
      /`((?:model|analysis|tap|collector|replay|ui|cli|test|scripts)\/[\w./-]*)`/g,
    );
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('says nothing of machines and people that made it', () => {
    expect(matches(text, /(\/work\/|\/root\/|registry\.\w+)/g)).toEqual([]);
  });
});

test('README and the manual name commands that exist', async () => {
  const main = join(root, 'dist/cli/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
  const commands = matches(stdout, /^ {2}([a-z]+)\b/gm);
  expect(commands).toContain('tap');
  const named = documents.flatMap((document) =>
    matches(textOf(document), /(?:^ {4}(?:npx )?|`(?:npx )?)wiretape ([a-z]+)/gm),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((command) => !commands.includes(command))).toEqual([]);
});

test('the first test in README is one that the package can run', () => {
  const example = /```ts\n([\s\S]*?)```/.exec(textOf('README.md'))?.[1] ?? '';
  const specifiers = matches(example, /from '([^']+)'/g);
  expect(specifiers).toEqual(['@modelcontextprotocol/sdk/client/index.js', 'wiretape/vitest']);
  for (const specifier of specifiers) expect(import.meta.resolve(specifier)).toMatch(/^file:/);
});
