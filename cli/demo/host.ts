/**
 * A host of the demo: a process of its own with a real SDK client, as any agent host is. It does
 * what the demo tells it over IPC, one order after the other, and ends when the demo does.
 */
import { createRequire } from 'node:module';
import process from 'node:process';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { HostAnswer, HostOrder, HostStart } from './orders.ts';

type ClientModule = typeof import('@modelcontextprotocol/sdk/client/index.js');
type StdioModule = typeof import('@modelcontextprotocol/sdk/client/stdio.js');

/** The newest lines that the tap and its server wrote to standard error. */
const STDERR_KEPT = 2000;

let client: Client | undefined;
let stderr = '';

async function start({ sdk, command, args, cwd, env }: HostStart): Promise<void> {
  // Loaded from where the demo found it: installed, the SDK is no dependency of this package.
  const load = createRequire(sdk);
  const { Client } = load('@modelcontextprotocol/sdk/client/index.js') as ClientModule;
  const { StdioClientTransport } = load('@modelcontextprotocol/sdk/client/stdio.js') as StdioModule;
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    cwd,
    env,
    stderr: 'pipe',
  });
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
  });
  client = new Client({ name: 'wiretape-demo', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
}

async function obey(order: HostOrder): Promise<void> {
  if (order.do === 'start') return start(order);
  if (order.do === 'close') return client?.close();
  await Promise.all(order.calls.map((call) => client?.callTool({ ...call })));
}

function answer(said: HostAnswer): void {
  // The demo may be gone; then nobody waits.
  if (process.connected) process.send?.(said);
}

process.on('message', (order: HostOrder) => {
  obey(order).then(
    () => answer({ done: order.do }),
    (error: unknown) =>
      answer({ failed: error instanceof Error ? error.message : String(error), stderr }),
  );
});
process.on('disconnect', () => process.exit());
