// A host: an SDK client of one server, in a process of its own. Each line of its input is a call
// `{"name":…,"arguments":…}`, and for each a line with the result comes back, in the order of answers.

import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [name = 'host', command = '', ...args] = process.argv.slice(2);
const client = new Client({ name, version: '1.0.0' });
await client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));

const calls = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...call } = JSON.parse(line);
  calls.push(
    client
      .callTool(call)
      .then((result) => process.stdout.write(`${JSON.stringify({ id, result })}\n`)),
  );
}
await Promise.all(calls);
await client.close();
