// What `mcpTest` records of tests that are retried, share a name, or ask for no server.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRecording } from '../../replay/open.ts';
import { recordedSessions } from '../../replay/recorded.ts';
import { ROOT } from '../cli/wiretape.ts';
import { MCP_TEST, type UserProject, userProject } from './user-vitest.ts';

const SERVER = join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');

/** A user's test file; tries of the flaky tests are counted by the file, since it is run anew. */
function source(mode: string, server = SERVER): string {
  return `
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'vitest';
import { mcpTest } from ${MCP_TEST};

const memory = () =>
  new StdioClientTransport({ command: process.execPath, args: [${JSON.stringify(server)}] });
const options = { recording: 'run.tape.jsonl', mode: ${JSON.stringify(mode)}, servers: { memory } };
const test = mcpTest(options);
const isLive = ${JSON.stringify(mode)} === 'record';

async function look(servers) {
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(servers.transport('memory'));
  await client.listTools();
  await client.close();
}
let tries = 0;
test('flaky', { retry: 2 }, async ({ servers }) => {
  await look(servers);
  if (isLive && tries++ === 0) throw new Error('first try');
});
let rounds = 0;
test('worse', { repeats: 1 }, async ({ servers }) => {
  await look(servers);
  if (rounds++ === 1) throw new Error('second round');
});
test('repeated', { repeats: 1 }, async ({ servers }) => look(servers));
test('same', async ({ servers }) => look(servers));
test('same', async ({ servers }) => look(servers));
test('none', async ({ servers }) => expect(servers.names).toEqual(['memory']));
test('swallows', async ({ servers }) => {
  if (isLive) throw new Error('not now');
  await look(servers).catch(() => {});
});`;
}

let project: UserProject;

beforeAll(async () => {
  project = await userProject();
});

afterAll(() => project[Symbol.asyncDispose]());

test('recorded: the last try counts, and a name belongs to one test', async () => {
  const live = await project.run(source('record'));
  expect(live.get('flaky')?.status).toBe('passed');
  expect(live.get('worse')?.status).toBe('failed');
  expect(live.get('same')?.failure).toContain('Two tests are recorded as same');
  expect(live.get('none')?.status).toBe('passed');
  const sessions = recordedSessions(await openRecording(project.at('run.tape.jsonl')));
  expect(sessions.map(({ session }) => session.head?.workflow)).toEqual([
    'test: flaky',
    'test: repeated',
    'test: same',
  ]);
});

test.each([
  ['replay', 'has no session of the test'],
  ['record-missing', 'Where CI is set nothing is recorded'],
])('%s: who asks for no server needs no session, who asks is told', async (mode, why) => {
  const before = await readFile(project.at('run.tape.jsonl'), 'utf8');
  const replayed = await project.run(source(mode, '/nonexistent/server.js'), { CI: 'true' });
  expect(replayed.get('flaky')).toMatchObject({ status: 'passed', failure: '' });
  expect(replayed.get('none')).toMatchObject({ status: 'passed', failure: '' });
  expect(replayed.get('worse')?.failure).toContain(why);
  expect(replayed.get('swallows')?.failure).toContain(why);
  expect(await readFile(project.at('run.tape.jsonl'), 'utf8')).toBe(before);
});
