// The peer of F1: a proxy made of the SDK's own transports, which parses and writes every message anew.
import process from 'node:process';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const [command = '', ...args] = process.argv.slice(2);
const server = new StdioClientTransport({ command, args });
const client = new StdioServerTransport();
server.onmessage = (message) => void client.send(message);
client.onmessage = (message) => void server.send(message);
server.onclose = () => process.exit(0);
process.stdin.on('end', () => void server.close());
await server.start();
await client.start();
