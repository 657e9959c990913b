// One server of both eras, over stdio and over HTTP: what was recorded there is driven there, with
// rounds whose state the server signs anew, subscriptions, progress, logs and headers of arguments.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { readRecording } from '../../../model/recording.ts';
import { callNamed } from '../../../replay/client/index.ts';
import type { RecordedSession } from '../../../replay/index.ts';
import { tapFetch } from '../../../tap/index.ts';
import { type Folder, ROOT, temporaryFolder } from '../../cli/wiretape.ts';
import { capture } from '../capture.ts';
import { replayWith } from './direct.ts';

const ERAS = ['legacy', '2026-07-28'] as const;
type Era = (typeof ERAS)[number];

const script = join(ROOT, 'test/kit/servers/dual-era.mjs');
const command = [process.execPath, script, '--stdio'];
let folder: Folder;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder[Symbol.asyncDispose]());

async function converse(era: Era, transport: object): Promise<void> {
  const client = new Client(
    { name: 'both', version: '1.0.0' },
    {
      capabilities: { elicitation: {}, sampling: {}, roots: {} },
      ...(era === 'legacy' ? {} : { versionNegotiation: { mode: { pin: era } } }),
    },
  );
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada', color: 'blue', ok: true },
  }));
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///project' }] }));
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    content: { type: 'text', text: 'Paris' },
    model: 'none',
  }));
  let changes = 0;
  client.setNotificationHandler('notifications/tools/list_changed', () => {
    changes++;
  });
  await client.connect(transport as never);
  if (era !== 'legacy') await client.listen({ toolsListChanged: true });
  await client.listTools();
  const call = (name: string, args: object = {}) =>
    client.callTool({ name, arguments: { ...args } });
  await call('test_simple_text');
  await client.callTool({ name: 'test_tool_with_progress' }, { onprogress: () => {} });
  await call('test_tool_with_logging');
  await call('test_header_param', { region: 'köln' });
  await call('test_error_handling');
  // The stream breaks off before the answer, and is resumed.
  if (era === 'legacy') await call('test_reconnection');
  await call('test_input_required_result_multi_round');
  await call('test_input_required_result_multiple_inputs');
  await call('test_trigger_tool_change');
  await vi.waitFor(() => expect(changes).toBeGreaterThan(0));
  await Promise.all([call('test_simple_text'), call('test_multiple_content_types')]);
  await client.readResource({ uri: 'test://static-text' });
  await client.close();
}

async function recordStdio(era: Era): Promise<Entry[]> {
  const captured = capture('both', { command: process.execPath, args: [script, '--stdio'] });
  await converse(era, captured.transport);
  return captured.entries();
}

interface Served extends AsyncDisposable {
  readonly url: URL;
}

async function serve(): Promise<Served> {
  const server = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [address] = await once(createInterface({ input: server.stdout }), 'line');
  return {
    url: new URL(address),
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await once(server, 'close');
    },
  };
}

async function recordHttp(era: Era): Promise<readonly Entry[]> {
  await using served = await serve();
  const record = join(folder.path, `${era}.tape.jsonl`);
  const state = join(folder.path, 'state');
  const fetch = tapFetch(globalThis.fetch, { name: 'both', state, record });
  await converse(era, new StreamableHTTPClientTransport(served.url, { fetch }));
  await fetch.close();
  const recording = readRecording(await readFile(record));
  if (!recording.ok) throw new Error(recording.detail);
  return recording.entries;
}

describe.each(ERAS)('%s', (era) => {
  let overStdio: readonly Entry[];
  let overHttp: readonly Entry[];

  beforeAll(async () => {
    overStdio = await recordStdio(era);
    overHttp = await recordHttp(era);
  });

  test('recorded over stdio, driven over stdio', async () => {
    const report = await replayWith(overStdio, command);
    expect(report.differences).toEqual([]);
    expect(report.coverage.sent).toBe(report.coverage.recorded);
    // The state of a round is signed with a key of the process, and goes back as it came this time.
    if (era !== 'legacy') expect(report.rebound.length).toBeGreaterThanOrEqual(3);
    else expect(report.coverage.questions).toBeGreaterThanOrEqual(5);
  });

  test('recorded over HTTP, driven over HTTP', async () => {
    await using served = await serve();
    const report = await replayWith(overHttp, served.url);
    expect(report.differences).toEqual([]);
    expect(report.coverage.sent).toBe(report.coverage.recorded);
  });

  test('one call alone over HTTP, with the header that its schema asks for', async () => {
    await using served = await serve();
    const only = (session: RecordedSession) => callNamed([session], 'test_header_param').call;
    const report = await replayWith(overHttp, served.url, { only });
    expect(report).toMatchObject({ equal: true, coverage: { sent: 1, compared: 1 } });
    expect(report.answer?.live).toContain('köln');
  });

  test('recorded over stdio, driven over HTTP: in the recorded order, one by one, as early as can be', async () => {
    await using served = await serve();
    const report = await replayWith(overStdio, served.url);
    expect(report.differences).toEqual([]);
    await using other = await serve();
    const serial = await replayWith(overStdio, other.url, { overlap: 'serial' });
    expect(serial.differences).toEqual([]);
    await using third = await serve();
    const early = await replayWith(overStdio, third.url, { overlap: 'max' });
    // What a call sees may depend on calls that it overtakes now; but each is made, and answered.
    expect(early).not.toHaveProperty('broken');
    expect(early.coverage).toMatchObject({
      sent: early.coverage.recorded,
      compared: serial.coverage.compared,
    });
  });
});
