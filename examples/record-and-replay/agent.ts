// A small agent over three servers. Where a real one asks its model what to do next, this one knows.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export interface Servers {
  readonly filesystem: Transport;
  readonly memory: Transport;
  readonly everything: Transport;
}

/**
 * Reads every note in the folder, remembers each, and writes an index of what is remembered, under a
 * title for which a server asks the agent's own model.
 */
export async function fileNotes(servers: Servers, kind = 'note'): Promise<string> {
  const files = await connect(servers.filesystem);
  const memory = await connect(servers.memory);
  const everything = await connect(servers.everything);
  const listing = await call(files, 'list_directory', { path: '.' });
  const names = [...listing.matchAll(/^\[FILE\] (.+\.md)$/gm)].map((match) => match[1] ?? '');
  const notes = await Promise.all(
    names.map(async (path) => ({ path, text: await call(files, 'read_text_file', { path }) })),
  );
  for (const { path, text } of notes) {
    const entity = { name: path, entityType: kind, observations: [text.trim()] };
    await call(memory, 'create_entities', { entities: [entity] });
  }
  const graph = JSON.parse(await call(memory, 'read_graph', {}));
  const index = graph.entities.map(
    (entity: { name: string; observations: string[] }) =>
      `${entity.name}: ${entity.observations[0]}`,
  );
  const prompt = `A title for ${index.length} notes`;
  const sampled = await call(everything, 'trigger-sampling-request', { prompt, maxTokens: 20 });
  const title = /"text": "([^"]*)"/.exec(sampled)?.[1] ?? 'Notes';
  const text = [title, ...index].join('\n');
  await call(files, 'write_file', { path: 'index.txt', content: `${text}\n` });
  await Promise.all([files, memory, everything].map((client) => client.close()));
  return text;
}

async function connect(transport: Transport): Promise<Client> {
  const client = new Client(
    { name: 'file-notes', version: '1.0.0' },
    { capabilities: { sampling: {} } },
  );
  // The model of this agent.
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    model: 'none',
    role: 'assistant',
    content: { type: 'text', text: 'What the week holds' },
  }));
  await client.connect(transport);
  return client;
}

/** The text that a tool answers with. */
async function call(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  const result = await client.callTool({ name, arguments: args });
  const [content] = result.content as { type: string; text: string }[];
  if (result.isError) throw new Error(`${name}: ${content?.text}`);
  return content?.text ?? '';
}
