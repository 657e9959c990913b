/**
 * A model as a real server: `node --import tsx program.ts MODEL DIALECT FORMAT MEET HOLDS`, over stdio,
 * through the SDK. With MEET its writes wait until so many have read, and none holds a lock.
 */
import process from 'node:process';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { begin, type Clock, chance, meeting } from './acts.ts';
import { dialectOf, type ModelName } from './dialects.ts';
import type { ServerCall } from './endpoint.ts';
import type { Json } from './models/model.ts';
import { type Format, offer } from './server.ts';
import { createStore } from './store.ts';
import type { Body } from './wire/line.ts';
import { hex, MODELS } from './world.ts';

const [model = '', dialectNumber = '', format = '', meet = '', holds = ''] = process.argv.slice(2);
// The server takes as long for its work as the simulated one does; nothing waits for a condition here.
const clock: Clock = {
  now: () => Math.round(performance.now() * 1000),
  after: (micros, then) => void setTimeout(then, micros / 1000),
};
const own = chance(1);
const dialect = dialectOf(model as ModelName, Number(dialectNumber));
const store = createStore(JSON.parse(holds) as [string, Json][]);
const between = meeting(Number(meet));
const { tools } = offer(
  MODELS[model as ModelName],
  store,
  { dialect, format: format as Format, ablation: {} },
  {
    ...{ clock, chance: own, mint: () => hex(own, 6) },
    ...(Number(meet) > 0 ? { racing: { writes: 'all', between } } : {}),
  },
);

const server = new Server(
  { name: dialect.server, version: '1.0.0' },
  { capabilities: { tools: {} } },
);
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: tools.map(({ definition }) => definition) as never[],
}));
server.setRequestHandler(CallToolRequestSchema, (request) => {
  const tool = tools.find(({ definition }) => definition.name === request.params.name);
  if (!tool) throw new Error(`There is no tool ${request.params.name}`);
  // Of a call a model looks at its arguments alone.
  const call = { args: request.params.arguments ?? {}, asker: request } as unknown as ServerCall;
  return new Promise((resolve) => {
    begin<Body | undefined>(tool.run(call), (given) => resolve(given as { content: never[] }));
  });
});
await server.connect(new StdioServerTransport());
