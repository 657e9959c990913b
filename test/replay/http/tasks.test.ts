// Tasks (2025-11-25): the call is answered with a task, which the client polls and which asks back, over HTTP.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import { standIn, transcriptOf } from '../../../replay/index.ts';
import { everything } from '../../tap/http/kit.ts';
import { type Fetch, over, recorded } from './kit.ts';

test('a task of server-everything is polled, asks back and ends as it did', async () => {
  const url = await everything('streamableHttp');
  const talk = async (fetch: Fetch): Promise<unknown> => {
    const client = new Client(
      { name: 'tasks', version: '1.0.0' },
      { capabilities: { elicitation: {} } },
    );
    client.setRequestHandler(ElicitRequestSchema, () => ({
      action: 'accept' as const,
      content: { interpretation: 'technical' },
    }));
    await client.connect(over(1, url, fetch) as never);
    await client.listTools();
    const told: unknown[] = [];
    const params = {
      name: 'simulate-research-query',
      arguments: { topic: 'taps', ambiguous: true },
    };
    for await (const one of client.experimental.tasks.callToolStream(params)) told.push(one);
    await client.close();
    return JSON.parse(JSON.stringify(told));
  };
  const { entries, results } = await recorded('everything', fetch, talk);
  const methods = entries.flatMap((entry) =>
    entry.type === 'message' ? [(entry.value as { method?: string }).method] : [],
  );
  expect(methods).toEqual(
    expect.arrayContaining(['tasks/get', 'tasks/result', 'elicitation/create']),
  );
  const server = standIn(entries);
  expect(await talk(server.fetch)).toEqual(results);
  expect(server.report()).toMatchObject({ equal: true, misses: [], differences: [], withheld: [] });
  expect(server.transcript()).toEqual(transcriptOf(entries));
});
