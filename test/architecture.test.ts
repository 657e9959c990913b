// Holds the shape of the house: which room may import what, what keeps the pure rooms pure, how long a file may be.
// The table below is the architecture; a new arrow between rooms, or a new package in one, is a change to this table.
// It reads sources and judges them one by one; it does not follow imports and knows nothing about types.

import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

interface Room {
  /** Rooms it may import; with a slash, only that folder or file of one. */
  readonly rooms: readonly string[];
  /** Why Node's own modules are out of bounds, or `allowed`. */
  readonly node: 'allowed' | 'is pure' | 'runs in the browser';
  /** Packages it may import; a trailing `*` stands for any ending. */
  readonly packages: readonly string[];
  /** Packages of which it may import types only, since users bring them. */
  readonly types?: readonly string[];
  /** Exceptions: what one folder or file of the room may import besides. */
  readonly besides?: Readonly<Record<string, readonly string[]>>;
}

const pure = ['@noble/hashes', 'canonicalize', '@cfworker/json-schema'];
const mcp = '@modelcontextprotocol/*';
const otel = '@opentelemetry/*';
const http = ['hono', '@hono/node-server', 'undici', 'ws'];

const house: Readonly<Record<string, Room>> = {
  model: { rooms: [], node: 'is pure', packages: pure },
  analysis: { rooms: ['model'], node: 'is pure', packages: pure },
  index: { rooms: ['model', 'analysis'], node: 'runs in the browser', packages: [] },
  tap: {
    rooms: ['model'],
    node: 'allowed',
    packages: [
      ...pure,
      'ws',
      'undici',
      'cross-spawn',
      'ulid',
      'jsonc-parser',
      'toml-eslint-parser',
      otel,
    ],
    types: [mcp],
  },
  collector: {
    rooms: ['model', 'analysis'],
    node: 'allowed',
    packages: [...pure, ...http, 'ulid', '@photostructure/sqlite', '@clickhouse/client', otel],
  },
  replay: {
    rooms: ['model', 'analysis', 'tap/index.ts'],
    node: 'allowed',
    packages: [...pure, ...http, 'cross-spawn', 'ulid'],
    types: [mcp, 'vitest'],
    besides: { 'replay/vitest': ['vitest'] },
  },
  ui: {
    rooms: ['model', 'analysis'],
    node: 'runs in the browser',
    packages: [
      'svelte',
      'bits-ui',
      'uplot',
      'jsondiffpatch',
      '@lucide/svelte',
      '@fontsource-variable/inter',
      '@fontsource-variable/jetbrains-mono',
    ],
  },
  cli: {
    rooms: ['index', 'model', 'analysis', 'tap', 'collector', 'replay', 'ui'],
    node: 'allowed',
    packages: [...pure, ...http, 'commander', 'picocolors', 'cross-spawn', 'ulid', 'jsonc-parser'],
    types: [mcp],
    besides: { 'cli/demo': [mcp] },
  },
  test: {
    rooms: ['index', 'model', 'analysis', 'tap', 'collector', 'replay', 'ui', 'cli', 'scripts'],
    node: 'allowed',
    packages: ['*'],
  },
  bench: {
    rooms: [
      'index',
      'model',
      'analysis',
      'tap',
      'collector',
      'replay',
      'cli',
      'scripts',
      'test/kit',
    ],
    node: 'allowed',
    packages: ['*'],
  },
  // An example imports `wiretape` as its users do, never our files.
  examples: { rooms: ['test/kit'], node: 'allowed', packages: ['*'] },
};

