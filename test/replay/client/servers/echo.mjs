// A server that answers a call with its arguments, but for `ask`, which waits for the roots of its client.
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';

const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const { name, arguments: args } = params;
  if (name === 'ask') await server.request({ method: 'roots/list' }, EmptyResultSchema);
  return { content: [{ type: 'text', text: JSON.stringify(args) }] };
});
await server.connect(new StdioServerTransport());
process.stdin.on('end', () => process.exit(0));
