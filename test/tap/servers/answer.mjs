// Answers every request at once, but for those of the method `hang`.
import process from 'node:process';
import { createInterface } from 'node:readline';

const server = { serverInfo: { name: 'answer', version: '1.0.0' }, protocolVersion: '2025-11-25' };
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined || method === 'hang') return;
  const result = method === 'initialize' ? server : {};
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
});
