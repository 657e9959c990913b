/** Every rule says what it is, in words the manual can print, and the manual prints just that. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RULES } from '../../analysis/index.ts';
import { rulesPage } from '../../scripts/rules.mjs';

const root = join(import.meta.dirname, '..', '..');

test('docs/rules.md is what `npm run docs` writes', () => {
  expect(readFileSync(join(root, 'docs', 'rules.md'), 'utf8')).toBe(rulesPage(RULES));
});

test.each(RULES.map((rule) => [rule.rule, rule] as const))('%s is complete', (name, rule) => {
  expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  expect(rule.code).toMatch(/^[A-Z][A-Z0-9-]*\d$/);
  for (const text of [rule.definition, rule.wrongWhen, rule.confirm, rule.source]) {
    expect(text).toMatch(/[.)]$/);
  }
  expect(rule.fixtures.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  expect(rule.fixtures.length).toBeGreaterThan(0);
});

test('no two rules have one name', () => {
  expect(new Set(RULES.map(({ rule }) => rule)).size).toBe(RULES.length);
});
