// A server that answers `initialize` as it should, and then does what its argument says.

import process from 'node:process';
import { createInterface } from 'node:readline';

const how = process.argv[2];
const write = (text) => process.stdout.write(`${text}\n`);
const say = (message) => write(JSON.stringify({ jsonrpc: '2.0', ...message }));
const answer = (id, text) => say({ id, result: { content: [{ type: 'text', text }] } });

/** What is done with a call, by the argument. */
const DOES = {
  garbage(id, name) {
    write('Listening on port 3000');
    write('');
    write('{"jsonrpc":"2.0","id":1,"result":{}},"from":"client","type":"exit","x":1');
    answer(id, name);
  },
  silent() {},
  leaves(id, name) {
    if (name === 'b') process.exit(3);
    answer(id, name);
  },
  'wrong-id'(id, name) {
    answer(String(id), name);
    answer(id + 1000, name);
  },
  twice(id, name) {
    answer(id, name);
    answer(id, `${name} again`);
  },
  huge(id, name) {
    if (name === 'a') write('x'.repeat(66 * 1024 * 1024));
    answer(id, name);
  },
  deep(id, name) {
    write(`{"jsonrpc":"2.0","method":"x","params":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    answer(id, name);
  },
  proto(id, name) {
    write(
      `{"jsonrpc":"2.0","id":${id},"result":{"__proto__":{"a":1},"content":[{"type":"text","text":"${name}"}]}}`,
    );
  },
  escape(id, name) {
    answer(id, `\u001b[2J\u202e${name}`);
  },
  flood() {
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } })}\n`;
    const block = line.repeat(1000);
    const more = () => {
      while (process.stdout.write(block));
      process.stdout.once('drain', more);
    };
    more();
  },
  asks(id, name) {
    say({ id: 'q', method: 'elicitation/create', params: { message: 'What now?' } });
    answer(id, name);
  },
  stays(id, name) {
    answer(id, name);
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') {
    const { protocolVersion } = params;
    const serverInfo = { name: 'test-server', version: '1.0.0' };
    if (how !== 'mute')
      say({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/call') DOES[how](id, params.name);
});
