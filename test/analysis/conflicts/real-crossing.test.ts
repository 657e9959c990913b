// Answers that cross in a released server: SDK 1.32 over stateful HTTP gives the answer to one request to another
// one with the same id. Recorded by our tap; nothing here knows which of the two gets which.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { analyse } from '../../../analysis/index.ts';
import { viewsOf } from '../../../model/view.ts';
import { headerOf } from '../../../tap/http/headers.ts';
import { rpc, tapAt } from '../../tap/http/kit.ts';
import { journals, temporaryFolder } from '../../tap/kit.ts';

async function pairs(): Promise<string> {
  const script = join(import.meta.dirname, '..', '..', 'kit', 'servers', 'stateful-http.mjs');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return String(line).trim();
}

const accept = 'application/json, text/event-stream';

/** Two calls at once with these ids; gives what analysis says of crossed answers, and what was heard. */
async function calledAtOnce(ids: readonly [number, number]) {
  const state = await temporaryFolder();
  const tap = await tapAt(await pairs(), state);
  const hello = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'two-at-once', version: '1' },
  };
  const opened = await rpc(tap.url, { id: 0, method: 'initialize', params: hello }, { accept });
  const headers = {
    accept,
    'content-type': 'application/json',
    'mcp-session-id': headerOf(opened.headers, 'mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  };
  await rpc(tap.url, { method: 'notifications/initialized' }, headers);
  const end = new AbortController();
  const answers = ['alpha from the first', 'beta from the second'].map(async (message, at) => {
    const params = { name: 'echo', arguments: { message } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: ids[at], method: 'tools/call', params });
    const response = await fetch(tap.url, { method: 'POST', headers, body, signal: end.signal });
    return `${message}: ${await response.text()}`;
  });
  const heard = ids[0] === ids[1] ? [await Promise.any(answers)] : await Promise.all(answers);
  end.abort();
  await Promise.allSettled(answers);
  await tap.end();
  const views = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
  return { heard, findings: analyse(views).filter(({ severity }) => severity === 'critical') };
}

test('one id for two requests on two exchanges: one gets the answer of the other', async () => {
  const { heard, findings } = await calledAtOnce([7, 7]);
  expect(heard.join()).toContain('beta from the second: ');
  expect(heard.join()).toContain('Echo: alpha from the first');
  expect(findings).toMatchObject([
    {
      rule: 'crossed-response',
      tier: 'PROVEN',
      message: expect.stringContaining('“alpha from the first”'),
    },
    { rule: 'id-reused-in-flight' },
  ]);
});

test('two ids: each gets its own, and there is nothing to say', async () => {
  const { heard, findings } = await calledAtOnce([7, 8]);
  expect(heard[0]).toContain('Echo: alpha from the first');
  expect(heard[1]).toContain('Echo: beta from the second');
  expect(findings).toEqual([]);
});
