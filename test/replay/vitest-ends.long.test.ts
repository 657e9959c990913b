// What `mcpTest` makes of servers that crash or never start, of masks, and of wrong usage.
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecording, writeRecording } from '../../model/recording.ts';
import { client, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { MCP_TEST, type UserProject, userProject } from './user-vitest.ts';

const HEAD = `
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'vitest';
import { mcpTest } from ${MCP_TEST};

const client = () => new Client({ name: 'test-client', version: '1.0.0' });
`;

function recording(mode: string): string {
  return `${HEAD}
const servers = {
  crash: () => new StdioClientTransport({
    command: process.execPath,
    args: ['-e', 'process.stdin.once("data", () => process.exit(3))'],
  }),
  broken: () => new StdioClientTransport({ command: '/nonexistent/server' }),
};
const mode = ${JSON.stringify(mode)};
const test = mcpTest({ recording: 'new/folder/run.tape.jsonl', mode, servers });
const other = mcpTest({ recording: 'package.json', mode, servers });
const crashes = async ({ servers }) => {
  await expect(client().connect(servers.transport('crash'))).rejects.toThrow('Connection closed');
};
test('crash', crashes);
if (mode === 'record') {
  test('never started', ({ servers }) => void servers.transport('broken'));
  test('not there', async ({ servers }) => {
    await expect(client().connect(servers.transport('broken'))).rejects.toThrow('ENOENT');
  });
  other('over another file', crashes);
}`;
}

const MASKED = `${HEAD}
import { test as plain } from 'vitest';
const test = mcpTest({ recording: 'masked.tape.jsonl', masks: ['add:/params/arguments/key=uuid'] });

async function add(servers, times) {
  const connected = client();
  await connected.connect(servers.transport('notes'));
  for (const key of times) await connected.callTool({ name: 'add', arguments: { key } });
}
test('masked', async ({ servers }) => {
  await add(servers, [crypto.randomUUID()]);
  expect(servers.report()[0].degraded).toMatchObject([{ how: 'masked' }]);
  expect(servers).toMatchRecording();
});
test('nonsense', () => {
  expect(() => expect(undefined).toMatchRecording()).toThrow('toMatchRecording wants the servers');
  expect(() => expect({}).toHaveNoFindings()).toThrow('toHaveNoFindings wants the servers');
});
plain('options', () => {
  const recording = 'masked.tape.jsonl';
  expect(() => mcpTest({ recording, mode: 'recrod' })).toThrow('no mode recrod, only replay');
  expect(() => mcpTest({ recording, misses: 'x' })).toThrow('no misses x, only fail, report');
});`;

let project: UserProject;

beforeAll(async () => {
  project = await userProject();
});

afterAll(() => project[Symbol.asyncDispose]());

test('a crash is recorded, and what never started has no session', async () => {
  await writeFile(project.at('package.json'), '{}');
  const live = await project.run(recording('record'));
  for (const title of ['crash', 'never started', 'not there']) {
    expect(live.get(title)).toMatchObject({ status: 'passed', failure: '' });
  }
  expect(live.get('over another file')?.failure).toMatch(
    /package\.json was not written: it exists/,
  );
  expect(await readFile(project.at('package.json'), 'utf8')).toBe('{}');
  const made = readRecording(await readFile(project.at('new/folder/run.tape.jsonl')));
  expect(made.ok && made.entries.at(-1)).toMatchObject({ reason: 'closed by the server' });
});

test('the crash is replayed', async () => {
  const replayed = await project.run(recording('replay'));
  expect(replayed.get('crash')).toMatchObject({ status: 'passed', failure: '' });
});

test('a declared mask is no divergence, and wrong usage is told in a sentence', async () => {
  const call = toolCall(1, 'add', { key: '0b8d0a52-6f0b-4c55-9f0b-2d1f3f1c9a11' });
  const entries = tape('notes', [...opening(), client(call), server(toolText(1, 'added'))]);
  await writeFile(project.at('masked.tape.jsonl'), writeRecording(entries));
  for (const outcome of (await project.run(MASKED)).values()) {
    expect(outcome).toMatchObject({ status: 'passed', failure: '' });
  }
});
