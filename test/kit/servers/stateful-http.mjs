// An MCP server of SDK 1.32 over stateful Streamable HTTP on a free port of loopback, which it prints. Its tool
// `echo` answers when two calls are there, so that both are surely unanswered together.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const transports = new Map();
let waiting = [];

function start() {
  const info = { name: 'pairs', version: '1.0.0' };
  const server = new Server(info, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    await new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < 2) return;
      for (const go of waiting) go();
      waiting = [];
    });
    return { content: [{ type: 'text', text: `Echo: ${params.arguments.message}` }] };
  });
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => transports.set(id, transport),
  });
  return server.connect(transport).then(() => transport);
}

const front = createServer(async (request, response) => {
  const known = transports.get(request.headers['mcp-session-id']);
  await (known ?? (await start())).handleRequest(request, response);
});
front.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${front.address().port}/mcp\n`);
});
