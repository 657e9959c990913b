// A server whose tool `ask` asks for the roots of its client, as often as `argv[2]` says, and answers
// with what it got; `echo` answers at once. What is no call is not answered.

import process from 'node:process';
import { createInterface } from 'node:readline';

const times = Number(process.argv[2]);
const say = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const answer = (id, text) => say({ id, result: { content: [{ type: 'text', text }] } });
const serverInfo = { name: 'asks', version: '1.0.0' };
const waiting = new Map();
let asked = 0;

function ask(got, done) {
  if (got.length === times) return done(got);
  const id = `q${++asked}`;
  waiting.set(id, (said) => ask([...got, said], done));
  say({ id, method: 'roots/list' });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === 'initialize') {
    const { protocolVersion } = params;
    say({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (params?.name === 'ask') {
    ask([], (got) => answer(id, got.join(' ')));
  } else if (method === 'tools/call') answer(id, 'echo');
  else waiting.get(id)?.(result ? result.roots[0].uri : `error ${error.code}`);
});
