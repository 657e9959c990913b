// The client that the suite drives: node client.mjs [--tapped MAIN STATE] URL. It connects as the scenario needs,
// answers what a server may ask, and calls every tool that it finds. With --tapped it does so through a tap.

import { spawn } from 'node:child_process';
import process from 'node:process';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const words = process.argv.slice(2);
const url = words.at(-1) ?? '';
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
// Only servers of the older era know these; asked for the newer one first, they count that as a fault.
const isLegacy = /^(?:initialize|tools_call|elicitation-sep1034|sse-retry)/.test(scenario);

const tap = words[0] === '--tapped' ? await startTap(words[1], words[2]) : undefined;
try {
  await work(tap?.address ?? url);
} finally {
  tap?.end();
}

/** @param {string} address */
async function work(address) {
  const client = new Client(
    { name: 'conformance-client', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
      versionNegotiation: { mode: isLegacy ? 'legacy' : 'auto' },
    },
  );
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: {} }));
  client.setRequestHandler('roots/list', async () => ({ roots: [] }));
  client.setRequestHandler('sampling/createMessage', async () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'Paris' },
  }));
  await client.connect(new StreamableHTTPClientTransport(new URL(address)));
  const { tools } = await client.listTools();
  for (const tool of tools) {
    // A tool that fails is for the suite to judge.
    await client.callTool({ name: tool.name, arguments: argumentsOf(tool) }).catch(() => {});
  }
  const { prompts, resources } = client.getServerCapabilities() ?? {};
  if (prompts) await client.listPrompts().catch(() => {});
  if (resources) await client.listResources().catch(() => {});
  await client.close();
}

/** @param {{ inputSchema?: { properties?: Record<string, any> } }} tool */
function argumentsOf({ inputSchema }) {
  return Object.fromEntries(
    Object.entries(inputSchema?.properties ?? {}).map(([name, property]) => [
      name,
      exampleOf(property),
    ]),
  );
}

/** @param {{ type?: string, enum?: unknown[], default?: unknown }} property */
function exampleOf({ type, enum: choices, default: usual }) {
  if (usual !== undefined) return usual;
  if (choices) return choices[0];
  if (type === 'number' || type === 'integer') return 5;
  if (type === 'boolean') return true;
  return type === 'array' ? [] : type === 'object' ? {} : 'text';
}

/** @param {string | undefined} main @param {string | undefined} state @returns {Promise<{ address: string, end: () => void }>} */
function startTap(main = '', state = '') {
  const args = [main, 'tap', '--upstream', url, '--state', state];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      said += text;
      const [, address] = /recorded at ([^\s,]+) in place of /.exec(said) ?? [];
      if (address) resolve({ address, end: () => void child.kill() });
    });
    child.on('exit', () => reject(new Error(said)));
  });
}
