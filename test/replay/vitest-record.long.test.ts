// The modes of `mcpTest`: recorded from a released server, then replayed without it.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecording } from '../../model/recording.ts';
import { ROOT } from '../cli/wiretape.ts';
import { MCP_TEST, type Outcome, type UserProject, userProject } from './user-vitest.ts';

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
  return statusesOf(await project.run(code, env));
}

function statusesOf(outcomes: ReadonlyMap<string, Outcome>): string[] {
  return [...outcomes.values()].map(({ title, status }) => `${title}: ${status}`);
}

async function workflows(): Promise<string[]> {
  const recording = readRecording(await readFile(project.at('run.tape.jsonl')));
  if (!recording.ok) throw new Error(recording.detail);
  return recording.entries.flatMap((entry) =>
    entry.type === 'session' ? [String(entry.workflow)] : [],
  );
}

const SECRET = `
test('sends token=abc123def456 on', async ({ servers }) => {
  expect(await remember(servers, ['s'])).toEqual(['s']);
  expect(servers).toMatchRecording();
});`;

describe.sequential('recorded from the server, then replayed without it', () => {
  const gone = '/nonexistent/server.js';
  const kept = ['test: notes > one', expect.stringMatching(/^test: #[0-9a-f]{16}$/)];
  const secret = 'sends token=abc123def456 on: passed';

  test('record: what passes is in the recording, what fails is not, and no secret in a name', async () => {
    const outcomes = ['one: passed', 'wrong: failed', secret];
    expect(await statuses(source('record', ONE + FAILS + SECRET))).toEqual(outcomes);
    expect(await workflows()).toEqual(kept);
    expect(await readFile(project.at('run.tape.jsonl'), 'utf8')).not.toContain('abc123def456');
  });

  test('replay: the same tests, their server gone; one that was not recorded says so', async () => {
    const outcomes = await project.run(source('replay', ONE + SECRET + TWO, gone));
    expect(statusesOf(outcomes)).toEqual(['one: passed', secret, 'two: failed']);
    expect(outcomes.get('two')?.failure).toContain('has no session of the test two');
  });

  test('record-missing: records the new one, leaves the old ones as they are', async () => {
    const before = await readFile(project.at('run.tape.jsonl'), 'utf8');
    const outcomes = ['one: passed', 'two: passed', secret];
    expect(await statuses(source('record-missing', ONE + TWO + SECRET))).toEqual(outcomes);
    expect(await workflows()).toEqual([...kept, 'test: two']);
    const after = await readFile(project.at('run.tape.jsonl'), 'utf8');
    for (const line of before.split('\n').slice(1)) expect(after).toContain(line);
    expect(await statuses(source('replay', ONE + TWO, gone))).toEqual([
      'one: passed',
      'two: passed',
    ]);
  });

  test('record again: the new sessions stand in the place of the old ones', async () => {
    expect(await statuses(source('record', TWO + SECRET))).toEqual(['two: passed', secret]);
    expect((await workflows()).sort()).toEqual([kept[1], kept[0], 'test: two']);
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
