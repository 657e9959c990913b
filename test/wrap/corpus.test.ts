// Configurations as hosts and people write them, in corpus/: what is wrapped in them runs as before,
// unwrapping gives every byte back, and what others wrote in between stays.
// In a fixture, {{node}}, {{memory}}, {{home}}, {{state}} and {{ours}} (what names an entry) stand for
// what is only known here.
import { mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { parse } from 'jsonc-parser';
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser';
import { expect, test } from 'vitest';
import type { Launch, Entry as RecordedEntry } from '../../model/entry.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { readRecords } from '../../tap/wrap/index.ts';
import { entryId } from '../../tap/wrap/records.ts';
import { temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { journals, sha256 } from '../tap/kit.ts';

const memory = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-memory/dist/index.js',
);

/** A home with the files of one folder of the corpus. */
async function homeLike(name: 'hosts' | 'wrapped') {
  const folder = await temporaryFolder();
  const home = await realpath(folder.path);
  const state = join(home, '.local/state/wiretape');
  const place = { file: join(home, '.cursor/mcp.json'), keys: ['mcpServers'], name: 'ours' };
  const here = { memory, home, state, ours: entryId(place) };
  const facts: Readonly<Record<string, string>> = { node: process.execPath, ...here };
  const from = join(import.meta.dirname, 'corpus', name);
  const original = new Map<string, string>();
  for (const file of await readdir(from, { recursive: true })) {
    if (!(await stat(join(from, file))).isFile()) continue;
    const text = await readFile(join(from, file), 'utf8');
    original.set(
      file,
      text.replace(/\{\{(\w+)\}\}/g, (_, fact) => facts[fact] ?? ''),
    );
  }
  const env = { HOME: home, PATH: process.env['PATH'] ?? '', XDG_CONFIG_HOME: `${home}/.config` };
  const write = async (files: ReadonlyMap<string, string>) => {
    for (const [file, text] of files) {
      await mkdir(dirname(join(home, file)), { recursive: true });
      await writeFile(join(home, file), text);
    }
  };
  await mkdir(join(home, 'project'));
  await write(original);
  return {
    home,
    state,
    env,
    original,
    write,
    /** The files as they are now. */
    async now() {
      const texts = [...original.keys()].map(
        async (file) => [file, await readFile(join(home, file), 'utf8')] as const,
      );
      return new Map(await Promise.all(texts));
    },
    async run(...words: string[]) {
      const { code, stdout } = await wiretape(words, { cwd: join(home, 'project'), env });
      expect([words, code]).toEqual([words, 0]);
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

type Home = Awaited<ReturnType<typeof homeLike>>;

/** What a user or a host does to a configuration with an editor: a new server, a new value, a note. */
function editedByOthers(file: string, text: string): string {
  const changed = text.replaceAll('old-value', "a 'new' value");
  if (file.endsWith('.toml')) return `${changed}\n[mcp_servers.added]\ncommand = "x"\n`;
  const opening = /^(\s*(?:\/\*.*?\*\/ )?|\{ ?)"(?:mcpServers|servers)".*?\{/m;
  return changed.replace(opening, (start, ...rest) => {
    const at = rest.findLast((one): one is number => typeof one === 'number') ?? 0;
    const isEmpty = /^\s*\}/.test(changed.slice(at + start.length));
    return `${start}"added": {"command": "x"}${isEmpty ? '' : ','}`;
  });
}

interface Entry {
  readonly command: string;
  readonly args: string[];
  readonly env: Readonly<Record<string, string>>;
}

/** An entry as its host reads it. */
function entryIn(file: string, text: string, keys: readonly string[]): Entry {
  const whole = file.endsWith('.toml')
    ? getStaticTOMLValue(parseTOML(text))
    : parse(text.replace(/^\ufeff/, ''), [], { allowTrailingComma: true });
  return keys.reduce((now, key) => now[key] as never, whole as Record<string, unknown>) as never;
}

function launchIn(entries: readonly RecordedEntry[]): Launch | undefined {
  const [view] = viewsOf(entries);
  return view && summaryOf(view.session).launch;
}

/** The tools that a server lists, and what two of them answer on an empty memory. */
async function workOf({ command, args, env }: Entry, { home, env: own }: Home): Promise<string> {
  await rm(join(home, 'graph.jsonl'), { force: true });
  const transport = new StdioClientTransport({
    command,
    args,
    env: { ...own, ...env },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const entities = [{ name: 'ada', entityType: 'person', observations: ['counts'] }];
  const created = await client.callTool({ name: 'create_entities', arguments: { entities } });
  const graph = await client.callTool({ name: 'read_graph', arguments: {} });
  await client.close();
  return JSON.stringify({ tools, created, graph });
}

test('every host: what is wrapped runs as before, and unwrapping gives every byte back', async () => {
  await using here = await homeLike('hosts');
  const { wrapped, faults } = await here.run('wrap', '--all', '--json');
  expect(faults).toEqual([]);
  const texts = await here.now();
  // Servers of other projects, and keys that only look like servers, are not ours to change.
  const same = [...texts].filter(([file, text]) => here.original.get(file) === text);
  expect(same.map(([file]) => file).sort()).toEqual([
    '.config/Code/User/profiles/-5f2a11c/mcp.json',
    'project/.cursor/mcp.json',
    'project/.gemini/settings.json',
  ]);

  const records = await readRecords(here.state);
  expect(records).toHaveLength(wrapped.length);
  const ran = new Set<string>();
  let runCount = 0;
  for (const { file, keys, name, host } of records) {
    const relative = file.slice(here.home.length + 1);
    const path = [...keys, name];
    const before = entryIn(file, here.original.get(relative) ?? '', path);
    const after = entryIn(file, texts.get(relative) ?? '', path);
    const own = before.args ?? [];
    expect(after.args.slice(after.args.length - own.length)).toEqual(own);
    if (!before.args?.includes(memory)) continue;
    expect(after.args[0]).toMatch(/wiretape-launcher\.mjs$/);
    expect(await workOf(after, here)).toBe(await workOf(before, here));
    ran.add(host);
    runCount++;
  }
  expect(ran.size).toBe(7);
  const { sessions } = await here.run('ls', '--json');
  expect(sessions).toHaveLength(runCount);
  // Every session says which entry of which host it came from, what that said, and what file ran.
  const told = (await journals(here.state)).map(({ entries }) => launchIn(entries));
  const from = records.map((record) => ({
    entry: entryId(record),
    host: record.host,
    path: record.file,
    hash: expect.stringMatching(/^#[\da-f]{8}$/),
  }));
  const file = { path: await realpath(memory), sha256: sha256(await readFile(memory)) };
  for (const launch of told) expect([launch?.args, launch?.file]).toEqual([launch?.args, file]);
  for (const launch of told) expect(from).toContainEqual(launch?.config);
  expect(new Set(told.map((launch) => launch?.config?.entry)).size).toBe(runCount);

  await here.run('unwrap', '--json');
  expect(await here.now()).toEqual(here.original);
}, 120_000);

test('a server that was added meanwhile stays, and so does every other edit', async () => {
  await using here = await homeLike('hosts');
  await here.run('wrap', '--all', '--json');
  const edit = (files: ReadonlyMap<string, string>) =>
    new Map([...files].map(([file, text]) => [file, editedByOthers(file, text)]));
  const edited = edit(await here.now());
  await here.write(edited);
  await here.run('unwrap', '--json');
  const wanted = edit(here.original);
  expect(await here.now()).toEqual(wanted);
  const withServer = [...wanted.values()].filter((text) => /\badded\b/.test(text));
  expect(withServer).toHaveLength(wanted.size - 1);
});

test('what is wrapped already, by any launcher, is wrapped once and unwrapped whole', async () => {
  await using here = await homeLike('wrapped');
  const bare = here.original.get('expected/.cursor/mcp.json');
  const { wrapped } = await here.run('wrap', '--all', '--json');
  expect(wrapped.map(({ name }: { name: string }) => name)).toEqual(['older', 'moved']);
  const text = (await here.now()).get('.cursor/mcp.json');
  expect(text?.match(/wiretape-launcher\.mjs/g)).toHaveLength(3);
  const records = await readRecords(here.state);
  expect(records.map(({ name }) => name).sort()).toEqual(['moved', 'older', 'ours']);
  await here.run('unwrap', '--json');
  expect((await here.now()).get('.cursor/mcp.json')).toBe(bare);
});
