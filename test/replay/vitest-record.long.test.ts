// The modes of `mcpTest`: recorded from a released server, then replayed without it.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecording } from '../../model/recording.ts';
import { ROOT } from '../cli/wiretape.ts';
import { MCP_TEST, type UserProject, userProject } from './user-vitest.ts';

let project: UserProject;

beforeAll(async () => {
  project = await userProject();
});

afterAll(() => project[Symbol.asyncDispose]());

const SERVER = join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');

/** A user's test file: what the tests do is `body`; the server is there when its file is. */
function source(mode: string, body: string, server = SERVER): string {
  return `
import { rmSync } from 'node:fs';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect } from 'vitest';
import { mcpTest } from ${MCP_TEST};

const memory = () => {
  rmSync('memory.json', { force: true });
  return new StdioClientTransport({
    command: process.execPath,
    args: [${JSON.stringify(server)}],
    env: { MEMORY_FILE_PATH: process.cwd() + '/memory.json' },
  });
};
const test = mcpTest({ recording: 'run.tape.jsonl', mode: ${JSON.stringify(mode)}, servers: { memory } });

async function remember(servers, names) {
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(servers.transport('memory'));
  const write = (name) => client.callTool({
    name: 'create_entities',
    arguments: { entities: [{ name, entityType: 'note', observations: [] }] },
  });
  for (const name of names) await (Array.isArray(name) ? Promise.all(name.map(write)) : write(name));
  const { content } = await client.callTool({ name: 'read_graph', arguments: {} });
  await client.close();
  return JSON.parse(content[0].text).entities.map(({ name }) => name);
}
${body}`;
}

const ONE = `
describe('notes', () => {
  test('one', async ({ servers }) => {
    expect(await remember(servers, ['a', 'b'])).toEqual(['a', 'b']);
    expect(servers).toMatchRecording();
    expect(servers).toHaveNoFindings();
  });
});`;
const TWO = `
test('two', async ({ servers }) => {
  expect(await remember(servers, ['c'])).toEqual(['c']);
  expect(servers).toMatchRecording();
});`;
const FAILS = `
test('wrong', async ({ servers }) => {
  expect(await remember(servers, ['d'])).toEqual(['e']);
});`;
const RACE = `
test('race', async ({ servers }) => {
  expect(await remember(servers, [['f', 'g']])).toHaveLength(1);
  expect(servers).toHaveNoFindings();
});`;
const KNOWN_RACE = `
test('known race', async ({ servers }) => {
  expect(await remember(servers, [['f', 'g']])).toHaveLength(1);
  expect(servers).not.toHaveNoFindings();
  expect(servers).toHaveNoFindings({ except: ['in-server-lost-update'] });
});`;

async function statuses(code: string, env?: Record<string, string>) {
  const outcomes = await project.run(code, env);
  return [...outcomes.values()].map(({ title, status }) => `${title}: ${status}`);
}

async function workflows(): Promise<string[]> {
  const recording = readRecording(await readFile(project.at('run.tape.jsonl')));
  if (!recording.ok) throw new Error(recording.detail);
  return recording.entries.flatMap((entry) =>
    entry.type === 'session' ? [String(entry.workflow)] : [],
  );
}

describe.sequential('recorded from the server, then replayed without it', () => {
  const gone = '/nonexistent/server.js';

  test('record: what passes is in the recording, what fails is not', async () => {
    expect(await statuses(source('record', ONE + FAILS))).toEqual(['one: passed', 'wrong: failed']);
    expect(await workflows()).toEqual(['test: notes > one']);
  });

  test('replay: the same test, its server gone', async () => {
    expect(await statuses(source('replay', ONE, gone))).toEqual(['one: passed']);
  });

  test('replay: a test that was not recorded says so', async () => {
    const outcomes = await project.run(source('replay', TWO, gone));
    expect(outcomes.get('two')).toMatchObject({ status: 'failed' });
    expect(outcomes.get('two')?.failure).toContain('has no session of the test two');
  });

  test('record-missing: records the new one, leaves the old one as it is', async () => {
    const before = await readFile(project.at('run.tape.jsonl'), 'utf8');
    expect(await statuses(source('record-missing', ONE + TWO))).toEqual([
      'one: passed',
      'two: passed',
    ]);
    expect(await workflows()).toEqual(['test: notes > one', 'test: two']);
    const after = await readFile(project.at('run.tape.jsonl'), 'utf8');
    for (const line of before.split('\n').slice(1)) expect(after).toContain(line);
    expect(await statuses(source('replay', ONE + TWO, gone))).toEqual([
      'one: passed',
      'two: passed',
    ]);
  });

  test('record again: the new session stands in the place of the old one', async () => {
    expect(await statuses(source('record', TWO))).toEqual(['two: passed']);
    expect(await workflows()).toEqual(['test: notes > one', 'test: two']);
  });

  test('where CI is set nothing is recorded', async () => {
    const before = await readFile(project.at('run.tape.jsonl'), 'utf8');
    const outcomes = await project.run(source('record', TWO), { CI: 'true' });
    expect(outcomes.get('two')?.failure).toContain('Where CI is set nothing is recorded');
    const some = await project.run(source('record-missing', TWO + RACE + KNOWN_RACE), {
      CI: 'true',
    });
    expect(some.get('two')?.status).toBe('passed');
    expect(some.get('race')?.failure).toContain('Where CI is set nothing is recorded');
    expect(await readFile(project.at('run.tape.jsonl'), 'utf8')).toBe(before);
  });
});

describe.sequential('toHaveNoFindings', () => {
  test('while recording it is judged at the end, in a replay at once; both times by what was said', async () => {
    await rm(project.at('run.tape.jsonl'));
    const live = await project.run(source('record', RACE + KNOWN_RACE));
    expect(live.get('race')?.failure).toContain('lost-update');
    expect(live.get('known race')).toMatchObject({ status: 'passed', failure: '' });
    const replayed = await project.run(source('replay', KNOWN_RACE, '/nonexistent'));
    expect(replayed.get('known race')).toMatchObject({ status: 'passed', failure: '' });
  });
});

const SECRET = `
test('sends token=abc123def456 on', async ({ servers }) => {
  expect(await remember(servers, ['s'])).toEqual(['s']);
  expect(servers).toMatchRecording();
});`;

describe.sequential('what a test is found by', () => {
  test('a name that redaction changes is found again, and recorded once', async () => {
    await rm(project.at('run.tape.jsonl'), { force: true });
    const passed = ['sends token=abc123def456 on: passed'];
    expect(await statuses(source('record', SECRET))).toEqual(passed);
    expect(await workflows()).toEqual([expect.stringMatching(/^test: #[0-9a-f]{16}$/)]);
    const before = await readFile(project.at('run.tape.jsonl'), 'utf8');
    expect(before).not.toContain('abc123def456');
    expect(await statuses(source('replay', SECRET, '/nonexistent'))).toEqual(passed);
    expect(await statuses(source('record-missing', SECRET, '/nonexistent'))).toEqual(passed);
    expect(await readFile(project.at('run.tape.jsonl'), 'utf8')).toBe(before);
    expect(await statuses(source('record', SECRET))).toEqual(passed);
    expect(await workflows()).toHaveLength(1);
  });
});
