// An agent of this process: three stdio servers through taps, one HTTP server through its tap, and one server
// inside itself. It says its process id, works through all of them, and ends.
// node agent.mjs MAIN STATE HTTP-URL
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

const [main = '', state = '', url = ''] = process.argv.slice(2);
const { tapServer } = await import(new URL('../tap/index.js', `file://${main}`).href);
const packages = new URL('../../../node_modules/@modelcontextprotocol/', import.meta.url).pathname;

const stdio = ['everything', 'memory', 'filesystem'].map((name) => {
  const script = `${packages}server-${name}/dist/index.js`;
  const rest = name === 'filesystem' ? [state] : [];
  const args = [
    main,
    'tap',
    '--state',
    state,
    '--name',
    name,
    '--',
    process.execPath,
    script,
    ...rest,
  ];
  return new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' });
});
const [near, far] = InMemoryTransport.createLinkedPair();
const inside = tapServer(new McpServer({ name: 'inside', version: '1.0.0' }), {
  name: 'inside',
  state,
});
inside.registerTool('shout', {}, () => ({ content: [{ type: 'text', text: 'HELLO' }] }));
await inside.connect(far);

for (const transport of [...stdio, new StreamableHTTPClientTransport(new URL(url)), near]) {
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  await client.close();
}
process.stdout.write(String(process.pid));
