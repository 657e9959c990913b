// Real SDK clients, v1 and v2, get the same results from released servers with a tap as without.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { ROOT } from '../kit/built.ts';
import { askedBack, ERAS, MODERN, recordedWhole } from './asked-back.ts';
import { journals, tapped, temporaryFolder } from './kit.ts';

interface AnyClient {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<unknown>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  getServerVersion(): unknown;
}

const info = { name: 'tap-test', version: '1.0.0' };

const CLIENTS = {
  'SDK v1': { client: () => new ClientV1(info), transport: StdioV1 },
  'SDK v2': { client: () => new ClientV2(info), transport: StdioV2 },
  'SDK v2, any era': {
    client: () => new ClientV2(info, { versionNegotiation: { mode: 'auto' } }),
    transport: StdioV2,
  },
} as const;

interface Story {
  readonly server: string;
  readonly args: (folder: string) => string[];
  readonly calls: readonly {
    name: string;
    arguments: (folder: string) => Record<string, unknown>;
  }[];
}

const entities = [{ name: 'Ada', entityType: 'person', observations: ['wrote'] }];
const STORIES: readonly Story[] = [
  {
    server: 'memory',
    args: () => [],
    calls: [
      { name: 'create_entities', arguments: () => ({ entities }) },
      { name: 'read_graph', arguments: () => ({}) },
      { name: 'search_nodes', arguments: () => ({ query: 'Ada' }) },
    ],
  },
  {
    server: 'filesystem',
    args: (folder) => [folder],
    calls: [
      { name: 'read_text_file', arguments: (folder) => ({ path: join(folder, 'a.txt') }) },
      { name: 'read_text_file', arguments: () => ({ path: '/etc/passwd' }) },
      {
        name: 'write_file',
        arguments: (folder) => ({ path: join(folder, 'b.txt'), content: 'é\n'.repeat(60_000) }),
      },
      { name: 'read_text_file', arguments: (folder) => ({ path: join(folder, 'b.txt') }) },
    ],
  },
  {
    server: 'everything',
    args: () => [],
    calls: [
      { name: 'echo', arguments: () => ({ message: 'hello' }) },
      { name: 'get-sum', arguments: () => ({ a: 2, b: 3 }) },
      { name: 'get-tiny-image', arguments: () => ({}) },
      { name: 'no-such-tool', arguments: () => ({}) },
    ],
  },
];

/** What a client gets of a server, errors included. */
async function tell(kind: keyof typeof CLIENTS, command: string[], story: Story, folder: string) {
  const { client: make, transport: Transport } = CLIENTS[kind];
  const client = make() as unknown as AnyClient;
  const [program = '', ...args] = command;
  const env = { PATH: process.env['PATH'] ?? '', MEMORY_FILE_PATH: join(folder, 'memory.jsonl') };
  await client.connect(new Transport({ command: program, args, env, stderr: 'ignore' }) as never);
  try {
    const told: unknown[] = [client.getServerVersion(), await client.listTools()];
    for (const { name, arguments: made } of story.calls) {
      const call = client.callTool({ name, arguments: made(folder) });
      told.push(await call.catch((error: Error) => error.message));
    }
    return told;
  } finally {
    await client.close();
  }
}

/** The same folder under the same name, so that paths in answers agree. */
async function freshFolder(parent: string): Promise<string> {
  const { rm } = await import('node:fs/promises');
  const folder = join(parent, 'files');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeFile(join(folder, 'a.txt'), 'one\ntwo\n');
  return folder;
}

describe.each(Object.keys(CLIENTS) as (keyof typeof CLIENTS)[])('%s', (kind) => {
  // How the era is found out does not depend on what is asked afterwards.
  const stories = kind === 'SDK v2, any era' ? STORIES.slice(0, 1) : STORIES;
  test.each(stories)('server-$server', async (story) => {
    const parent = await temporaryFolder();
    const script = join(
      ROOT,
      `node_modules/@modelcontextprotocol/server-${story.server}/dist/index.js`,
    );
    const commandIn = (folder: string): string[] => [
      process.execPath,
      script,
      ...story.args(folder),
    ];
    const plainFolder = await freshFolder(parent);
    const plain = await tell(kind, commandIn(plainFolder), story, plainFolder);
    const state = join(parent, 'state');
    const folder = await freshFolder(parent);
    const through = await tell(kind, await tapped(commandIn(folder), { state }), story, folder);
    expect(through).toEqual(plain);

    const views = viewsOf((await journals(state)).flatMap(({ entries }) => entries));
    // To find out the era the SDK starts the server twice; the first process is a session of its own, labelled.
    const isProbe = views.map(({ session }) => summaryOf(session).probe);
    expect(isProbe).toEqual(kind === 'SDK v2, any era' ? [true, false] : [false]);
    const own = views.find(({ session }) =>
      session.calls.some(({ method }) => method === 'tools/list'),
    );
    const answered = own?.session.calls.filter(({ state: is }) => is === 'answered') ?? [];
    expect(answered.filter(({ method }) => method === 'tools/call')).toHaveLength(
      story.calls.length,
    );
    expect(own?.session).toMatchObject({ client: info, phase: 'ended', anomalies: [], gaps: [] });
    expect(own?.session.head?.launch?.package).toMatchObject({
      name: `@modelcontextprotocol/server-${story.server}`,
      version: '2026.8.31',
      integrity: expect.stringMatching(/^sha512-/),
    });
  });
});

// The released servers know the older era only; this one knows both.
test.each(ERAS)('a server of both eras that asks back, SDK v2, %s', async (era) => {
  const state = await temporaryFolder();
  const plain = [process.execPath, join(ROOT, 'test/kit/servers/dual-era.mjs'), '--stdio'];
  const over = ([command = '', ...args]: readonly string[]) =>
    new StdioV2({ command, args, stderr: 'ignore' });
  const through = await tapped(plain, { state });
  expect(await askedBack(era, over(through))).toEqual(await askedBack(era, over(plain)));
  await recordedWhole(era, state);
});

test('a client that takes only the newer era fails at a server of the older one as without the tap', async () => {
  const state = await temporaryFolder();
  const script = join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
  const plain = [process.execPath, script];
  const failure = async ([command = '', ...args]: readonly string[]) => {
    const client = new ClientV2(info, { versionNegotiation: { mode: MODERN } });
    const env = { PATH: process.env['PATH'] ?? '', MEMORY_FILE_PATH: join(state, 'memory.jsonl') };
    const connecting = client.connect(new StdioV2({ command, args, env, stderr: 'ignore' }));
    return await connecting.then(
      () => 'it connected',
      ({ name, message }: Error) => `${name}: ${message}`,
    );
  };
  const without = await failure(plain);
  expect(without).toContain(MODERN.pin);
  expect(await failure(await tapped(plain, { state }))).toBe(without);
});
