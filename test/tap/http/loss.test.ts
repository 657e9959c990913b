// The HTTP tap when things go wrong on its own side: nothing of that is the traffic's concern.

import { writeFile } from 'node:fs/promises';
import { Agent, request as send } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Entry, MessageEntry } from '../../../model/entry.ts';
import { inOrder, journal, temporaryFolder, until } from '../kit.ts';
import { bodyOf, json, rpc, tapAt, upstream } from './kit.ts';

async function echo() {
  return await upstream(async (request, response) => {
    const { id } = JSON.parse(String(await bodyOf(request)));
    json(response, { jsonrpc: '2.0', id, result: { id } });
  });
}

function ids(entries: readonly Entry[], from: string): unknown[] {
  return inOrder(entries)
    .filter((entry): entry is MessageEntry => entry.type === 'message' && entry.from === from)
    .map(({ value }) => (value as { id: unknown }).id);
}

test('a killed tap has recorded what it passed on a turn before', async () => {
  const far = await echo();
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state);
  const count = 50;
  for (let id = 0; id < count; id++) await rpc(tap.url, { id, method: 'ping' });
  await tap.end('SIGKILL');
  const { entries, problems } = await journal(state);
  const all = Array.from({ length: count }, (_, id) => id);
  expect(ids(entries, 'client')).toEqual(all);
  // The client may have had the last answer in the turn in which the tap died.
  expect(ids(entries, 'server').slice(0, count - 1)).toEqual(all.slice(0, -1));
  expect(problems.filter(({ kind }) => kind !== 'torn')).toEqual([]);
});

test('a tap that nobody listens to any more passes on, and ends when it is told to', async () => {
  const far = await echo();
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  // What it has to say of its state folder comes with the first exchange.
  const tap = await tapAt(far.url, file);
  tap.deafen();
  for (let id = 0; id < 20; id++)
    expect((await rpc(tap.url, { id, method: 'ping' })).status).toBe(200);
  expect(await tap.end()).toBe(0);
});

test('a state folder that cannot be written costs the traffic nothing, and is said once', async () => {
  const far = await echo();
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const tap = await tapAt(far.url, file);
  for (let id = 0; id < 20; id++) {
    const { status, body } = await rpc(
      tap.url,
      { id, method: 'ping' },
      { 'mcp-session-id': `s${id % 3}` },
    );
    expect([status, JSON.parse(String(body)).id]).toEqual([200, id]);
  }
  await until(() => tap.said().includes('[unwritable-folder]'));
  expect(await tap.end()).toBe(0);
  expect(tap.said().match(/\[unwritable-folder\]/g)).toHaveLength(1);
});

test('a client that reads slowly holds the server back, and gets everything', async () => {
  const size = 64 << 20;
  let passed = 0;
  const far = await upstream((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const block = `data: {"x":"${'y'.repeat(65_000)}"}\n\n`;
    const write = (): void => {
      while (passed < size) {
        passed += block.length;
        if (!response.write(block)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  });
  const tap = await tapAt(far.url, await temporaryFolder());
  let got = 0;
  const client = send(tap.url, { method: 'POST', agent: new Agent() });
  client.end('{"jsonrpc":"2.0","id":1,"method":"x"}');
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) => {
    client.on('response', resolve);
  });
  response.pause();
  // Nobody reads: what is on its way stops growing far below what is to come.
  let before = -1;
  await until(async () => {
    const isStill = passed === before;
    before = passed;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return isStill && passed > 0;
  });
  expect(passed).toBeLessThan(size / 2);
  for await (const part of response) got += (part as Buffer).length;
  expect(got).toBe(passed);
  await tap.end();
});
