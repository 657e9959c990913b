// The other end of the measurement: a server of the SDK that answers with as much text as it is asked for.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } });
/** @type {Map<number, string>} */
const fillings = new Map();

server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
  content: [{ type: 'text', text: filling(Number(params.arguments?.['size'])) }],
}));
await server.connect(new StdioServerTransport());

/** Text as tools give it: words, numbers, lines. @param {number} size */
function filling(size) {
  let text = fillings.get(size);
  if (text === undefined) {
    text = '';
    for (let at = 0; text.length < size; at++)
      text += `line ${at}: the quick brown fox ${at * 7919}\n`;
    text = text.slice(0, size);
    fillings.set(size, text);
  }
  return text;
}
