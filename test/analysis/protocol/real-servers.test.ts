/**
 * Released servers and real SDK clients of both generations, over pipes and HTTP, through the tap:
 * no rule tells an error of them, but for what is listed here with its reason.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../analysis/index.ts';
import type { Finding } from '../../../model/finding.ts';
import { viewsOf } from '../../../model/view.ts';
import { ROOT } from '../../kit/built.ts';
import { askedBack, ERAS } from '../../tap/asked-back.ts';
import { dualEra, everything, tapAt } from '../../tap/http/kit.ts';
import { journals, tapped, temporaryFolder } from '../../tap/kit.ts';

/** What a server really breaks: `server rule`, and why it is so. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

const info = { name: 'some-client', version: '1.0.0' };
const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
const sampled = { role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } };
const elicited = { action: 'accept', content: { name: 'Ada' } };

const roots = { roots: [{ uri: 'file:///tmp', name: 'tmp' }] };

function clientV1(): ClientV1 {
  const client = new ClientV1(info, { capabilities });
  client.setRequestHandler(CreateMessageRequestSchema, async () => sampled as never);
  client.setRequestHandler(ElicitRequestSchema, async () => elicited as never);
  client.setRequestHandler(ListRootsRequestSchema, async () => roots);
  return client;
}

function clientV2(mode: 'legacy' | 'auto'): ClientV2 {
  const client = new ClientV2(info, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler('sampling/createMessage', async () => sampled as never);
  client.setRequestHandler('elicitation/create', async () => elicited as never);
  client.setRequestHandler('roots/list', async () => roots);
  return client;
}

const CLIENTS = {
  'SDK v1': { client: clientV1, stdio: StdioV1, http: HttpV1 },
  'SDK v2': { client: () => clientV2('legacy'), stdio: StdioV2, http: HttpV2 },
  'SDK v2, any era': { client: () => clientV2('auto'), stdio: StdioV2, http: HttpV2 },
} as const;

type Kind = keyof typeof CLIENTS;
const KINDS = Object.keys(CLIENTS) as Kind[];

type Call = readonly [tool: string, args?: Record<string, unknown>];

const ENTITIES = [{ name: 'Ada', entityType: 'person', observations: ['wrote'] }];

/** What is called of each server; paths are of the folder it may read. */
const CALLS: Readonly<Record<string, (folder: string) => readonly Call[]>> = {
  memory: () => [
    ['create_entities', { entities: ENTITIES }],
    ['read_graph'],
    ['search_nodes', { query: 'Ada' }],
    ['open_nodes', { names: 'not a list' }],
  ],
  filesystem: (folder) => [
    ['list_allowed_directories'],
    ['write_file', { path: join(folder, 'b.txt'), content: 'b' }],
    ['read_text_file', { path: join(folder, 'a.txt') }],
    ['read_text_file', { path: '/etc/passwd' }],
    ['directory_tree', { path: folder }],
  ],
  everything: () => [
    ['echo', { message: 'grüße 🎈' }],
    ['get-sum', { a: 1, b: 2 }],
    ['get-tiny-image'],
    ['get-structured-content', { location: 'New York' }],
    ['get-resource-links', { count: 2 }],
    ['get-annotated-message', { messageType: 'success', includeImage: true }],
    ['trigger-sampling-request', { prompt: 'Where?', maxTokens: 10 }],
    ['trigger-elicitation-request'],
    ['get-roots-list'],
    ['toggle-simulated-logging'],
    ['toggle-subscriber-updates'],
    ['no-such-tool'],
  ],
};

/** All that a client can ask of a server, each answer awaited; refusals are answers too. */
async function conversation(client: ClientV1, calls: readonly Call[]): Promise<number> {
  let answered = 0;
  const told = async (ask: Promise<unknown>): Promise<void> => {
    await ask.catch(() => {});
    answered++;
  };
  const has = client.getServerCapabilities() ?? {};
  await told(client.listTools());
  for (const [name, args = {}] of calls) await told(client.callTool({ name, arguments: args }));
  if (has.logging) await told(client.setLoggingLevel('warning'));
  if (has.prompts) await told(client.listPrompts());
  if (has.prompts) await told(client.getPrompt({ name: 'simple-prompt' }));
  if (has.resources) {
    const { resources } = await client.listResources();
    const uri = resources[0]?.uri ?? 'none:';
    await told(client.listResourceTemplates());
    await told(client.readResource({ uri }));
    await told(client.subscribeResource({ uri }));
    await told(client.unsubscribeResource({ uri }));
  }
  await told(client.sendRootsListChanged());
  await told(client.ping());
  return answered;
}

