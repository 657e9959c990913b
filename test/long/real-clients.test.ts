// Clients that nobody here wrote, as their users start them, with and without a tap in between: Inspector's command
// line and mcp-remote, over stdio and HTTP. They print, and give, the same.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewsOf } from '../../model/view.ts';
import { ROOT } from '../kit/built.ts';
import { everything, tapAt } from '../tap/http/kit.ts';
import { journals, tapped, temporaryFolder } from '../tap/kit.ts';

const run = promisify(execFile);
const PACKAGES = ['@modelcontextprotocol/inspector@2.12.0', 'mcp-remote@0.15.1'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wt-clients-'));
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, ...PACKAGES], {
    timeout: 300_000,
  });
}, 400_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function bin(name: string): string {
  return join(folder, 'node_modules/.bin', name);
}

/** What Inspector prints; its own warnings go to standard error. */
async function inspect(target: readonly string[], asked: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: folder };
  const { stdout } = await run(
    process.execPath,
    [bin('mcp-inspector'), '--cli', ...target, ...asked],
    { env, timeout: 60_000 },
  );
  return stdout;
}

const ASKED = [
  ['--method', 'tools/list'],
  ['--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello'],
  ['--method', 'resources/list'],
  ['--method', 'prompts/list'],
];

describe('Inspector', () => {
  test('over stdio', async () => {
    const script = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
    const state = await temporaryFolder();
    const plain = [process.execPath, script];
    const through = await tapped(plain, { state });
    for (const asked of ASKED)
      expect(await inspect(through, asked)).toBe(await inspect(plain, asked));
    expect(await journals(state)).toHaveLength(ASKED.length);
  }, 240_000);

  test('over HTTP', async () => {
    const url = await everything('streamableHttp');
    const state = await temporaryFolder();
    const tap = await tapAt(url, state);
    for (const asked of ASKED) {
      const over = (address: string) => inspect([address, '--transport', 'http'], asked);
      expect(await over(tap.url)).toBe(await over(url));
    }
    await tap.end();
    const calls = (await journals(state))
      .flatMap(({ entries }) => viewsOf(entries))
      .flatMap(({ session }) => session.calls);
    expect(
      calls.some(({ method, state: how }) => method === 'tools/call' && how === 'answered'),
    ).toBe(true);
  }, 240_000);
});

test('mcp-remote, with the tap on either side of it', async () => {
  const url = await everything('streamableHttp');
  const [behind, before] = [await temporaryFolder(), await temporaryFolder()];
  const tap = await tapAt(url, behind);
  const bridge = (address: string) => [
    process.execPath,
    bin('mcp-remote'),
    address,
    '--allow-http',
    '--transport',
    'http-only',
  ];
  const plain = await conversation(bridge(url));
  expect(await conversation(bridge(tap.url))).toEqual(plain);
  expect(await conversation(await tapped(bridge(url), { state: before }))).toEqual(plain);
  await tap.end();
  for (const state of [behind, before]) {
    const sessions = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
    const called = sessions
      .flatMap(({ session }) => session.calls)
      .filter(({ method }) => method === 'tools/call');
    expect(called.map(({ state: how }) => how)).toEqual(['answered']);
  }
}, 240_000);

async function conversation([command = '', ...args]: readonly string[]): Promise<unknown> {
  const client = new Client({ name: 'some-client', version: '1.0.0' });
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
  const tools = await client.listTools();
  const echo = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  await client.close();
  return { tools, echo };
}
