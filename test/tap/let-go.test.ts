// Invariant: a session that ends while no collector answers is in the next one's store, although the process of its tap
// lives on for days: its journal says by its name that nothing more will be written to it.

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from '../../collector/index.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { ask, bodyOf, json, type RunningTap, rpc, tapAt, upstream } from './http/kit.ts';
import { isAlive, outcome, run, start, tapped, temporaryFolder, until } from './kit.ts';

const INITIALIZE = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {} },
};

/** A tap in front of a server that names its sessions and answers everything. */
async function tapOfSessions(state: string): Promise<RunningTap> {
  let count = 0;
  const far = await upstream(async (request, response) => {
    const text = String(await bodyOf(request));
    const headers = text.includes('initialize') ? { 'mcp-session-id': `s${++count}` } : {};
    json(response, { jsonrpc: '2.0', id: JSON.parse(text || '{}').id, result: {} }, headers);
  });
  return tapAt(far.url, state, ['--name', 'shop']);
}

async function say(tap: RunningTap, session: string, calls: number): Promise<void> {
  for (let id = 1; id <= calls; id++) {
    await rpc(tap.url, { id, method: 'ping' }, { 'mcp-session-id': session });
  }
}

function end(tap: RunningTap, session: string): Promise<unknown> {
  return ask(tap.url, { method: 'DELETE', headers: { 'mcp-session-id': session } });
}

async function collect(state: string) {
  const collector = await startCollector({ state, port: 0, version: '0.0.0-test' });
  onTestFinished(() => collector.close());
  return {
    close: () => collector.close(),
    async sessions(): Promise<readonly SessionSummary[]> {
      const answer = await ask(`${collector.address}/api/sessions`, {
        method: 'GET',
        headers: { authorization: `Bearer ${collector.token}` },
      });
      return JSON.parse(String(answer.body));
    },
  };
}

const journalNames = (state: string) => readdir(join(state, 'journal')).catch(() => []);

test('one that ended before there was a collector', async () => {
  const state = await temporaryFolder();
  const tap = await tapOfSessions(state);
  await rpc(tap.url, INITIALIZE);
  await say(tap, 's1', 17);
  await end(tap, 's1');
  await until(async () =>
    (await journalNames(state)).some((name) => name.endsWith('.ended.journal')),
  );
  const collector = await collect(state);
  const [found] = await until(async () => {
    const all = await collector.sessions();
    return all.length > 0 ? all : undefined;
  });
  expect(found).toMatchObject({ name: 'shop', callCount: 18, phase: 'ended', openCount: 0 });
  await until(async () => (await journalNames(state)).length === 0);
  expect(await isAlive(tap.pid)).toBe(true);
  await tap.end();
});

test('one that ended while the collector was away, and was in its store by half', async () => {
  const state = await temporaryFolder();
  const tap = await tapOfSessions(state);
  const first = await collect(state);
  await rpc(tap.url, INITIALIZE);
  await say(tap, 's1', 10);
  await until(async () => (await first.sessions())[0]?.callCount === 11);
  await first.close();
  await say(tap, 's1', 10);
  await end(tap, 's1');
  const second = await collect(state);
  await until(async () => (await second.sessions())[0]?.phase === 'ended');
  const all = await second.sessions();
  expect(all).toMatchObject([{ callCount: 21, openCount: 0, lostCount: 0 }]);
  expect(await isAlive(tap.pid)).toBe(true);
  await tap.end();
});

test('a folder that was deleted under the tap is no reason to run no server', async () => {
  const state = await temporaryFolder();
  const folder = join(state, 'gone');
  await mkdir(folder);
  const command = await tapped(['sh', '-c', 'echo hi'], { state });
  const child = start(['sh', '-c', 'cd "$0" && rmdir "$0" && exec "$@"', folder, ...command]);
  const ended = outcome(child);
  child.stdin.end();
  const { code, stdout } = await ended;
  expect([code, String(stdout)]).toEqual([0, 'hi\n']);
  expect(await journalNames(state)).toHaveLength(1);
});

test('a place that takes no folder and denies that it is there', async () => {
  const { code, stdout, stderr } = await run(await tapped(['cat'], { state: '/proc/nope' }), {
    input: 'hi\n',
  });
  expect([code, String(stdout)]).toEqual([0, 'hi\n']);
  expect(String(stderr)).toContain('Nothing is recorded: /proc/nope cannot be written');
});
