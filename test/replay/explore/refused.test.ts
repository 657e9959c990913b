// What is not explored, and why: one sentence, a code and exit code 2, before anything is started.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { type Bench, createBench, listServer, session } from './kit.ts';

let bench: Bench;
let recording: string;
beforeAll(async () => {
  bench = await createBench();
  await mkdir(bench.at('start'));
  const annotations = (name: string, hints: object) => ({
    name,
    inputSchema: { type: 'object' },
    annotations: hints,
  });
  const tools = [
    annotations('put', {}),
    annotations('list_all', { readOnlyHint: true }),
    annotations('burn', { destructiveHint: true }),
    annotations('post', { openWorldHint: true }),
  ];
  const call = (id: number, name: string) => [
    client(toolCall(id, name)),
    server(toolText(id, '{}')),
  ];
  recording = await bench.record(
    'hints',
    tape('list', [
      ...opening(),
      client({ id: 9, method: 'tools/list' }),
      server({ id: 9, result: { tools } }),
      ...call(1, 'put'),
      ...call(2, 'burn'),
      ...call(3, 'post'),
      ...call(4, 'list_all'),
    ]),
  );
});
afterAll(() => bench[Symbol.asyncDispose]());

const named = (more: object = {}, without: readonly string[] = []): object => {
  const { ...spec } = { ...listServer('locked'), ...more } as Record<string, unknown>;
  for (const name of without) delete spec[name];
  return { list: spec };
};

interface Case {
  readonly title: string;
  readonly servers: object | string;
  readonly options?: readonly string[];
  readonly code: string;
  readonly says: string;
}

const CASES: readonly Case[] = [
  {
    title: 'a server that nobody named',
    servers: {},
    options: ['--calls', 'put'],
    code: 'not-explorable',
    says: 'list is not named as explorable.',
  },
  {
    title: 'one that is named and not marked',
    servers: named({ explorable: false }),
    options: ['--calls', 'put'],
    code: 'not-explorable',
    says: 'list is not named as explorable.',
  },
  {
    title: 'all calls where no server may be explored',
    servers: {},
    code: 'nothing-to-explore',
    says: 'None of the',
  },
  {
    title: 'one without a reset',
    servers: named({}, ['reset']),
    code: 'not-explorable',
    says: 'list has no reset',
  },
  {
    title: 'an address of elsewhere',
    servers: named({ url: 'http://192.0.2.7:9/mcp', reset: { hook: 'true' } }, ['command', 'args']),
    options: ['--calls', 'put'],
    code: 'not-explorable',
    says: 'list is at 192.0.2.7, which is not this machine.',
  },
  {
    title: 'an address without a hook',
    servers: named({ url: 'http://127.0.0.1:9/mcp', reset: 'process' }, ['command', 'args']),
    code: 'not-explorable',
    says: 'list has no reset',
  },
  {
    title: 'a tool that writes',
    servers: named({ write: false }),
    options: ['--calls', 'put'],
    code: 'tool-refused',
    says: 'put of list may write, and nothing says that it may here.',
  },
  {
    title: 'a tool that destroys',
    servers: named(),
    options: ['--calls', 'burn'],
    code: 'tool-refused',
    says: 'burn of list may destroy something (destructiveHint).',
  },
  {
    title: 'a tool that reaches outside',
    servers: named(),
    options: ['--calls', 'post'],
    code: 'tool-refused',
    says: 'post of list reaches outside of its server (openWorldHint).',
  },
  {
    title: 'a member that means nothing',
    servers: named({ reste: 'process' }),
    code: 'servers-invalid',
    says: 'list has a member reste, which means nothing here.',
  },
  {
    title: 'a command and an address',
    servers: named({ url: 'http://127.0.0.1:9/mcp' }),
    code: 'servers-invalid',
    says: 'list needs a command or a url, and not both.',
  },
  {
    title: 'a folder that is not there',
    servers: named({ reset: { copy: 'nowhere' } }),
    code: 'servers-invalid',
    says: 'nowhere, which is no folder.',
  },
  {
    title: 'a text that is no JSON',
    servers: '{ "list": }',
    code: 'servers-invalid',
    says: 'in line 1, column 11.',
  },
  {
    title: 'a command that is not there',
    servers: named({ command: 'no-such-program-here', allow: ['burn', 'post'] }),
    code: 'command-not-found',
    says: 'The command no-such-program-here was not found.',
  },
  {
    title: 'a hook that fails',
    servers: named({ reset: { hook: 'false' }, args: [], allow: ['burn', 'post'] }),
    code: 'not-explorable',
    says: 'The reset of list failed',
  },
  {
    title: 'a finding that is not there',
    servers: named(),
    options: ['--finding', 'abcd'],
    code: 'unknown-finding',
    says: 'The recording has no finding abcd.',
  },
  {
    title: 'a call that is not there',
    servers: named(),
    options: ['--calls', 'nothing'],
    code: 'unknown-call',
    says: 'The recording has no call nothing',
  },
  {
    title: 'a text that is no schedule',
    servers: named(),
    options: ['--schedule', '1,x'],
    code: 'schedule-refused',
    says: '1,x is no schedule.',
  },
  {
    title: 'a schedule of other operations',
    servers: named(),
    options: ['--schedule', '1,99'],
    code: 'schedule-refused',
    says: 'The recording has 4 operations, and 1,99 names others.',
  },
  {
    title: 'two choices at once',
    servers: named(),
    options: ['--schedule', '1', '--calls', 'put'],
    code: 'wrong-usage',
    says: 'each say what is run.',
  },
];