const impureNames = ['performance', 'crypto', 'process', 'console', 'globalThis'];
const emptyNames = /(^|-)(utils?|common|shared|core|helpers?|managers?)$/;
const markupFromText = /\{@html\b|\b(?:innerHTML|outerHTML|insertAdjacentHTML)\b/g;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Everything wrong with one file, as sentences. */
function complaints(path: string, text: string): string[] {
  return [
    ...nameComplaints(path),
    ...lengthComplaints(path, text),
    ...(/\.(ts|svelte)$/.test(path) ? sourceComplaints(path, text) : []),
  ];
}

function sourceComplaints(path: string, text: string): string[] {
  const name = roomOf(path);
  const room = house[name];
  if (room === undefined) return [`${path} is in no room of the house`];
  const tree = parse(path, text);
  return [
    ...importsOf(tree, path, text).flatMap((found) => importComplaint(path, name, room, found)),
    ...(room.node === 'is pure' ? purityComplaints(path, name, tree) : []),
    ...(name === 'ui' ? markupComplaints(path, text) : []),
  ];
}

function importComplaint(path: string, name: string, room: Room, found: Import): string[] {
  const { specifier, typeOnly } = found;
  const start = `${path} imports ${specifier}`;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier.replace(/\?.*$/, ''));
    const other = roomOf(target);
    if (other === name || room.rooms.some((allowed) => covers(allowed, other, target))) return [];
    const part = room.rooms.find((allowed) => allowed.startsWith(`${other}/`));
    return [`${start}: ${name} may not import ${part ? `${other} but for ${part}` : other}`];
  }
  if (specifier.startsWith('node:') || isBuiltin(specifier)) {
    return room.node === 'allowed' ? [] : [`${start}: ${name} ${room.node}`];
  }
  const besides = Object.entries(room.besides ?? {}).flatMap(([part, packages]) =>
    path.startsWith(part) ? packages : [],
  );
  if (isListed(specifier, [...room.packages, ...besides])) return [];
  if (!isListed(specifier, room.types ?? [])) return [`${start}: not a package of ${name}`];
  return typeOnly ? [] : [`${start}: ${name} may import only types of it`];
}

function covers(allowed: string, room: string, target: string): boolean {
  return allowed === room || allowed === target || target.startsWith(`${allowed}/`);
}

function isListed(specifier: string, packages: readonly string[]): boolean {
  return packages.some((name) =>
    name.endsWith('*')
      ? specifier.startsWith(name.slice(0, -1))
      : specifier === name || specifier.startsWith(`${name}/`),
  );
}

function roomOf(path: string): string {
  return path === 'index.ts' ? 'index' : (path.split('/')[0] ?? '');
}

