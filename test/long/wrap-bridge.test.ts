// A remote server behind a bridge, for real: npx fetches mcp-remote, headers arrive at the server
// and stand neither in a process list nor in the recording, and unwrapping gives every byte back.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { expect, test } from 'vitest';
import { MAIN, temporaryFolder, wiretape } from '../cli/wiretape.ts';

const SECRET = 'Bearer sk-live-4242424242424242';

/** A stateless server that answers only those who send the secret. */
async function remoteServer() {
  const http = createServer(async (request, response) => {
    if (request.headers.authorization !== SECRET) {
      response.writeHead(403).end();
      return;
    }
    const server = new McpServer({ name: 'remote', version: '1.0.0' });
    server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'hello you' }] }));
    const transport = new StreamableHTTPServerTransport();
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await transport.handleRequest(request, response);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

test.each(['with the tap', 'without the tap'])('%s, a bridge carries headers', async (which) => {
  await using folder = await temporaryFolder();
  await using remote = await remoteServer();
  const config = join(folder.path, '.cursor/mcp.json');
  const before = `{"mcpServers": {"far": {"url": "${remote.url}", "headers": {"Authorization": "${SECRET}"}}}}`;
  await mkdir(dirname(config));
  await writeFile(config, before);
  const npm = { npm_config_userconfig: join(homedir(), '.npmrc') };
  const env = { HOME: folder.path, PATH: process.env['PATH'] ?? '', ...npm };
  const wrapped = await wiretape(['wrap', 'far', '--remote'], { env, cwd: folder.path });
  expect(wrapped.code).toBe(0);
  const entry = JSON.parse(await readFile(config, 'utf8')).mcpServers.far;
  expect(JSON.stringify(entry.args)).not.toContain('sk-live');
  const launcher = entry.args[0];
  if (which === 'without the tap') {
    const text = await readFile(launcher, 'utf8');
    await writeFile(launcher, text.replace(dirname(dirname(MAIN)), '/nowhere'));
  }

  const client = new Client({ name: 'test', version: '1.0.0' });
  const transport = new StdioClientTransport({
    command: entry.command,
    args: entry.args,
    // A host of the desktop has a small PATH.
    env: { ...env, PATH: '/usr/bin:/bin', ...entry.env },
    stderr: 'ignore',
  });
  await client.connect(transport, { timeout: 120_000 });
  expect(JSON.stringify(await client.callTool({ name: 'hello' }))).toContain('hello you');
  const ps = spawn('ps', ['-A', '-ww', '-o', 'args='], { stdio: ['ignore', 'pipe', 'inherit'] });
  const list: string[] = [];
  ps.stdout.on('data', (part) => list.push(String(part)));
  await once(ps, 'close');
  expect(list.join('')).toContain('mcp-remote');
  expect(list.join('')).not.toContain('sk-live');
  await client.close();

  if (which === 'with the tap') {
    const { stdout } = await wiretape(['ls', '--json'], { env });
    const [session] = JSON.parse(stdout).sessions;
    expect(session).toMatchObject({ name: 'far', launch: { command: 'npx' } });
    const file = join(folder.path, 'far.tape.jsonl');
    await wiretape(['export', session.id, '-o', file], { env });
    const recording = await readFile(file, 'utf8');
    expect(recording).toContain('hello you');
    expect(recording).not.toContain('sk-live-42');
  }
  expect((await wiretape(['unwrap'], { env })).code).toBe(0);
  expect(await readFile(config, 'utf8')).toBe(before);
});