describe('refused', { timeout: 60_000 }, () => {
  for (const { title, servers, options = [], code, says } of CASES) {
    test(title, async () => {
      const file = bench.at('servers.jsonc');
      await writeFile(file, typeof servers === 'string' ? servers : JSON.stringify(servers));
      const ran = await bench.run([recording, '--servers', file, ...options]);
      expect(ran.stderr).toContain(says);
      expect(ran.stderr).toMatch(/^wiretape: [^\n]*\n$/);
      expect({
        code: ran.code,
        end: ran.stderr.trimEnd().split(' ').at(-1),
        stdout: ran.stdout,
      }).toEqual({
        code: 2,
        end: `[${code}]`,
        stdout: '',
      });
    });
  }

  test('no servers file at all', async () => {
    const ran = await bench.run([recording]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('[wrong-usage]') });
  });
});

test('a file to go on from that is of something else is left as it is', async () => {
  const file = await bench.servers('servers.jsonc', named({ allow: ['burn', 'post'] }));
  const other = bench.at('other.jsonl');
  await writeFile(other, 'my own notes\n');
  const ran = await bench.run([recording, '--servers', file, '--resume', other]);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('[servers-invalid]') });
  expect(await readFile(other, 'utf8')).toBe('my own notes\n');
});

test('the file that is begun names every server, and lets nothing be run', async () => {
  const plain = await bench.record('plain', session('notes', [[['put', { word: 'a' }, {}]]]));
  const file = bench.at('begun.jsonc');
  expect(await bench.run([plain, '--write-servers', file])).toMatchObject({ code: 0, stdout: '' });
  const text = await readFile(file, 'utf8');
  expect(text).toContain('"notes": {');
  expect(text).toContain('"explorable": false');
  const ran = await bench.run([plain, '--servers', file, '--calls', 'put']);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('[not-explorable]') });
  expect(await bench.run([plain, '--write-servers', file])).toMatchObject({ code: 2 });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('the file that is begun keeps a server out of the folder it was recorded in', async () => {
  const args = ['/opt/files/index.js', '/home/me/project'];
  const launch = { command: 'node', args, env: {} };
  const burning = tape(
    'list',
    [
      ...opening(),
      client({ id: 9, method: 'tools/list' }),
      server({
        id: 9,
        result: { tools: [{ name: 'burn', annotations: { destructiveHint: true } }] },
      }),
      client(toolCall(1, 'burn')),
      server(toolText(1, '{}')),
    ],
    { head: { launch } },
  );
  const file = bench.at('placed.jsonc');
  await bench.run([await bench.record('placed', burning), '--write-servers', file]);
  const text = await readFile(file, 'utf8');
  expect(text).toContain('// "args": ["/opt/files/index.js","{folder}"],');
  expect(text).toContain('"reset": { "copy": "/home/me/project" }');
  expect(text).toContain('// "allow": ["burn"],');
});