/** Of a component, the scripts; its markup can only import dynamically, which `importsOf` looks for. */
function parse(path: string, text: string): ts.SourceFile {
  const scripts = [...text.matchAll(/<script\b[^>]*>(.*?)<\/script>/gs)].map((match) => match[1]);
  const code = path.endsWith('.svelte') ? scripts.join('\n') : text;
  return ts.createSourceFile(path, code, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
}

function importsOf(tree: ts.SourceFile, path: string, text: string): Import[] {
  const found: Import[] = [];
  walk(tree, (node) => {
    const one = importAt(node);
    if (one !== undefined) found.push(one);
  });
  if (!path.endsWith('.svelte')) return found;
  const markup = text.replace(/<script\b.*?<\/script>|<!--.*?-->/gs, '');
  for (const match of markup.matchAll(/\bimport\(\s*(['"`])(.*?)\1/g)) {
    found.push({ specifier: match[2] ?? '', typeOnly: false });
  }
  return found;
}

function importAt(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: textOf(node.moduleSpecifier), typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), typeOnly: true };
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) {
    return { specifier: textOf(node.arguments[0]), typeOnly: false };
  }
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(callee) && callee.text === 'require';
}

/** A name that is computed cannot be checked, so it stands under a name that no table lists. */
function textOf(node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : '(computed)';
}

/** Looks at code only, so that a sentence in a comment may end in "process." */
function purityComplaints(path: string, room: string, tree: ts.SourceFile): string[] {
  const found = new Set<string>();
  walk(tree, (node) => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const owner = node.expression.text;
      const whole = `${owner}.${node.name.text}`;
      if (impureNames.includes(owner)) found.add(`${owner}.`);
      if (whole === 'Date.now' || whole === 'Math.random') found.add(whole);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date') found.add('new Date(');
    if (ts.isCallExpression(node) && node.expression.getText() === 'Date') found.add('Date(');
  });
  return [...found].map((name) => `${path} uses ${name}: ${room} is pure`);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function markupComplaints(path: string, text: string): string[] {
  const found = new Set([...text.matchAll(markupFromText)].map((match) => match[0]));
  return [...found].map((name) => `${path} has ${name}: recorded text is hostile`);
}

function nameComplaints(path: string): string[] {
  const empty = path.split('/').find((segment) => {
    const stem = segment.split('.')[0] ?? '';
    return emptyNames.test(stem.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase());
  });
  return empty === undefined ? [] : [`${path}: ${empty} says nothing about what is inside`];
}

function lengthComplaints(path: string, text: string): string[] {
  if (!/\.(ts|mjs|svelte)$/.test(path)) return [];
  const limit = path.startsWith('test/') || path.endsWith('.test.ts') ? 600 : 400;
  const lineCount = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lineCount > limit ? [`${path} has ${lineCount} lines: at most ${limit}`] : [];
}

/** The rooms along one circle of arrows, or nothing. */
function cycle(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const follow = (room: string, way: readonly string[]): string[] => {
    if (way.includes(room)) return [...way.slice(way.indexOf(room)), room];
    if (done.has(room)) return [];
    for (const next of arrows.get(room) ?? []) {
      const circle = follow(next, [...way, room]);
      if (circle.length > 0) return circle;
    }
    done.add(room);
    return [];
  };
  for (const room of arrows.keys()) {
    const circle = follow(room, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

type Source = readonly [path: string, text: string];

function arrowsBetweenRooms(sources: readonly Source[]): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const [path, text] of sources) {
    if (!/\.(ts|svelte)$/.test(path)) continue;
    const room = roomOf(path);
    const targets = importsOf(parse(path, text), path, text)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => roomOf(posix.join(posix.dirname(path), specifier)))
      .filter((target) => target !== room);
    arrows.set(room, new Set([...(arrows.get(room) ?? []), ...targets]));
  }
  return arrows;
}

function readHouse(): Source[] {
  const root = join(import.meta.dirname, '..');
  const files = [...Object.keys(house), 'scripts'].flatMap((room) => filesBelow(join(root, room)));
  return [join(root, 'index.ts'), ...files].flatMap((file): Source[] => {
    try {
      return [[relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')]];
    } catch {
      return [];
    }
  });
}

function filesBelow(folder: string): string[] {
  const skipped = /[\\/](node_modules|dist|golden|out)[\\/]/;
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !skipped.test(file) && !file.endsWith('.config.ts'));
  } catch {
    // A room that has no folder yet has nothing to complain about.
    return [];
  }
}

const sources = readHouse();

describe('the house', () => {
  test('every file keeps to its room', () => {
    expect(sources.flatMap(([path, text]) => complaints(path, text))).toEqual([]);
  });

  test('no room imports itself over others', () => {
    expect(cycle(arrowsBetweenRooms(sources))).toEqual([]);
  });

  test('the table itself has no circle', () => {
    const arrows = Object.entries(house).map(
      ([name, room]) => [name, new Set(room.rooms.map(roomOf))] as const,
    );
    expect(cycle(new Map(arrows))).toEqual([]);
  });
});

/** Sources that nobody wrote, so that it is seen that the check can fail. */
const made: readonly (readonly [path: string, text: string, expected: readonly string[]])[] = [
  ['model/x.ts', "import { a } from './a.ts';", []],
  ['model/x.ts', "import { sha256 } from '@noble/hashes/sha2.js';", []],
  ['model/x.ts', "import 'node:fs';", ['model/x.ts imports node:fs: model is pure']],
  ['model/x.ts', "import fs from 'fs';", ['model/x.ts imports fs: model is pure']],
  ['model/x.ts', "export * from 'node:fs';", ['model/x.ts imports node:fs: model is pure']],
  ['model/x.ts', "await import('ws');", ['model/x.ts imports ws: not a package of model']],
  ['model/x.ts', 'import(name);', ['model/x.ts imports (computed): not a package of model']],
  [
    'model/x.ts',
    "import type { T } from '../tap/t.ts';",
    ['model/x.ts imports ../tap/t.ts: model may not import tap'],
  ],
  [
    'analysis/a/x.ts',
    "export type { T } from '../../ui/t.ts';",
    ['analysis/a/x.ts imports ../../ui/t.ts: analysis may not import ui'],
  ],
  [
    'collector/x.ts',
    "type T = import('../tap/t.ts').T;",
    ['collector/x.ts imports ../tap/t.ts: collector may not import tap'],
  ],
  ['replay/x.ts', "import { tap } from '../tap/index.ts';", []],
  [
    'replay/x.ts',
    "import { journal } from '../tap/journal.ts';",
    ['replay/x.ts imports ../tap/journal.ts: replay may not import tap but for tap/index.ts'],
  ],
  ['tap/x.ts', "import type { Client } from '@modelcontextprotocol/client';", []],
  [
    'tap/x.ts',
    "import { type Client } from '@modelcontextprotocol/client';",
    ['tap/x.ts imports @modelcontextprotocol/client: tap may import only types of it'],
  ],
  ['cli/demo/host.ts', "import { Client } from '@modelcontextprotocol/client';", []],
  [
    'cli/serve.ts',
    "import { Client } from '@modelcontextprotocol/client';",
    ['cli/serve.ts imports @modelcontextprotocol/client: cli may import only types of it'],
  ],
  ['replay/vitest.ts', "import { test } from 'vitest';", []],
  [
    'replay/x.ts',
    "import { test } from 'vitest';",
    ['replay/x.ts imports vitest: replay may import only types of it'],
  ],
  ['examples/x.test.ts', "import { tape } from 'wiretape/vitest';", []],
  [
    'examples/x.test.ts',
    "import { tape } from '../replay/vitest.ts';",
    ['examples/x.test.ts imports ../replay/vitest.ts: examples may not import replay'],
  ],
  [
    'ui/Card.svelte',
    '<script lang="ts">import { a } from "../model/a.ts";</script><p>import</p>',
    [],
  ],
  [
    'ui/Card.svelte',
    '<script>import fs from "node:fs";</script>{#await import("../tap/x.ts")}{/await}{@html text}',
    [
      'ui/Card.svelte imports node:fs: ui runs in the browser',
      'ui/Card.svelte imports ../tap/x.ts: ui may not import tap',
      'ui/Card.svelte has {@html: recorded text is hostile',
    ],
  ],
  ['ui/x.ts', 'node.innerHTML = text;', ['ui/x.ts has innerHTML: recorded text is hostile']],
  [
    'model/x.ts',
    "// It ends the process. Date.now() is not ours.\nconst s = 'console.log(1)';",
    [],
  ],
  [
    'model/x.ts',
    'Date.now(); new Date(0); Math.random(); crypto.randomUUID(); process.exit(); console.log(performance.now());',
    ['Date.now', 'new Date(', 'Math.random', 'crypto.', 'process.', 'console.', 'performance.'].map(
      (name) => `model/x.ts uses ${name}: model is pure`,
    ),
  ],
  ['tap/x.ts', 'Date.now();', []],
  ['tap/utils.ts', '', ['tap/utils.ts: utils.ts says nothing about what is inside']],
  ['ui/common/x.ts', '', ['ui/common/x.ts: common says nothing about what is inside']],
  [
    'ui/TabManager.svelte',
    '',
    ['ui/TabManager.svelte: TabManager.svelte says nothing about what is inside'],
  ],
  ['tap/corellation.ts', '', []],
  ['tap/x.ts', '\n'.repeat(400), []],
  ['tap/x.ts', '\n'.repeat(401), ['tap/x.ts has 401 lines: at most 400']],
  ['test/x.test.ts', '\n'.repeat(601), ['test/x.test.ts has 601 lines: at most 600']],
  ['lib/x.ts', '', ['lib/x.ts is in no room of the house']],
];

describe('the check itself', () => {
  test.each(made)('%# %s', (path, text, expected) => {
    expect(complaints(path, text)).toEqual(expected);
  });

  test('a circle of rooms is found', () => {
    const circle = arrowsBetweenRooms([
      ['tap/a.ts', "import '../model/b.ts';"],
      ['model/b.ts', "import type { C } from '../collector/c.ts';"],
      ['collector/c.ts', "import '../tap/a.ts';"],
    ]);
    expect(cycle(circle)).toEqual(['tap', 'model', 'collector', 'tap']);
  });
});
