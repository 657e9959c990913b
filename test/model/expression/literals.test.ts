// Invariant: no expression that meets the text of a peer takes more than linear time. Finds every regular expression
// in the rooms below and counts its steps (model/expression/linear.ts); what is not counted is named here, with why.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { checkLinear } from '../../../model/expression/linear.ts';
import { ROOT } from '../../kit/built.ts';

const ROOMS = ['model', 'analysis', 'tap', 'collector', 'replay'];

const ONE_CHARACTER =
  'properties of Unicode are not read here; it is one character, or a run of such';
const OF_THE_SYSTEM = 'it reads one line of the system, which no peer wrote';

/** Literals that are not counted as linear: the file, how they begin, and why that does no harm. */
const EXCEPT: readonly (readonly [file: string, start: string, why: string])[] = [
  ['tap/printable.ts', '[\\p{Cc}', ONE_CHARACTER],
  ['tap/wrap/launcher.ts', '[\\p{Cc}', ONE_CHARACTER],
  ['analysis/definitions/hidden.ts', '(?![', ONE_CHARACTER],
  ['analysis/footprint/words.ts', '[^\\p{L}', ONE_CHARACTER],
  ['analysis/lost-update/features.ts', '[\\p{L}', ONE_CHARACTER],
  ['replay/miss.ts', '[\\p{Cc}', ONE_CHARACTER],
  ['analysis/words/', '[\\p{L}', ONE_CHARACTER],
  ['analysis/conflicts/carried.ts', '\\p{L}', ONE_CHARACTER],
  ['analysis/conflicts/values.ts', '[\\p{L}', ONE_CHARACTER],
  ['tap/host.ts', '^\\s*(\\d+)', OF_THE_SYSTEM],
  ['tap/tree.ts', '^\\s*(\\d+)', OF_THE_SYSTEM],
  ['tap/system-error.ts', '^[A-Z0-9_]+: ', OF_THE_SYSTEM],
  ['tap/program.ts', '\\.\\w+$', 'it reads the name of a file that the user starts'],
  ['tap/wrap/', '', 'it reads the configuration of a host, once, which is the file of its user'],
  ['analysis/footprint/container.ts', '(?:^|[', 'it reads a command that the user starts'],
];

/** Expressions that are put together, and what holds them. */
const PUT_TOGETHER: Readonly<Record<string, string>> = {
  'analysis/definitions/schema/fit/pattern.ts': 'patterns of schemas, each counted before it runs',
  'model/secrets.ts': 'the shapes, which linear.test.ts counts one by one',
  'model/redaction.ts': 'a list of fixed texts',
  'model/rules.ts': 'shapes of users, which user-rules.ts counts one by one',
  'model/user-rules.ts': 'the same, once they are counted, and run on nothing',
  'analysis/words/names.ts': 'a placeholder, or a run of letters and digits',
  'replay/placeholders.ts': 'a shape, once more',
};

interface Literal {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

const found = ROOMS.flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name)),
).map((path) => expressionsOf(path));
const literals = found.flatMap(({ written }) => written);

function expressionsOf(path: string): { written: Literal[]; made: string[] } {
  const file = relative(ROOT, path).replaceAll('\\', '/');
  const tree = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const written: Literal[] = [];
  const made: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      written.push({ file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    const isMade = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (isMade && node.expression.getText() === 'RegExp') made.push(file);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { written, made };
}

function exceptionFor({ file, source }: Literal): number {
  return EXCEPT.findIndex(([place, start]) => file.startsWith(place) && source.startsWith(start));
}

test('every expression in the rooms runs in linear time, or is named', () => {
  expect(literals.length).toBeGreaterThan(80);
  const refused = literals.flatMap((literal) => {
    const verdict = checkLinear(literal.source, literal.flags);
    return verdict.ok || exceptionFor(literal) !== -1 ? [] : [{ ...literal, ...verdict }];
  });
  expect(refused).toEqual([]);
});

test('every exception is one', () => {
  const needed = literals
    .filter(({ source, flags }) => !checkLinear(source, flags).ok)
    .map(exceptionFor);
  expect([...new Set(needed)].sort((a, b) => a - b)).toEqual(EXCEPT.map((_, index) => index));
});

test('expressions are put together only where that is known', () => {
  expect([...new Set(found.flatMap(({ made }) => made))].sort()).toEqual(
    Object.keys(PUT_TOGETHER).sort(),
  );
});
