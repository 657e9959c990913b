// `mcpTest` as its users have it: a test file of their own, run by vitest in a process of its own.
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import { client, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { MCP_TEST, type Outcome, type UserProject, userProject } from './user-vitest.ts';

let project: UserProject;
let outcomes: Map<string, Outcome>;

/** Tests of a user: what each is called says how it must end. */
const CASES = `
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect } from 'vitest';
import { mcpTest } from ${MCP_TEST};

const test = mcpTest({ recording: new URL('./run.tape.jsonl', import.meta.url) });
const lenient = mcpTest({ recording: './run.tape.jsonl', misses: 'report' });
const torn = mcpTest({ recording: './torn.tape.jsonl' });

async function connect(transport) {
  const client = new Client({ name: 'test-client', version: '1.0.0' });
  await client.connect(transport);
  return client;
}

async function whole(servers) {
  const notes = await connect(servers.transport('notes'));
  const said = [await notes.callTool({ name: 'add', arguments: {} })];
  await connect(servers.transport('files'));
  await connect(servers.transport('files'));
  return said;
}

test('passes: all of it', async ({ servers }) => {
  expect(servers.names).toEqual(['notes', 'files']);
  expect(await whole(servers)).toEqual([{ content: [{ type: 'text', text: 'added' }] }]);
  expect(servers).toMatchRecording();
  expect(() => servers.transport('files')).toThrow('2 connection');
  expect(() => servers.transport('mail')).toThrow('no server mail, only notes, files');
});
test('passes: from the beginning again', async ({ servers, expect }) => {
  await whole(servers);
  expect(servers).toMatchRecording();
});
test('passes: part of it, without a word', async ({ servers }) => {
  await connect(servers.transport('notes'));
  expect(servers).not.toMatchRecording();
});
test('fails: part of it is not all of it', async ({ servers }) => {
  await connect(servers.transport('notes'));
  expect(servers).toMatchRecording();
});
test('fails: a miss that the agent swallowed', async ({ servers }) => {
  const notes = await connect(servers.transport('notes'));
  await notes.callTool({ name: 'add', arguments: { title: 'x' } }).catch(() => {});
});
lenient('passes: a miss that is only reported', async ({ servers }) => {
  const notes = await connect(servers.transport('notes'));
  const error = await notes.callTool({ name: 'add', arguments: { title: 'x' } }).catch((error) => error);
  expect(error).toMatchObject({ code: 90404, data: { pointer: '/params/arguments/title' } });
  expect(servers.report()[0]).toMatchObject({ misses: [{ reason: 'not-recorded' }] });
});
torn('fails: a torn recording', ({ servers }) => {});
`;

beforeAll(async () => {
  project = await userProject();
  const recording = writeRecording([
    ...tape('notes', [...opening(), client(toolCall(1, 'add')), server(toolText(1, 'added'))]),
    ...tape('files', opening(), { id: '01F11ESA000000000000000000', start: 6_000_000 }),
    ...tape('files', opening(), { id: '01F11ESB000000000000000000', start: 7_000_000 }),
  ]);
  await writeFile(project.at('run.tape.jsonl'), recording);
  await writeFile(project.at('torn.tape.jsonl'), recording.slice(0, -5));
  outcomes = await project.run(CASES);
});

afterAll(() => project[Symbol.asyncDispose]());

test('each test of the user ends as it must', () => {
  expect(outcomes.size).toBe(7);
  for (const [title, { status, failure }] of outcomes) {
    const expected = title.startsWith('passes') ? 'passed' : 'failed';
    expect({ title, status, failure }).toMatchObject({ status: expected });
  }
});

test.each([
  ['fails: part of it is not all of it', 'notes: the client never sent'],
  ['fails: a miss that the agent swallowed', 'notes: the recording has no such tools/call add'],
  ['fails: a torn recording', 'is not whole'],
])('%s, and says why', (title, why) => {
  expect(outcomes.get(title)?.failure).toContain(why);
});