/** A long call that tells its progress, and one that is given up in the middle. */
async function longCalls(client: ClientV1 | ClientV2): Promise<void> {
  const call = (steps: number) => ({
    name: 'trigger-long-running-operation',
    arguments: { duration: 0.1 * steps, steps },
  });
  const ask = (steps: number, options: object) =>
    client instanceof ClientV1
      ? client.callTool(call(steps), undefined, options)
      : client.callTool(call(steps), options);
  let told = 0;
  await ask(3, { onprogress: () => void told++ });
  const stop = new AbortController();
  const onprogress = () => stop.abort();
  await ask(10, { onprogress, signal: stop.signal }).catch(() => {});
  await client.listTools();
  expect(told).toBeGreaterThan(0);
}

async function findingsIn(state: string): Promise<readonly Finding[]> {
  const views = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
  expect(views.flatMap(({ session }) => session.calls).length).toBeGreaterThan(3);
  return analyse(views);
}

/** The errors that the rules tell of what a tap recorded, without those that are listed. */
async function errorsIn(state: string, server: string): Promise<string[]> {
  return (await findingsIn(state))
    .filter(({ severity }) => severity === 'critical' || severity === 'high')
    .filter(({ rule }) => !Object.hasOwn(EXCEPTIONS, `${server} ${rule}`))
    .map(({ rule, message, evidence }) => `${rule}: ${message} (${evidence[0].message})`);
}

describe.each(KINDS)('%s', (kind) => {
  const { client: make, stdio: Stdio, http: Http } = CLIENTS[kind];

  test.each(Object.keys(CALLS))('server-%s over pipes', async (name) => {
    const parent = await temporaryFolder();
    const folder = join(parent, 'files');
    await mkdir(folder);
    await writeFile(join(folder, 'a.txt'), 'one\n');
    const script = join(ROOT, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);
    const args = name === 'filesystem' ? [folder] : [];
    const [command = '', ...words] = await tapped([process.execPath, script, ...args], {
      state: join(parent, 'state'),
    });
    const env = { PATH: process.env['PATH'] ?? '', MEMORY_FILE_PATH: join(parent, 'memory.jsonl') };
    const client = make() as ClientV1;
    await client.connect(new Stdio({ command, args: words, env, stderr: 'ignore' }) as never);
    expect(await conversation(client, CALLS[name]?.(folder) ?? [])).toBeGreaterThan(5);
    if (name === 'everything') await longCalls(client);
    await client.close();
    expect(await errorsIn(join(parent, 'state'), name)).toEqual([]);
    // That the rules see what there is: this server tells the progress of a call that was given up.
    const rules = (await findingsIn(join(parent, 'state'))).map(({ rule }) => rule);
    expect(rules.includes('message-after-cancellation')).toBe(name === 'everything');
  });

  test('server-everything over HTTP', async () => {
    const state = await temporaryFolder();
    const tap = await tapAt(await everything('streamableHttp'), state);
    const client = make() as ClientV1;
    const transport = new Http(new URL(tap.url));
    await client.connect(transport as never);
    expect(await conversation(client, CALLS['everything']?.('') ?? [])).toBeGreaterThan(5);
    await longCalls(client);
    await transport.terminateSession();
    await client.close();
    await tap.end();
    expect(await errorsIn(state, 'everything')).toEqual([]);
  });
});

test.each(ERAS)('a server of both eras that asks back over HTTP, %s', async (era) => {
  const state = await temporaryFolder();
  const tap = await tapAt(await dualEra(), state);
  await askedBack(era, new HttpV2(new URL(tap.url)));
  await tap.end();
  expect(await errorsIn(state, 'dual-era')).toEqual([]);
});

test.each(ERAS)('a server of both eras that asks back over pipes, %s', async (era) => {
  const state = await temporaryFolder();
  const script = join(ROOT, 'test/kit/servers/dual-era.mjs');
  const [command = '', ...args] = await tapped([process.execPath, script, '--stdio'], { state });
  await askedBack(era, new StdioV2({ command, args, stderr: 'ignore' }));
  expect(await errorsIn(state, 'dual-era')).toEqual([]);
});
