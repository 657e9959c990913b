// A small agent over two servers. Where a real one asks its model what to do next, this one knows.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

export interface Servers {
  readonly filesystem: Transport;
  readonly memory: Transport;
}

/** Reads every note in the folder, remembers each, and writes an index of what is remembered. */
export async function fileNotes(servers: Servers): Promise<string> {
  const files = await connect(servers.filesystem);
  const memory = await connect(servers.memory);
  const listing = await call(files, 'list_directory', { path: '.' });
  const names = [...listing.matchAll(/^\[FILE\] (.+\.md)$/gm)].map((match) => match[1] ?? '');
  const notes = await Promise.all(
    names.map(async (path) => ({ path, text: await call(files, 'read_text_file', { path }) })),
  );
  for (const { path, text } of notes) {
    const entity = { name: path, entityType: 'note', observations: [text.trim()] };
    await call(memory, 'create_entities', { entities: [entity] });
  }
  const graph = JSON.parse(await call(memory, 'read_graph', {}));
  const index = graph.entities.map(
    (entity: { name: string; observations: string[] }) =>
      `${entity.name}: ${entity.observations[0]}`,
  );
  await call(files, 'write_file', { path: 'index.txt', content: `${index.join('\n')}\n` });
  await Promise.all([files.close(), memory.close()]);
  return index.join('\n');
}

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'file-notes', version: '1.0.0' });
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
