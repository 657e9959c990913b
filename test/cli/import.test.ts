// `wiretape import`, and what its recordings can do: they speak for their server to a real client.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { member } from '../../model/json.ts';
import { type Folder, MAIN, ROOT, temporaryFolder, wiretape } from './wiretape.ts';

const captures = join(ROOT, 'test/model/import/captures');
const MCPSNOOP = join(captures, 'mcpsnoop-memory.jsonl');
const INSPECTOR = ['inspector-protocol-memory.json', 'inspector-console-memory.json'].map((name) =>
  join(captures, name),
);

let folder: Folder;
let tape: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  tape = join(folder.path, 'imported.tape.jsonl');
});
afterEach(() => folder[Symbol.asyncDispose]());

const run = (...words: string[]) =>
  wiretape(['import', ...words, '--state', join(folder.path, 'state')]);

/** What a client of the SDK learns from the imported recording, in the place of its server. */
async function asked(isWriter: boolean): Promise<{ tools: number; graph: unknown }> {
  const client = new Client({ name: 'host', version: '1.0.0' });
  const args = [MAIN, 'replay', 'server', tape];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }),
  );
  try {
    const { tools } = await client.listTools();
    const entity = { name: 'a', entityType: 't', observations: ['o'] };
    if (isWriter)
      await client.callTool({ name: 'create_entities', arguments: { entities: [entity] } });
    const { structuredContent } = await client.callTool({ name: 'read_graph', arguments: {} });
    return { tools: tools.length, graph: member(structuredContent, 'entities') };
  } finally {
    await client.close();
  }
}

describe('a capture', () => {
  test.each([
    ['mcpsnoop', [MCPSNOOP], 'memory'],
    ['inspector', INSPECTOR, 'memory-server'],
  ])('of %s speaks for its server, and not under --strict', async (from, files, name) => {
    const { code, stderr } = await run(...files, '-o', tape);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining(`wiretape: ${name}, from ${from}: `),
    });
    expect((await wiretape(['validate', tape])).code).toBe(0);
    expect(await asked(from === 'mcpsnoop')).toEqual({
      tools: 9,
      graph: from === 'mcpsnoop' ? [{ name: 'a', entityType: 't', observations: ['o'] }] : [],
    });
    const strict = await wiretape(['replay', 'server', tape, '--strict']);
    expect(strict).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('[incomplete-recording]'),
    });
    expect(strict.stderr).toContain(`imported from ${from}, which did not keep: bytes`);
  });

  test('is among the sessions without -o, once however often it is imported', async () => {
    const state = ['--state', join(folder.path, 'state')];
    for (let times = 0; times < 2; times++) expect((await run(MCPSNOOP)).code).toBe(0);
    const { stdout } = await wiretape(['ls', '--json', ...state]);
    expect(JSON.parse(stdout).sessions.map(({ name }: { name: string }) => name)).toEqual([
      'memory',
    ]);
    expect((await wiretape(['show', 'memory', ...state])).stdout).toContain(
      'tools/call create_entities',
    );
  });

  test('loses its secrets before they are written', async () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const text = (await readFile(MCPSNOOP, 'utf8'))
      .replaceAll('"o"', `"${secret}"`)
      .replaceAll('running on stdio', secret);
    const file = join(folder.path, 'secret.jsonl');
    await writeFile(file, text);
    expect((await run(file, '-o', tape)).code).toBe(0);
    const written = await readFile(tape, 'utf8');
    expect(written).toContain('<secret:');
    expect(written).not.toContain(secret);
  });
});

test('the arguments and the address of a capture lose what a tap takes out of them', async () => {
  const raw = {
    command: [
      'npx',
      'srv',
      '--token',
      'abcd1234efgh',
      '--password',
      'correcthorse',
      'API_KEY=hunter22',
    ],
    target: 'http://localhost:1/mcp?api_key=batterystaple',
  };
  const meta = {
    session_id: 's',
    server_label: 'notes',
    seq: 1,
    ts: '2026-11-26T04:55:24Z',
    direction: 'meta',
    transport: 'http',
    raw,
  };
  const file = join(folder.path, 'launch.jsonl');
  await writeFile(file, `${JSON.stringify(meta)}\n`);
  expect((await run(file, '-o', tape)).code).toBe(0);
  const written = await readFile(tape, 'utf8');
  expect(written.match(/<secret:argument:[0-9a-f]{8}>/g)?.length).toBe(4);
  expect(written).not.toMatch(/abcd1234efgh|correcthorse|hunter22|batterystaple/);
});

describe('a capture that has grown', () => {
  const state = () => ['--state', join(folder.path, 'state')];
  const part = async (change = (text: string) => text): Promise<string> => {
    const file = join(folder.path, 'part.jsonl');
    const lines = (await readFile(MCPSNOOP, 'utf8')).split('\n').slice(0, 6);
    await writeFile(file, `\uFEFF${change(lines.join('\n'))}\n`);
    return file;
  };
  const messages = async (...words: string[]): Promise<number> => {
    const { stdout } = await wiretape(['show', ...words, ...state()]);
    return stdout.split('\n').filter((line) => /[→←]/.test(line)).length;
  };

  test('takes the place of its beginning among the sessions and in a recording', async () => {
    const file = await part();
    for (const more of [[], ['-o', tape]]) {
      const word = more[1] ?? 'imported-';
      expect((await run(file, ...more)).code).toBe(0);
      const before = await messages(word);
      expect((await run(MCPSNOOP, ...more)).code).toBe(0);
      expect(await messages(word)).toBeGreaterThan(before);
      expect((await run(file, ...more)).stderr).toContain('was imported before');
      expect(await messages(word)).toBeGreaterThan(before);
    }
    expect((await wiretape(['show', '--json', tape])).stdout).toContain('"launch"');
  });

  test('is refused where it tells something else', async () => {
    const file = await part((text) => text.replaceAll('"tools/list"', '"tools/else"'));
    for (const more of [[], ['-o', tape]]) {
      expect((await run(file, ...more)).code).toBe(0);
      const refused = await run(MCPSNOOP, ...more);
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('[already-imported]'),
      });
      expect(refused.stderr).toContain('wiretape rm imported-');
    }
  });

  test('is added to a recording of others', async () => {
    expect((await run(...INSPECTOR, '-o', tape)).code).toBe(0);
    expect((await run(MCPSNOOP, '-o', tape)).code).toBe(0);
    const { stdout } = await wiretape(['show', '--json', tape]);
    expect(JSON.parse(stdout).sessions.length).toBe(2);
  });
});

describe('what cannot be imported', () => {
  const deep = `[{"message":${'['.repeat(400)}${']'.repeat(400)}}]`;
  test.each([
    ['words', 'not-importable'],
    ['[]', 'not-importable'],
    [deep, 'not-importable'],
    ['[{"timestamp":"2026-11-26T04:55:24Z","message":{"jsonrpc":"2.0"', 'not-importable'],
    ['{"wiretape":1,"recording":"x"}\n', 'not-importable'],
    ['\xff\xfe', 'not-importable'],
  ])('is one sentence: %#', async (text, code) => {
    const file = join(folder.path, 'other.json');
    await writeFile(file, text, 'latin1');
    const { code: exit, stderr } = await run(file, '-o', tape);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(`[${code}]`) });
    expect(stderr.trimEnd().split('\n').length).toBe(1);
    await expect(readFile(tape)).rejects.toThrow('ENOENT');
  });
});
