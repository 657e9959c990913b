// The server behind the HTTP lines of bench/http.mjs: as little MCP as its peers need, so that what is measured is
// the way to it. tools/call answers one text; with `events` in its arguments it streams so many before.
import { createServer } from 'node:http';
import process from 'node:process';

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  /** @type {Buffer[]} */
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => answer(JSON.parse(Buffer.concat(parts).toString()), response));
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});

/** @param {any} message @param {import('node:http').ServerResponse} response */
function answer({ id, method, params }, response) {
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const events = params?.arguments?.events ?? 0;
  const text = JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(method, params) });
  if (events === 0) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = `event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"${'x'.repeat(100)}"}}\n\n`;
  let left = events;
  const write = () => {
    while (left > 0) {
      left--;
      if (!response.write(event)) {
        response.once('drain', write);
        return;
      }
    }
    response.end(`event: message\ndata: ${text}\n\n`);
  };
  write();
}

/** @param {string} method @param {any} params */
function resultOf(method, params) {
  if (method !== 'initialize') return { content: [{ type: 'text', text: 'x'.repeat(100) }] };
  return {
    protocolVersion: params.protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'bench', version: '1.0.0' },
  };
}
