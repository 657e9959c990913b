// What is not explored, and why: one sentence, a code and exit code 2, before anything is started.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launched } from '../../analysis/scene.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { type Bench, createBench, listServer } from './kit.ts';

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

/** A server that is but a line of JavaScript. */
const runs = (line: string): object => ({
  command: process.execPath,
  args: ['-e', line],
  cwd: '{folder}',
});

/** Shakes hands, and answers all else with an error of two lines. */
const REFUSING = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const serverInfo = { name: 'list', version: '1' };
  const result = { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo };
  const answer = method === 'initialize' ? { result } : { error: { code: -32000, message: 'no\\nlicence.' } };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
})`;

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
    says: 'has no entry for the recorded session list.',
  },
  {
    title: 'one that is named otherwise',
    servers: { lst: listServer('locked') },
    code: 'not-explorable',
    says: 'has no entry for the recorded session list, but for lst.',
  },
  {
    title: 'one that is named and not marked',
    servers: named({ explorable: false }),
    code: 'not-explorable',
    says: 'list stands in servers.jsonc, and is not marked as explorable.',
  },
  {
    title: 'all calls where no server may be explored',
    servers: {},
    code: 'not-explorable',
    says: 'has no entry for the recorded session list.',
  },
  {
    title: 'one without a reset',
    servers: named({}, ['reset']),
    code: 'not-explorable',
    says: 'list has no reset',
  },
  {
    title: 'one that is told nothing of its fresh folder',
    servers: named({ args: ['list.mjs', '/home/me/real.json', 'racy'] }),
    code: 'not-explorable',
    says: 'list gets a fresh {folder} for each run, and nothing tells it so',
  },
  {
    title: 'an address of elsewhere',
    servers: named({ url: 'http://192.0.2.7:9/mcp', reset: { hook: 'true' } }, ['command', 'args']),
    options: ['--calls', 'put'],
    code: 'not-explorable',
    says: 'list is at 192.0.2.7, which is not this machine.',
  },
  {
    title: 'an address of elsewhere, and a reset that no address can have',
    servers: named({ url: 'http://192.0.2.7:9/mcp', reset: 'process' }, ['command', 'args']),
    code: 'not-explorable',
    says: 'add "allowHosts": ["192.0.2.7"] to it in servers.jsonc, and a hook as its reset.',
  },
  {
    title: 'an address without a hook',
    servers: named({ url: 'http://127.0.0.1:9/mcp', reset: 'process' }, ['command', 'args']),
    code: 'not-explorable',
    says: 'list is reached at an address, and only a hook can give such a server a fresh start.',
  },
  {
    title: 'an address that is none',
    servers: named({ url: 'ftp://127.0.0.1/x', reset: 'process' }, ['command', 'args']),
    code: 'servers-invalid',
    says: 'url of list is no address of an HTTP server.',
  },
  {
    title: 'a server that does not answer',
    servers: named({ ...runs('setInterval(() => {}, 1000)'), allow: ['burn', 'post'] }),
    options: ['--timeout', '0.5'],
    code: 'not-reproduced',
    says: 'put of list was not answered: it did not answer initialize in 0.5 s. See how list',
  },
  {
    title: 'a server that ends',
    servers: named({
      ...runs('console.error("no licence"); process.exit(3)'),
      allow: ['burn', 'post'],
    }),
    code: 'not-reproduced',
    says: 'was not answered: it ended with code 3, and its last words were: no licence. See',
  },
  {
    title: 'a server that answers with errors',
    servers: named({ ...runs(REFUSING), allow: ['burn', 'post'] }),
    code: 'not-reproduced',
    says: 'put of list was answered with an error: no licence. Give list the state in which',
  },
  {
    title: 'no runs at all',
    servers: named(),
    options: ['--budget', '0'],
    code: 'wrong-usage',
    says: 'With none nothing would be run',
  },
  {
    title: 'groups that are never issued',
    servers: named(),
    options: ['--repeat', '0'],
    code: 'wrong-usage',
    says: 'With none nothing would be run',
  },
  {
    title: 'so few runs that nothing can be compared',
    servers: named({ allow: ['burn', 'post'] }),
    options: ['--budget', '3'],
    code: 'time-over',
    says: 'so nothing is known.',
  },
  {
    title: 'a report in a folder that is not there',
    servers: named(),
    options: ['--report', 'nowhere/report.json'],
    code: 'unwritable-folder',
    says: 'nowhere/report.json cannot be written: no such file or directory. Choose another',
  },
  {
    title: 'a test where there is a folder',
    servers: named(),
    options: ['--test', 'start'],
    code: 'unwritable-folder',
    says: 'start cannot be written: it is a folder. Choose another file with --test.',
  },
  {
    title: 'something to go on from in a folder that is not there',
    servers: named(),
    options: ['--resume', 'nowhere/kept.jsonl'],
    code: 'unwritable-folder',
    says: 'Choose another file with --resume.',
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
    title: 'a probe that is no tool of the server',
    servers: named({ probes: [{ tool: 'list_all' }, { tool: 'nope' }] }),
    code: 'servers-invalid',
    says: 'servers.jsonc has nope among the probes of list, which listed no such tool. It listed put,',
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
      const ran = await bench.run([recording, '--servers', 'servers.jsonc', ...options]);
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
  const head = launched({ DB_PATH: '1', SSL_CERT_FILE: '2', NVM_DIR: '3', DB_URL: '4' });
  const calls = [client(toolCall(1, 'put', { word: 'a' })), server(toolText(1, '{}'))];
  const plain = await bench.record('plain', tape('notes', [...opening(), ...calls], { head }));
  const file = bench.at('begun.jsonc');
  expect(await bench.run([plain, '--write-servers', file])).toMatchObject({ code: 0, stdout: '' });
  const text = await readFile(file, 'utf8');
  expect(text).toContain('"notes": {');
  expect(text).toContain('"explorable": false');
  expect(text).toContain('// "env": { "DB_PATH": "{folder}/data" },\n');
  const ran = await bench.run([plain, '--servers', file, '--calls', 'put']);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('[not-explorable]') });
  expect(await bench.run([plain, '--write-servers', file])).toMatchObject({ code: 2 });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('the file that is begun keeps a server out of the folder it was recorded in', async () => {
  const args = [
    '/opt/files/index.js',
    '/home/me/project',
    '/home/me/project/notes.db',
    '--store=/var/lib/store.json',
    'sqlite:///srv/rows.sqlite',
    'https://example.org/data',
  ];
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
  const placed = [
    '/opt/files/index.js',
    '{folder}',
    '{folder}/notes.db',
    '--store={folder}/store.json',
    'sqlite://{folder}/rows.sqlite',
    'https://example.org/data',
  ];
  expect(text).toContain(`// "args": ${JSON.stringify(placed)},`);
  expect(text).not.toContain('"cwd"');
  expect(text).toContain('"reset": { "copy": "/home/me/project" }');
  expect(text).toContain('// "allow": ["burn"],');
});
