// Both eras on one endpoint: sessions that can be resumed for clients that initialize, a server per request for others.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { dualEraServer } from './server.mjs';

/** Listens on a free port of 127.0.0.1. */
export async function serveHttp(world) {
  const modern = createMcpHandler(({ era }) => dualEraServer(world, era).server, {
    legacy: 'reject',
  });
  world.followers.add(({ kind, uri }) => {
    if (kind === 'tools') modern.notify.toolsChanged();
    else if (kind === 'prompts') modern.notify.promptsChanged();
    else modern.notify.resourceUpdated(uri);
  });
  const sessions = new Map();
  const answer = toNodeHandler({
    fetch: async (request) =>
      (await isLegacyRequest(request)) ? legacy(world, sessions, request) : modern.fetch(request),
  });
  const hostIsLocal = localhostHostValidation();
  const originIsLocal = localhostOriginValidation();
  const http = createServer((request, response) => {
    if (!hostIsLocal(request, response) || !originIsLocal(request, response)) return;
    if (new URL(request.url ?? '/', 'http://localhost').pathname === '/mcp') {
      void answer(request, response);
    } else {
      response.writeHead(404).end();
    }
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { address: `http://127.0.0.1:${http.address().port}/mcp` };
}

async function legacy(world, sessions, request) {
  const id = request.headers.get('mcp-session-id');
  if (id === null) return (await open(world, sessions)).handleRequest(request);
  const session = sessions.get(id);
  if (session) return session.handleRequest(request);
  const error = { code: -32001, message: 'Session not found' };
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 404 });
}

/** A transport that becomes a session when its first message is `initialize`, and is forgotten otherwise. */
async function open(world, sessions) {
  const { server, apply } = dualEraServer(world, 'legacy');
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: eventStore(),
    retryInterval: 500,
    onsessioninitialized: (id) => {
      sessions.set(id, transport);
      world.followers.add(apply);
    },
    onsessionclosed: (id) => {
      sessions.delete(id);
      world.followers.delete(apply);
    },
  });
  await server.connect(transport);
  return transport;
}

/** All events of one session, numbered from 1 in the order in which they were sent. */
function eventStore() {
  const events = [];
  return {
    storeEvent: async (stream, message) => String(events.push({ stream, message })),
    getStreamIdForEventId: async (id) => events[Number(id) - 1]?.stream,
    replayEventsAfter: async (last, { send }) => {
      const { stream } = events[Number(last) - 1];
      for (const [at, event] of events.entries()) {
        // What only opened a stream has no message to repeat.
        if (at < Number(last) || event.stream !== stream || !event.message.jsonrpc) continue;
        await send(String(at + 1), event.message);
      }
      return stream;
    },
  };
}
