// A file server that keeps every edit: server-filesystem's edit_file, write_file and read_text_file,
// with the read, change and write of a file under one lock.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { withLock } from './lock.mjs';

const text = { type: 'string' };
const edit = {
  type: 'object',
  properties: { oldText: text, newText: text },
  required: ['oldText', 'newText'],
};
const closed = { openWorldHint: false };

const tools = [
  {
    name: 'edit_file',
    inputSchema: {
      type: 'object',
      properties: {
        path: text,
        edits: { type: 'array', items: edit },
        dryRun: { type: 'boolean', default: false },
      },
      required: ['path', 'edits'],
    },
    annotations: { ...closed, readOnlyHint: false, destructiveHint: true },
  },
  {
    name: 'write_file',
    inputSchema: {
      type: 'object',
      properties: { path: text, content: text },
      required: ['path', 'content'],
    },
    annotations: { ...closed, readOnlyHint: false, destructiveHint: true },
  },
  {
    name: 'read_text_file',
    inputSchema: {
      type: 'object',
      properties: { path: text, head: { type: 'number' }, tail: { type: 'number' } },
      required: ['path'],
    },
    annotations: { ...closed, readOnlyHint: true },
  },
];

const server = new Server(
  { name: 'secure-filesystem-server', version: '0.2.0' },
  { capabilities: { tools: {} } },
);
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
  const args = params.arguments ?? {};
  return withLock(`${args.path}.lock`, () => act(params.name, args));
});

async function act(name, args) {
  if (name === 'write_file') {
    await save(args.path, args.content);
    return answer(`Successfully wrote to ${args.path}`);
  }
  const before = await readFile(args.path, 'utf8');
  if (name === 'read_text_file') return answer(before);
  let content = before;
  for (const { oldText, newText } of args.edits) {
    if (!content.includes(oldText))
      return { ...answer(`Could not find ${oldText}`), isError: true };
    content = content.replace(oldText, () => newText);
  }
  await save(args.path, content);
  return answer(args.edits.map(({ oldText, newText }) => `-${oldText}\n+${newText}`).join('\n'));
}

async function save(path, content) {
  const fresh = `${path}.${process.pid}.tmp`;
  await writeFile(fresh, content);
  await rename(fresh, path);
}

function answer(content) {
  return { content: [{ type: 'text', text: content }], structuredContent: { content } };
}

await server.connect(new StdioServerTransport());
