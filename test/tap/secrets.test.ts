// Invariant: what redaction covers never reaches a file or socket of ours: not a journal, not a recording,
// not a collector. Every byte that a tap wrote is searched for what must not be in it.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { SessionEntry } from '../../model/entry.ts';
import {
  inOrder,
  journal,
  outcome,
  run,
  server,
  start,
  tapped,
  temporaryFolder,
  until,
} from './kit.ts';

/** Values that must never be seen, each with a mark of its own. */
const ENVIRONMENT = {
  SERVICE_API_KEY: 'canary-a-0123456789',
  DATABASE_URL: 'postgres://user:canary-b-pass@db.example/x',
  MINTED: 'canarycQ7zR2mX9vL4tB8wK1',
  MEMORY_FILE_PATH: '/home/canary-d/memory.json',
};

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('environment values and secrets in arguments and messages are in no byte that was written', async () => {
  const folder = await temporaryFolder();
  const state = join(folder, 'state');
  await mkdir(join(state, 'tokens'), { recursive: true, mode: 0o700 });
  await writeFile(join(state, 'tokens/write'), 'token', { mode: 0o600 });
  const shipped = await listenAt(join(state, 'collector.sock'));
  const big = 'x'.repeat(100_000);
  const messages = [
    { id: 1, params: { text: `${ENVIRONMENT.SERVICE_API_KEY} and ${ENVIRONMENT.MINTED}` } },
    { id: 2, params: { password: 'canary-e-password', nested: { api_key: 'canary-f-key' } } },
    { id: 3, params: { text: 'Bearer canary-g-0123456789abcdef' } },
    { id: 4, params: { text: ENVIRONMENT.SERVICE_API_KEY, big } },
    { id: 5, params: { big, token: 'canary-h-token' } },
  ].map((message) => JSON.stringify({ jsonrpc: '2.0', method: 'x', ...message }));
  const command = [
    ...server('echo'),
    '--token',
    'canary-i-option',
    '--api-key=canary-j-option',
    'https://x.example/?access_token=canary-k',
  ];
  const script = [
    'sh',
    '-c',
    `echo "starting with $SERVICE_API_KEY" >&2; exec "$0" "$@"`,
    ...command,
  ];
  const options = ['--record', join(folder, 'a.tape.jsonl')];
  const child = start(await tapped(script, { state, options }), ENVIRONMENT);
  const ended = outcome(child);
  child.stdin.write(`${messages.join('\n')}\nplain ${ENVIRONMENT.MINTED}\n`);
  await until(() => shipped.some((batch) => batch.includes('plain ')));
  child.stdin.end();
  const { stdout, stderr } = await ended;
  expect(stdout.toString()).toContain('canary-a');
  expect(stderr.toString()).toContain('canary-a');

  const files = await filesBelow(folder);
  expect(files.map((file) => file.slice(folder.length)).sort()).toEqual([
    '/a.tape.jsonl',
    expect.stringMatching(/^\/state\/journal\/.*\.journal$/),
    '/state/key',
    '/state/tokens/write',
  ]);
  const written = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  const all = [...written, ...shipped].join('\n');
  expect(all.match(/canary-?[a-z]/g) ?? []).toEqual([]);
  const { entries } = await journal(state);
  const head = inOrder(entries)[0] as SessionEntry;
  expect(head.launch?.env).toEqual({
    SERVICE_API_KEY: expect.stringMatching(/^#[0-9a-f]{8}$/),
    DATABASE_URL: expect.stringMatching(/^#[0-9a-f]{8}$/),
    MINTED: expect.stringMatching(/^#[0-9a-f]{8}$/),
    MEMORY_FILE_PATH: expect.stringMatching(/^#[0-9a-f]{8}$/),
  });
  expect(head.launch?.args.slice(-4)).toEqual([
    '--token',
    expect.stringMatching(/^<secret:/),
    expect.stringMatching(/^--api-key=<secret:/),
    expect.stringMatching(/access_token=<secret:/),
  ]);
});

test('`--capture metadata` keeps sizes and times, and nothing of what was said', async () => {
  const state = await temporaryFolder();
  const options = ['--capture', 'metadata'];
  const script = ['sh', '-c', 'echo canary-err >&2; exec cat'];
  const input = `{"a":"canary-1"}\ncanary-2\n{"b":"canary-3${'x'.repeat(100_000)}"}\n`;
  const { stdout } = await run(await tapped(script, { state, options }), { input });
  expect(stdout.toString()).toBe(input);
  const { entries, lines } = await journal(state);
  const facts = lines.slice(1).join();
  expect(facts.match(/canary-./g) ?? []).toEqual([]);
  const sizes = inOrder(entries).flatMap((entry) =>
    entry.type === 'frame' ? [`${entry.from} ${entry.bytes}`] : [],
  );
  expect(sizes.slice(0, 3)).toEqual(['client 16', 'client 8', `client ${100_016}`]);
  expect(sizes).toHaveLength(6);
});

test('equal values have equal hashes under the key of one state folder, and others under another', async () => {
  const hashes = async (state: string): Promise<string | undefined> => {
    await run(await tapped(['true'], { state }), { env: { MEMORY_FILE_PATH: '/x' } });
    const { entries } = await journal(state);
    const { rm } = await import('node:fs/promises');
    await rm(join(state, 'journal'), { recursive: true });
    return (inOrder(entries)[0] as SessionEntry).launch?.env['MEMORY_FILE_PATH'];
  };
  const [one, other] = [await temporaryFolder(), await temporaryFolder()];
  const first = await hashes(one);
  expect(await hashes(one)).toBe(first);
  expect(await hashes(other)).not.toBe(first);
});

/** A collector that keeps what it hears and acknowledges nothing but the beginning. */
async function listenAt(path: string): Promise<string[]> {
  const heard: string[] = [];
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      heard.push(String(data));
      const resume = /"resume":"(\w+)"/.exec(String(data))?.[1];
      if (resume !== undefined) socket.send(JSON.stringify({ ack: resume, seq: -1 }));
    });
  });
  await new Promise<void>((resolve) => http.listen(path, resolve));
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    http.close();
  });
  return heard;
}

test('a secret in the place of a name is in no byte that was written', async () => {
  const state = await temporaryFolder();
  const secret = 'ghp_canaryl0canaryl1canaryl2canaryl3canaryl4';
  const options = ['--name', secret, '--workflow', `of ${secret}`];
  await run(await tapped(server('echo'), { state, options }));
  const { lines, entries } = await journal(state);
  expect(lines.join('\n')).not.toContain('canaryl');
  const { name, workflow } = inOrder(entries)[0] as SessionEntry;
  expect(name).toMatch(/^<secret:github:[0-9a-f]{8}>$/);
  expect(workflow).toBe(`of ${name}`);
});
