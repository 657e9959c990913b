// `wiretape replay server --http` as its users start it; and a recording over HTTP in the place of a stdio server.
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { writeRecording } from '../../../model/recording.ts';
import type { StandInTransport } from '../../../replay/index.ts';
import { MAIN, start, wiretape } from '../../cli/wiretape.ts';
import { client, gap, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { dualEra } from '../../tap/http/kit.ts';
import { temporaryFolder } from '../../tap/kit.ts';
import { post, request, rpc } from './asking.ts';
import { converse, MODERN } from './conversation.ts';
import { over, recorded } from './kit.ts';

async function file(entries: readonly Entry[]): Promise<string> {
  const path = join(await temporaryFolder(), 'run.tape.jsonl');
  await writeFile(path, writeRecording(entries));
  return path;
}

const asked = [client(toolCall(1, 'a')), server(toolText(1, 'x'))] as const;

test.each(['2025-11-25', MODERN] as const)(
  '%s: the built program, over HTTP and stdio',
  async (revision) => {
    const url = await dualEra();
    const { entries, results } = await recorded('both', fetch, (tap) =>
      converse(2, revision, over(2, url, tap)),
    );
    const path = await file(entries);
    const report = `${path}.json`;
    await using playing = start(['replay', 'server', path, '--http', '0', '--report', report]);
    const [, address = ''] = await playing.says(/both is played at (\S+)/, 'stderr');
    expect(new URL(address).hostname).toBe('127.0.0.1');
    expect(await converse(2, revision, over(2, address))).toEqual(results);
    playing.child.kill('SIGTERM');
    const ended = await playing.ended;
    expect([ended.code, ended.stdout]).toEqual([0, '']);
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      sessions: [{ name: 'both', equal: true, misses: [] }],
      refused: [],
    });
    // The newest revision starts a second process over stdio, which asks for the revisions only.
    if (revision === MODERN) return;
    const args = [MAIN, 'replay', 'server', path];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args,
      stderr: 'ignore',
    });
    expect(await converse(2, revision, transport as StandInTransport)).toEqual(results);
  },
);

test('--strict over HTTP: what was not as recorded is said, and is exit code 1', async () => {
  const path = await file(tape('strict', asked));
  for (const [tool, code] of [
    ['a', 0],
    ['b', 1],
  ] as const) {
    await using playing = start(['replay', 'server', path, '--http', '0', '--strict']);
    const [, address = ''] = await playing.says(/played at (\S+)/, 'stderr');
    const to: typeof fetch = (_, init) => fetch(address, init);
    expect((await post(to, rpc(toolCall(1, tool)))).status).toBe(200);
    playing.child.kill('SIGINT');
    const ended = await playing.ended;
    expect(ended.code).toBe(code);
    if (code === 1) expect(ended.stderr).toContain('strict was not as recorded: 1 not recorded');
  }
});

test('--strict over HTTP: a request that was refused is said, and is exit code 1', async () => {
  const path = await file(tape('deleted', opening()));
  const report = `${path}.json`;
  const args = ['replay', 'server', path, '--http', '0', '--strict', '--report', report];
  await using playing = start(args);
  const [, address = ''] = await playing.says(/played at (\S+)/, 'stderr');
  const to: typeof fetch = (_, init) => fetch(address, init);
  const clientInfo = { name: 'test-client', version: '1.0.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const init = () => post(to, rpc({ id: 0, method: 'initialize', params }));
  const id = (await init()).headers.get('mcp-session-id') ?? '';
  const headers = { 'mcp-session-id': id };
  await post(to, rpc({ method: 'notifications/initialized' }), { headers });
  expect((await request('DELETE', to, headers)).status).toBe(200);
  expect((await init()).status).toBe(404);
  playing.child.kill('SIGTERM');
  const { code, stderr } = await playing.ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('(404 no-session)')]);
  expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
    sessions: [{ equal: true }],
    refused: [{ method: 'POST', why: 'no-session' }],
  });
});

test('a port that is none or is taken, a recording with gaps', async () => {
  const path = await file([...tape('whole', asked), ...tape('torn', [...asked, gap(3)])]);
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const taken = String((other.address() as AddressInfo).port);
  for (const [args, code] of [
    [['--http', '70000', '--session', 'whole'], 'wrong-usage'],
    [['--http', taken, '--session', 'whole'], 'port-in-use'],
    [['--http', '0'], 'ambiguous-session'],
    [['--http', '0', '--session', 'none'], 'unknown-session'],
    [['--http', '0', '--session', 'torn', '--strict'], 'incomplete-recording'],
  ] as const) {
    const ran = await wiretape(['replay', 'server', path, ...args]);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, '', expect.stringContaining(code)]);
  }
});
