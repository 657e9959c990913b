/** What a client of either SDK says to the fixture of both eras in a revision, and hears. */
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';
import type { StandInTransport } from '../../../replay/index.ts';
import type { Version } from '../clients.ts';
import { plain } from '../scenarios.ts';

export const MODERN = '2026-07-28';
export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', MODERN] as const;
export type Revision = (typeof REVISIONS)[number];

const info = { name: 'matrix', version: '1.0.0' };
const capabilities = { elicitation: { form: {} }, sampling: {} };
const elicited = {
  action: 'accept' as const,
  content: { username: 'ada', email: 'a@example.org' },
};
const sampled = {
  role: 'assistant' as const,
  model: 'none',
  content: { type: 'text' as const, text: 'Paris' },
};
const WATCHED = 'test://watched-resource';

/** Talks and closes; gives all that was heard, as JSON. */
export async function converse(
  version: Version,
  revision: Revision,
  transport: StandInTransport,
): Promise<unknown> {
  const heard = { logs: 0, updates: 0 };
  const client = version === 1 ? clientV1(heard) : clientV2(heard, revision);
  await client.connect(speaking(revision, transport) as never);
  const progress: unknown[] = [];
  const onprogress = (one: unknown) => void progress.push(one);
  const call = (name: string, args: object = {}) =>
    client.callTool({ name, arguments: { ...args } });
  const slow = { name: 'test_tool_with_progress', arguments: {} };
  if (revision === MODERN) await (client as ClientV2).listen({ resourceSubscriptions: [WATCHED] });
  else await client.subscribeResource({ uri: WATCHED });
  const results = [
    (await client.listTools()).tools.map(({ name }) => name),
    await (client instanceof ClientV1
      ? client.callTool(slow, undefined, { onprogress })
      : client.callTool(slow, { onprogress })),
    await call('test_elicitation', { message: 'Who?' }),
    await call('test_sampling', { prompt: 'Where?' }),
    await call('test_error_handling'),
    await client.listPrompts(),
    await client.readResource({ uri: 'test://static-text' }),
    await call('test_trigger_resource_change'),
  ];
  await expect.poll(() => heard.updates, { timeout: 20_000 }).toBe(1);
  const overlapping = ['test_simple_text', 'test_multiple_content_types', 'test_simple_text'];
  results.push(...(await Promise.all(overlapping.map((name) => call(name)))));
  if (revision !== MODERN) {
    await client.setLoggingLevel('debug');
    results.push(await call('test_tool_with_logging'));
    await expect.poll(() => heard.logs, { timeout: 20_000 }).toBe(3);
  }
  await client.close();
  return plain([results, progress.length, heard]);
}

function clientV1(heard: { logs: number; updates: number }): ClientV1 {
  const client = new ClientV1(info, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, () => elicited);
  client.setRequestHandler(CreateMessageRequestSchema, () => sampled);
  client.setNotificationHandler(LoggingMessageNotificationSchema, () => void heard.logs++);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => void heard.updates++);
  return client;
}

function clientV2(heard: { logs: number; updates: number }, revision: Revision): ClientV2 {
  const mode = revision === MODERN ? { pin: MODERN } : ('legacy' as const);
  const client = new ClientV2(info, { capabilities, versionNegotiation: { mode } });
  client.setRequestHandler('elicitation/create', () => elicited);
  client.setRequestHandler('sampling/createMessage', () => sampled);
  client.setNotificationHandler('notifications/message', () => void heard.logs++);
  client.setNotificationHandler('notifications/resources/updated', () => void heard.updates++);
  return client;
}

/** Lets a client of the older era ask for another revision than its newest; it takes what it gets. */
function speaking(revision: Revision, transport: StandInTransport): StandInTransport {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const asked = message as { method?: string; params?: object };
    if (asked.method !== 'initialize') return send(message, options);
    return send({ ...asked, params: { ...asked.params, protocolVersion: revision } }, options);
  };
  return transport;
}
