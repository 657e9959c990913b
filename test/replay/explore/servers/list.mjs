// A list of words kept in a file, as a server without an SDK, so that it starts at once:
//   list.mjs FILE racy|locked|random|silent|garbage|endless|dies [http]
// `racy` reads, waits, and writes; `locked` does one after the other; `random` answers by chance.
// `crowded` loses what is the fifth at once.
// `late` loses nothing but what is written while it waits for an answer of its client. With `http` it
// is reached at a free port of loopback, which it prints. LIST_VERSION is the version that it names.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const [file, how, reached] = process.argv.slice(2);
const load = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
const save = (words) => writeFileSync(file, JSON.stringify(words));

let running = 0;

async function change(make) {
  const isLost = ++running > 4 && how === 'crowded';
  if (how === 'crowded') await delay(5);
  running--;
  if (isLost) return make(load()).answer;
  const words = load();
  if (how === 'racy') await delay(5);
  const { now, answer } = make(words);
  save(now);
  return answer;
}

const questions = new Map();

const acts = {
  /** Reads, asks its client for roots, and writes. */
  put_asked: async ({ word }) => {
    const words = load();
    await new Promise((resolve) => {
      const id = `roots ${word}`;
      questions.set(id, resolve);
      process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'roots/list' })}\n`);
    });
    save([...words, { word }]);
    return { put: word };
  },
  /** Takes longer before it reads than calls are kept apart by chance. */
  put_later: async ({ word }) => {
    await delay(200);
    save([...load(), { word }]);
    return { put: word };
  },
  /** Writes only what it is given by another server, or by itself. */
  put_known: ({ key }) =>
    change((words) => ({ now: [...words, { word: key }], answer: { put: key } })),
  add: ({ word }) =>
    change((words) => ({ now: [...words, { word }], answer: { count: words.length + 1 } })),
  put: ({ word }) => change((words) => ({ now: [...words, { word }], answer: { put: word } })),
  set_all: ({ word }) => change(() => ({ now: [{ word }], answer: { set: word } })),
  create: ({ word }) => {
    const id = randomUUID();
    return change((words) => ({ now: [...words, { id, word }], answer: { id } }));
  },
  /** Its id says how many there are: in another order it is that of another page. */
  create_page: ({ path }) =>
    change((words) => {
      const id = `page-000${words.length + 1}`;
      return { now: [...words, { id, word: path }], answer: { id } };
    }),
  remove_page: ({ id }) =>
    change((words) => ({
      now: words.map((one) => (one.id === id ? { gone: id } : one)),
      answer: { found: words.some((one) => one.id === id) },
    })),
  update: ({ id, word }) =>
    change((words) => ({
      now: words.map((one) => (one.id === id ? { id, word } : one)),
      answer: { found: words.some((one) => one.id === id) },
    })),
  list_all: () => ({ words: load(), at: new Date().toISOString() }),
};

let last = Promise.resolve();
const inTurn = (work) => {
  last = last.then(work);
  return last;
};

const onPipe = (id, result) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);

async function answer({ id, method, params, result }, say) {
  if (method === undefined) return questions.get(id)?.(result);
  if (method === 'initialize') {
    const version = process.env.LIST_VERSION ?? '1.0.0';
    const serverInfo = { name: 'test-server', version };
    say(id, { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo });
    return;
  }
  if (how === 'silent') return;
  if (how === 'dies') process.exit(3);
  if (how === 'garbage') return void process.stdout.write('no message\n\u0000\n{"jsonrpc":\n');
  if (how === 'endless') {
    for (;;) {
      const more = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x' } };
      if (!process.stdout.write(`${JSON.stringify(more)}\n`)) await delay(1);
    }
  }
  const work = async () => {
    const act = acts[params.name];
    const result = act ? await act(params.arguments ?? {}) : { unknown: params.name };
    if (how === 'random') result.luck = 'x'.repeat(1 + Math.floor(Math.random() * 1000));
    say(id, { content: [{ type: 'text', text: JSON.stringify(result) }] });
  };
  if (['racy', 'late', 'crowded'].includes(how)) await work();
  else await inTurn(work);
}

let rest = '';
process.stdin.setEncoding('utf8').on('data', (part) => {
  const lines = `${rest}${part}`.split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines.filter(Boolean)) {
    const message = JSON.parse(line);
    if (message.id !== undefined) void answer(message, onPipe);
  }
});
if (reached === 'http') serve();
else process.stdin.on('end', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));

function serve() {
  const front = createServer(async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const message = request.method === 'POST' ? JSON.parse(text) : {};
    if (message.id === undefined) {
      response.writeHead(request.method === 'POST' ? 202 : 405).end();
      return;
    }
    await answer(message, (id, result) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  });
  front.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${front.address().port}/mcp\n`);
  });
}
