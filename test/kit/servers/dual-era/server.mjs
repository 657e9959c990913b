// One connection's server; in the stateless era, one request's.

import { McpServer } from '@modelcontextprotocol/server';
import { askingTools } from './asking.mjs';
import { said, schema } from './content.mjs';
import { offerPrompts } from './prompts.mjs';
import { offerResources } from './resources.mjs';
import { tools } from './tools.mjs';

const info = { name: 'dual-era', version: '1.0.0' };
const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

/** @returns the server, and `apply`, which shows it what changed in the world */
export function dualEraServer(world, era) {
  const server = new McpServer(info, {
    capabilities,
    requestState: { verify: world.states.verify },
  });
  for (const tool of [...tools, ...askingTools]) offerTool(server, world, tool);
  offerPrompts(server);
  offerResources(server);
  const subscribed = offerRequests(server, era);

  const extra = {
    tools: server.registerTool('test_extra_tool', { description: 'Comes and goes.' }, () =>
      said('extra'),
    ),
    prompts: server.registerPrompt('test_extra_prompt', { description: 'Comes and goes.' }, () => ({
      messages: [],
    })),
  };
  const show = (kind) => (world.shown[kind] ? extra[kind].enable() : extra[kind].disable());
  show('tools');
  show('prompts');
  return {
    server,
    apply({ kind, uri }) {
      if (!server.isConnected()) return;
      if (kind !== 'resource') show(kind);
      // Who asked to hear of it is known here in one era, and to the SDK in the other.
      else if (era === 'modern' || subscribed.has(uri)) {
        void server.server.sendResourceUpdated({ uri }).catch(() => {});
      }
    },
  };
}

function offerTool(server, world, { name, input, run }) {
  const description = `Fixture: ${name.replaceAll('_', ' ')}`;
  if (input) {
    server.registerTool(name, { description, inputSchema: schema(input) }, (args, ctx) =>
      run({ args, ctx, server, world }),
    );
  } else {
    server.registerTool(name, { description }, (ctx) => run({ args: {}, ctx, server, world }));
  }
}

/** Answers to what no registration covers; gives the uris that this client follows. */
function offerRequests(server, era) {
  const subscribed = new Set();
  server.server.setRequestHandler('completion/complete', ({ params }) => {
    const values = ['paris', 'park', 'party'].filter((word) =>
      word.startsWith(params.argument.value),
    );
    return { completion: { values, total: values.length, hasMore: false } };
  });
  if (era === 'modern') return subscribed;
  server.server.setRequestHandler('resources/subscribe', ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  return subscribed;
}
