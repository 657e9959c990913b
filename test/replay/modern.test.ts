// The stateless era, 2026-07-28: discovery, requests that carry their revision, rounds, subscriptions.
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { type StandInTransport, standIn, transcriptOf } from '../../replay/index.ts';
import { capture } from './capture.ts';
import { plain } from './scenarios.ts';

async function run(transport: StandInTransport): Promise<unknown[]> {
  const client = new Client(
    { name: 'modern-client', version: '1.0.0' },
    { capabilities: { elicitation: {} }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada' },
  }));
  let count = 0;
  client.setNotificationHandler('notifications/tools/list_changed', () => {
    count++;
  });
  await client.connect(transport);
  await client.listen({ toolsListChanged: true });
  const results = [
    await client.callTool({ name: 'greet', arguments: {} }),
    await client.callTool({ name: 'grow', arguments: {} }),
  ];
  await expect.poll(() => count).toBe(1);
  results.push(await client.callTool({ name: 'grow', arguments: {} }));
  await expect.poll(() => count).toBe(2);
  await client.close();
  return plain(results);
}

test('rounds and subscriptions are played to a client of the stateless era', async () => {
  const program = fileURLToPath(new URL('modern-server.mjs', import.meta.url));
  const captured = capture('modern', { command: process.execPath, args: [program] });
  const results = await run(captured.transport);
  const entries = await captured.entries();
  const methods = entries.flatMap((entry) =>
    entry.type === 'message' ? [(entry.value as { method?: string }).method] : [],
  );
  expect(methods).toEqual(
    expect.arrayContaining([
      'server/discover',
      'subscriptions/listen',
      'notifications/tools/list_changed',
    ]),
  );
  expect(methods.filter((method) => method === 'tools/call')).toHaveLength(4);

  const server = standIn(entries);
  expect(await run(server.transport())).toEqual(results);
  expect(server.report()).toMatchObject({ misses: [], differences: [] });
  expect(server.transcript()).toEqual(transcriptOf(entries));
});
