/**
 * From `wiretape wrap` to the first session, as a person sees it on Home and in the terminal: real
 * configurations, the built program, a real server that a real client starts as its host would.
 */
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { WrappedHost } from '../../model/wrapped.ts';
import { start, temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { openBrowser, violations, visit } from './kit.ts';

const memory = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-memory/dist/index.js',
);
const DESKTOP = '.config/Claude/claude_desktop_config.json';
const CURSOR = '.cursor/mcp.json';

let browser: Browser;
let shots: string;

beforeAll(async () => {
  shots = process.env['WIRETAPE_SHOTS'] ?? (await mkdtemp(join(tmpdir(), 'wiretape-shots-')));
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** A home in which three hosts have servers, and a collector that serves its page. */
async function machine() {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const env = { HOME: folder.path };
  const cwd = join(folder.path, 'project');
  await mkdir(cwd);
  const notes = { command: process.execPath, args: [memory] };
  const own = { mcpServers: { notes } };
  for (const [file, config] of [
    [DESKTOP, { mcpServers: { notes, tasks: notes } }],
    [CURSOR, own],
    // One name in two scopes.
    ['.claude.json', { ...own, projects: { [cwd]: own } }],
  ] as const) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await writeFile(join(folder.path, file), JSON.stringify(config));
  }
  const run = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await wiretape(words, { env, cwd });
    expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' });
    return stdout;
  };
  const serving = start(['serve', '--port', '0'], { env, cwd });
  onTestFinished(() => serving[Symbol.asyncDispose]());
  const [, address = '', token = ''] = await serving.says(/(http:\S+)\/#token=(\S+)/);
  return {
    run,
    collector: { address, token },
    hosts: async () =>
      (JSON.parse(await run('--json')).hosts as WrappedHost[]).map(
        ({ host, uptake, servers }) =>
          `${host} ${uptake} ${servers.map(({ session }) => (session ? 'seen' : '-')).join(' ')}`,
      ),
    /** Starts a server as its host would: by what stands in the configuration. */
    async startServer(file: string, name: string) {
      const text = await readFile(join(folder.path, file), 'utf8');
      const { command, args } = JSON.parse(text).mcpServers[name];
      const own = { ...env, MEMORY_FILE_PATH: join(folder.path, `${name}.jsonl`) };
      const transport = new StdioClientTransport({ command, args, env: own, stderr: 'ignore' });
      const client = new Client({ name: 'claude-desktop', version: '1.0.0' });
      await client.connect(transport);
      onTestFinished(() => client.close());
      return client;
    },
  };
}

test('a wrapped host waits to be restarted, then its row turns live', {
  timeout: 90_000,
}, async () => {
  const here = await machine();
  await here.run('wrap', '--host', 'claude-desktop');
  const time = '\\d\\d:\\d\\d';
  expect(await here.run()).toMatch(
    new RegExp(
      `^Claude Desktop: wrapped ${time}, not restarted since\\. Quit Claude Desktop fully, then start it again\\.\nNext: wiretape open$`,
      'm',
    ),
  );
  const { page, complaints, ...opened } = await visit(browser, here.collector, {});
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const hosts = page.getByRole('region', { name: 'Wrapped hosts' });
  const row = (host: string) => hosts.getByRole('listitem').filter({ hasText: host });
  const says = (host: string, words: RegExp) =>
    expect
      .poll(() =>
        row(host)
          .textContent()
          .then((text) => text?.replaceAll(/\s+/g, ' ').trim()),
      )
      .toMatch(words);
  await says(
    'Claude Desktop',
    new RegExp(
      `^waiting *Claude Desktop *wrapped ${time}, not restarted since *notes *tasks *Quit Claude`,
    ),
  );
  await page.getByText('Nothing recorded yet').waitFor();
  await page.screenshot({ path: join(shots, 'hosts-empty-dark.png') });

  // Others are wrapped, and unwrapped again, while the page is open.
  await here.run('wrap', '--host', 'claude-code');
  await says('Claude Code', /^waiting *Claude Code .* since *notes *notes *Start a new session/);
  await here.run('unwrap', '--host', 'claude-code');
  await expect.poll(() => row('Claude Code').count()).toBe(0);
  await here.run('wrap', '--host', 'cursor');
  await says(
    'Cursor',
    /^waiting *Cursor *wrapped \d\d:\d\d, not restarted since *notes *Switch the server/,
  );
  await page.screenshot({ path: join(shots, 'hosts-two-dark.png') });

  // Its server of the same name says nothing of the other host.
  const notes = await here.startServer(DESKTOP, 'notes');
  await says(
    'Claude Desktop',
    /^live *Claude Desktop *wrapped \d\d:\d\d, recorded since, in part *notes *tasks *no session yet$/,
  );
  await says('Cursor', /^waiting *Cursor/);
  await page.screenshot({ path: join(shots, 'hosts-partly-dark.png') });
  expect(await here.hosts()).toEqual(['cursor waiting -', 'claude-desktop partly seen -']);
  expect(await here.run()).toMatch(
    /^Claude Desktop: .* recorded since, but no session of tasks\.$/m,
  );
  const tasks = await here.startServer(DESKTOP, 'tasks');
  await notes.listTools();
  await says(
    'Claude Desktop',
    /^live *Claude Desktop *wrapped \d\d:\d\d, recorded since *notes *tasks$/,
  );
  await page.getByRole('article').filter({ hasText: 'notes' }).getByText('live').waitFor();
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(shots, `hosts-live-${scheme}.png`) });
    expect(await violations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 480, height: 900 });
  await page.screenshot({ path: join(shots, 'hosts-narrow-light.png') });

  // A host that is seen is no news for the next page, and one that is unwrapped is none for any.
  await notes.close();
  await tasks.close();
  await says('Claude Desktop', /^done *Claude Desktop/);
  await page.reload();
  await says('Cursor', /^waiting *Cursor/);
  expect(await row('Claude Desktop').count()).toBe(0);
  await here.run('unwrap', 'notes', '--host', 'cursor');
  await hosts.waitFor({ state: 'detached' });
  expect(await here.hosts()).toEqual(['claude-desktop seen seen seen']);
  expect(complaints).toEqual([]);
});
