/** A client of SDK v2 and the fixture of both eras, which asks back: by requests in the older era, by rounds in the newer one. */
import { Client } from '@modelcontextprotocol/client';
import { expect } from 'vitest';
import { viewsOf } from '../../model/view.ts';
import { journals } from './kit.ts';

const info = { name: 'some-client', version: '1.0.0' };

/** The ways in which a client finds its era; `modern` takes no other one. */
export const ERAS = ['legacy', 'auto', 'modern'] as const;
export type Era = (typeof ERAS)[number];

export const MODERN = { pin: '2026-07-28' };

/** What a client of this kind hears over a transport. */
export async function askedBack(era: Era, transport: unknown): Promise<unknown> {
  const client = new Client(info, {
    capabilities: { elicitation: { form: {} }, sampling: {} },
    versionNegotiation: { mode: era === 'modern' ? MODERN : era },
  });
  client.setRequestHandler('elicitation/create', async () => {
    return { action: 'accept', content: { username: 'ada', email: 'ada@example.org' } };
  });
  client.setRequestHandler('sampling/createMessage', async () => {
    return { role: 'assistant', model: 'none', content: { type: 'text', text: 'Paris' } };
  });
  await client.connect(transport as never);
  const progress: unknown[] = [];
  const onprogress = (one: unknown) => void progress.push(one);
  const heard = [
    (await client.listTools()).tools.map(({ name }) => name),
    await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, { onprogress }),
    await client.callTool({ name: 'test_elicitation', arguments: { message: 'Who?' } }),
    await client.callTool({ name: 'test_sampling', arguments: { prompt: 'Where?' } }),
    await client.callTool({ name: 'test_error_handling', arguments: {} }),
    (await client.listPrompts()).prompts.length,
    (await client.listResources()).resources.length,
  ];
  await client.close();
  return [heard, progress];
}

/** All of it is recorded, in the era that was found, and nothing that cannot be placed. */
export async function recordedWhole(era: Era, state: string): Promise<void> {
  const sessions = (await journals(state)).flatMap(({ entries }) => viewsOf(entries));
  const calls = sessions.flatMap(({ session }) => session.calls);
  const methods = new Set(calls.map(({ method }) => method));
  expect(methods.has('server/discover')).toBe(era !== 'legacy');
  expect(methods.has('initialize')).toBe(era === 'legacy');
  expect(methods.has('elicitation/create')).toBe(era === 'legacy');
  const asked = calls.filter(({ method }) => method === 'tools/call');
  expect(asked.length).toBeGreaterThanOrEqual(4);
  expect(asked.filter(({ state: how }) => how !== 'answered')).toEqual([]);
  expect(sessions.flatMap(({ session }) => session.anomalies)).toEqual([]);
}
