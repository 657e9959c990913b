// Rule packs name what released servers have, are used where they fit, and make servers that touch one thing meet.
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { conflictsOf } from '../../analysis/footprint/commute.ts';
import { type Operation, operationsOf } from '../../analysis/footprint/operation.ts';
import { FILESYSTEM } from '../../analysis/footprint/packs/filesystem.ts';
import { MEMORY } from '../../analysis/footprint/packs/memory.ts';
import type { Pack } from '../../analysis/footprint/packs/pack.ts';
import { PACKS } from '../../analysis/footprint/packs.ts';
import { ACCESS_WORDS } from '../../model/footprint-rule.ts';
import { templateOf } from '../../model/footprint-template.ts';
import { member } from '../../model/json.ts';
import { viewsOf } from '../../model/view.ts';
import { capture } from '../kit/capture.ts';
import { accessesOf, operations, shown } from './footprint-kit.ts';
import { launched, scene } from './scene.ts';

const { resolve } = createRequire(import.meta.url);

test.each<[string, Pack, readonly string[]]>([
  ['@modelcontextprotocol/server-filesystem', FILESYSTEM, ['/']],
  ['@modelcontextprotocol/server-memory', MEMORY, []],
])('%s has the tools and arguments of its pack, and no others', async (name, pack, args) => {
  const server = await capture({
    ...{ name: 'released', session: 'S', args },
    script: resolve(`${name}/dist/index.js`),
  });
  const listed = member(await server.ask('tools/list', {}), 'result', 'tools');
  await server.close();
  const [view] = viewsOf(server.entries);
  const tools = listed as { name: string; inputSchema: { properties?: object } }[];
  expect(tools.map((tool) => tool.name).sort()).toEqual(Object.keys(pack.tools).sort());
  expect(pack.servers).toEqual([view?.session.server?.name]);
  for (const tool of tools) {
    const properties = Object.keys(tool.inputSchema.properties ?? {});
    expect(properties).toEqual(expect.arrayContaining(argumentsOf(pack.tools[tool.name])));
  }
});

/** The arguments that a row of a pack names. */
function argumentsOf(row: Pack['tools'][string] = {}): string[] {
  return Object.values(row)
    .flat()
    .flatMap((text) => templateOf(text)?.parts ?? [])
    .flatMap((part) => (typeof part === 'string' ? [] : (part.pointer[0] ?? [])));
}

test('every row of every pack is of known words and of templates that can be read', () => {
  for (const { tools, servers } of PACKS) {
    expect(servers.length).toBeGreaterThan(0);
    for (const row of Object.values(tools)) {
      expect(ACCESS_WORDS).toEqual(expect.arrayContaining(Object.keys(row)));
      for (const text of Object.values(row).flat())
        expect([text, templateOf(text)]).toEqual([text, expect.anything()]);
    }
  }
});

test.each<[server: string, tool: string, args: object, accesses: readonly string[]]>([
  [
    'mcp-git',
    'git_add',
    { repo_path: '/r', files: ['a', 'b/c'] },
    ['R file:/r/.git', 'W file:/r/.git', 'R file:/r/a', 'R file:/r/b/c'],
  ],
  [
    'github-mcp-server',
    'push_files',
    { owner: 'o', repo: 'r', branch: 'b', files: [{ path: 'x' }] },
    ['W https://github.com/o/r/contents/x'],
  ],
  [
    'github-mcp-server',
    'issue_write',
    { method: 'create', owner: 'o', repo: 'r' },
    ['A https://github.com/o/r/issues'],
  ],
  [
    'github-mcp-server',
    'issue_write',
    { method: 'update', owner: 'o', repo: 'r', issue_number: 1 },
    ['W https://github.com/o/r/issues/1', 'A https://github.com/o/r/issues'],
  ],
  ['sqlite', 'append_insight', { insight: 'x' }, ['A res:memo://insights']],
  ['sqlite', 'write_query', { query: 'x' }, ['W srv:*']],
  ['Playwright', 'browser_click', { target: 'e1' }, ['R srv:*', 'W srv:*']],
  ['secure-filesystem-server', 'list_allowed_directories', {}, []],
  ['secure-filesystem-server', 'read_file', {}, ['R srv:*']],
  ['notes', 'git_add', { repo_path: '/r' }, ['A file:/r']],
])('of %s, %s %j does %j', (server, tool, args, accesses) => {
  expect(accessesOf(tool, args, { server })).toEqual(accesses);
});

