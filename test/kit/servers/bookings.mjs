// A small MCP server of the SDK that takes its time over a booking: `add_booking` waits until `let_on` is called.
// It pays no heed to a cancellation, unless its argument says `heeds`.
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const heeds = process.argv[2] === 'heeds';
const bookings = [];
const waiting = [];

const tools = {
  list_bookings: () => bookings.join('\n') || 'none',
  let_on: () => {
    for (const go of waiting.splice(0)) go();
    return 'on it goes';
  },
  async add_booking({ guest }, { signal }) {
    await new Promise((resolve) => waiting.push(resolve));
    if (heeds && signal.aborted) return 'not booked';
    bookings.push(guest);
    return `Booked for ${guest}`;
  },
};

const server = new Server({ name: 'bookings', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: Object.keys(tools).map((name) => ({ name, inputSchema: { type: 'object' } })),
}));
server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
  const text = await tools[params.name](params.arguments ?? {}, extra);
  return { content: [{ type: 'text', text }] };
});
await server.connect(new StdioServerTransport());
