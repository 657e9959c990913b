// A server that answers a call with its arguments, but for `ask`, which waits for the roots of its client.

import process from 'node:process';
import { createInterface } from 'node:readline';

const say = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const serverInfo = { name: 'echo', version: '1.0.0' };

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') {
    const { protocolVersion } = params;
    say({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (params?.name === 'ask') say({ id: 'r', method: 'roots/list' });
  else if (method === 'tools/call') {
    say({ id, result: { content: [{ type: 'text', text: JSON.stringify(params.arguments) }] } });
  }
});