test('a row is passed over where the tool, as it is listed, has not its arguments', () => {
  const listed = (property: string) => ({
    server: 'github-mcp-server',
    tools: [
      {
        name: 'merge_pull_request',
        inputSchema: { properties: { owner: {}, repo: {}, [property]: {} } },
      },
    ],
  });
  const merged = (property: string) =>
    accessesOf('merge_pull_request', { owner: 'o', repo: 'r', [property]: 1 }, listed(property));
  const pull = 'W https://github.com/o/r/pull/1';
  expect(merged('pullNumber')).toContain(pull);
  expect(merged('pull_number')).toContain(pull);
  expect(merged('number')).toEqual(['W srv:*']);
});

describe('servers meet', () => {
  const kinds = (a: Operation | undefined, b: Operation | undefined) =>
    a && b && conflictsOf(a, b).map((one) => `${one.a.kind}${one.b.kind} ${one.b.label}`);

  test('in a repository: what one writes, the other has in its status', () => {
    const [write] = operations([['write_file', { path: '/r/a' }]], {
      server: 'secure-filesystem-server',
    });
    const [status, add, log] = operations(
      [
        ['git_status', { repo_path: '/r' }],
        ['git_add', { repo_path: '/r', files: ['a'] }],
        ['git_log', { repo_path: '/r' }],
      ],
      { server: 'mcp-git', name: 'git' },
    );
    expect([kinds(write, status), kinds(write, add), kinds(write, log)]).toEqual([
      ['WL r'],
      ['WR a'],
      [],
    ]);
  });

  test('in a store that their environments name, and nowhere else', () => {
    const at = (id: string, hash: string) =>
      scene('memory', [{ tool: 'create_entities', args: { entities: [] }, from: 100, to: 110 }], {
        ...{ id, server: 'memory-server', head: launched({ MEMORY_FILE_PATH: hash }) },
      });
    const [one, same, other] = operationsOf(
      viewsOf([at('A', '#1'), at('B', '#1'), at('C', '#2')].flat()),
    );
    const all = 'MEMORY_FILE_PATH';
    expect(kinds(one, same)).toEqual([`RW ${all}`, `WR ${all}`, `WW ${all}`]);
    expect(kinds(one, other)).toEqual([]);
    expect(one && shown(one)).toEqual(['R srv:*', 'W srv:*']);
    expect(one?.accesses.map(({ provenance, confidence }) => [provenance, confidence])).toEqual([
      ['pack', 0.9],
      ['pack', 0.9],
    ]);
  });

  test('not behind a container or on another machine, where a path means another file', () => {
    const at = (id: string, options: object) =>
      scene('files', [{ tool: 'write_file', args: { path: '/a' }, from: 100, to: 110 }], {
        id,
        ...options,
      });
    const docker = { head: { launch: { command: 'docker', args: ['run', 'x'], env: {} } } };
    const files = (...entries: ReturnType<typeof at>[]) =>
      new Set(
        operationsOf(viewsOf(entries.flat())).flatMap(({ accesses }) =>
          accesses.map(({ resource }) => resource),
        ),
      ).size;
    expect(files(at('A', {}), at('B', {}))).toBe(1);
    expect(files(at('A', {}), at('B', docker), at('C', docker))).toBe(3);
    expect(files(at('A', {}), at('B', { boot: 'boot-2' }))).toBe(2);
  });

  const launches: readonly [string, readonly string[], 'elsewhere' | 'here'][] = [
    ['sh', ['-c', 'docker run -i --rm -v /x:/d mcp/fs'], 'elsewhere'],
    ['/bin/bash', ['-lc', 'cd /x && exec "/usr/bin/podman" run fs'], 'elsewhere'],
    ['cmd.exe', ['/c', 'docker.exe run fs'], 'elsewhere'],
    ['env', ['A=1', 'sh', '-c', 'ssh host node fs.js'], 'elsewhere'],
    ['devcontainer', ['exec', '--workspace-folder', '.', 'node', 'fs.js'], 'elsewhere'],
    ['docker-compose', ['run', 'fs'], 'elsewhere'],
    ['sh', ['-c', 'cd ~/.ssh && node fs.js --with docker-tools'], 'here'],
    ['node', ['fs.js', '--about', 'what docker run does'], 'here'],
  ];
  test.each(launches)('%s %j runs %s', (command, args, where) => {
    const at = (id: string, options: object) =>
      scene('files', [{ tool: 'write_file', args: { path: '/a' }, from: 100, to: 110 }], {
        id,
        ...options,
      });
    const head = { launch: { command, args, env: {} } };
    const [one, other] = operationsOf(viewsOf([...at('A', {}), ...at('B', { head })]));
    const isOne = one?.accesses[0]?.resource === other?.accesses[0]?.resource;
    expect(isOne ? 'here' : 'elsewhere').toBe(where);
  });
});
