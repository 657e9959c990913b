// A host with three servers, as its configuration names them: WIRETAPE_MCP_CONFIG, or the first argument.
// It prints what it got to know, as JSON. CHANGED: it asks for something else in the middle.
// SEED: it pauses before each thing that it says, for as long as nobody can foresee. STAY: it never ends.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const { CHANGED, SEED, STAY, WIRETAPE_MCP_CONFIG, PATH = '' } = process.env;
const config = JSON.parse(readFileSync(WIRETAPE_MCP_CONFIG ?? process.argv[2] ?? '', 'utf8'));

let state = Number(SEED ?? 0);
/** From 0 up to 1, as the seed says. */
function random() {
  state = (state * 1103515245 + 12345) % 2147483648;
  return state / 2147483648;
}

async function pause() {
  if (SEED !== undefined) await sleep(random() * 15);
}

/** @param {string} name */
async function connect(name) {
  await pause();
  const client = new Client(
    { name: 'desk-agent', version: '1.0.0' },
    { capabilities: { sampling: {} } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, async () => {
    await pause();
    const content = { type: /** @type {const} */ ('text'), text: 'a sampled answer' };
    return { role: 'assistant', content, model: 'none' };
  });
  const { command, args, env } = config.mcpServers[name];
  const transport = new StdioClientTransport({ command, args, env: { PATH, ...env } });
  await client.connect(transport);
  /** @param {string} tool @param {Record<string, unknown>} given */
  const call = async (tool, given) => {
    await pause();
    const { content } = await client.callTool({ name: tool, arguments: given });
    finished.push(`${name} ${tool}`);
    return content;
  };
  return { call, tools: () => client.listTools(), close: () => client.close() };
}

/** @type {string[]} */
const finished = [];
const [memory, files, all] = await Promise.all(['memory', 'filesystem', 'everything'].map(connect));
if (!memory || !files || !all) throw new Error('three servers are needed');

/** @param {string} name */
const note = (name) => ({
  entities: [{ name, entityType: 'note', observations: [`about ${name}`] }],
});
const results = [
  await all.tools(),
  await files.call('write_file', { path: 'plan.md', content: 'one\n' }),
  await files.call('read_text_file', { path: 'plan.md' }),
  await memory.call('create_entities', note('plan')),
  // Asked at once, of three servers: which is first is a race.
  ...(await Promise.all([
    all.call('trigger-long-running-operation', { duration: 0.3, steps: 3 }),
    memory.call('create_entities', note(CHANGED ? 'another' : 'second')),
    files.call('list_directory', { path: '.' }),
    all.call('get-sum', { a: 40, b: 2 }),
  ])),
  await all.call('trigger-sampling-request', { prompt: 'hello', maxTokens: 10 }),
  await memory.call('read_graph', {}),
];
process.stdout.write(`${JSON.stringify({ results, finished })}\n`);
if (STAY) await new Promise(() => setInterval(() => {}, 1000));
await Promise.all([memory.close(), files.close(), all.close()]);
