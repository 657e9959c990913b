/**
 * Endpoints: the server side of lines, whatever stands behind the tools. It speaks both eras, runs
 * calls at the same time, obeys cancellation and tells of changes. What a fault changes of it is a
 * tool of another making, or one of the hooks.
 */
import { META } from '../../model/methods.ts';
import { type Act, begin, type Chance, type Clock, pause } from './acts.ts';
import type { Args } from './models/model.ts';
import type { Body, Line, Reply, ServerSide } from './wire/line.ts';
import { type Implementation, MODERN, type Revision, resultOf } from './wire/messages.ts';
import type { Mark } from './wire/recorder.ts';

export interface ServerCall {
  readonly args: Args;
  readonly params: Body;
  readonly id: unknown;
  readonly reply: Reply;
  /** Equal for one call, whoever asks for it. */
  readonly asker: object;
  readonly isCancelled: () => boolean;
  /** Asks the client something; the era must allow it. */
  ask(method: string, params: object): Act<Body>;
}

export interface OfferedTool {
  readonly definition: Body & { readonly name: string };
  /** A result, an error with its code, or nothing: then there is no answer. */
  run(call: ServerCall): Act<Body | undefined>;
}

export interface Hooks {
  /** What goes out for one response; by default it alone. */
  answer?(response: Body, call: ServerCall): Act<readonly (readonly [Body, Mark?])[]>;
  /** Told just before an answer leaves. */
  leaving?(response: Body): void;
  /** It goes on after a cancellation. */
  ignoresCancel?: boolean;
  /** Methods beside those an endpoint knows. */
  methods?: Readonly<Record<string, (call: ServerCall) => Act<Body | undefined>>>;
  capabilities?: Body;
  /** Tools come in pages of so many; the cursor is the place in the list as it is then. */
  pageSize?: number;
}

export interface Endpoint extends ServerSide {
  info: Implementation;
  readonly revision: Revision;
  readonly tools: Map<string, OfferedTool>;
  readonly resources: Map<string, () => string>;
  hooks: Hooks;
  toolsChanged(): void;
  resourceChanged(uri: string): void;
}

export interface EndpointParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly info: Implementation;
  readonly revision: Revision;
}

interface Listener {
  readonly reply: Reply;
  readonly id: unknown;
  readonly wants: Body;
}

/** What an endpoint remembers of the lines it has. */
interface Remembered {
  readonly lines: Set<Line>;
  /** Resources by the line that asked to be told of them (before 2026-07-28). */
  readonly subscribed: Map<Line, Set<string>>;
  readonly listeners: Set<Listener>;
  /** Ids by their line: each client counts for itself. */
  readonly cancelled: Map<Line, Set<unknown>>;
  readonly asked: Map<unknown, (answer: Body) => void>;
}

export function createEndpoint(parts: EndpointParts): Endpoint {
  const { clock, chance, revision } = parts;
  const kept: Remembered = {
    lines: new Set(),
    subscribed: new Map(),
    listeners: new Set(),
    cancelled: new Map(),
    asked: new Map(),
  };
  let lastAsked = 0;
  const endpoint: Endpoint = {
    info: parts.info,
    revision,
    tools: new Map(),
    resources: new Map(),
    hooks: {},
    toolsChanged: () =>
      tell(
        'notifications/tools/list_changed',
        {},
        ({ toolsListChanged }) => toolsListChanged === true,
        () => true,
      ),
    resourceChanged(uri) {
      const wants = ({ resourceSubscriptions }: Body): boolean =>
        Array.isArray(resourceSubscriptions) && resourceSubscriptions.includes(uri);
      const has = (line: Line): boolean => kept.subscribed.get(line)?.has(uri) === true;
      tell('notifications/resources/updated', { uri }, wants, has);
    },
    receive(message, reply, line) {
      kept.lines.add(line);
      const { id, method } = message;
      if (typeof method !== 'string') {
        kept.asked.get(id)?.(message);
        kept.asked.delete(id);
      } else if (!('id' in message)) noted(kept, message, line);
      else if (method === 'subscriptions/listen') listen(kept, message, reply);
      else begin(answered(message, reply, line));
    },
  };
  const tell = (
    method: string,
    params: object,
    wants: (filter: Body) => boolean,
    hears: (line: Line) => boolean,
  ): void => {
    for (const line of kept.lines)
      if (revision !== MODERN && hears(line)) line.push(notice(method, params));
    for (const { reply, id, wants: filter } of kept.listeners) {
      if (reply.isClosed || !wants(filter)) continue;
      reply.send(notice(method, { ...params, _meta: { [META.subscriptionId]: id } }));
    }
  };
  function* answered(message: Body, reply: Reply, line: Line): Act {
    const { id, method, params = {} } = message as { id: unknown; method: string; params?: Body };
    yield* pause(clock, chance.between(50, 400));
    const call: ServerCall = {
      args: (params['arguments'] ?? {}) as Args,
      params,
      id,
      reply,
      asker: message,
      isCancelled: () =>
        !endpoint.hooks.ignoresCancel &&
        (kept.cancelled.get(line)?.has(id) === true || reply.isClosed),
      *ask(asking, what) {
        const own = ++lastAsked;
        (line.transport === 'http' ? reply.send : line.push)({
          jsonrpc: '2.0',
          id: own,
          method: asking,
          params: what,
        });
        return (yield (wake) => kept.asked.set(own, wake)) as Body;
      },
    };
    subscribe(kept, message, line);
    const given = yield* outcome(endpoint, method, call);
    // Nobody waits for it any more, and nothing says so on the wire.
    if (given === undefined || call.isCancelled()) return;
    const response = { jsonrpc: '2.0', id, ...given };
    const sent = endpoint.hooks.answer
      ? yield* endpoint.hooks.answer(response, call)
      : [[response] as const];
    endpoint.hooks.leaving?.(response);
    for (const [one, mark] of sent) reply.send(one, mark);
    reply.end();
  }
  return endpoint;
}

function notice(method: string, params: object): Body {
  return { jsonrpc: '2.0', method, ...(Object.keys(params).length > 0 ? { params } : {}) };
}

function noted({ cancelled }: Remembered, { method, params }: Body, line: Line): void {
  if (method !== 'notifications/cancelled') return;
  const own = cancelled.get(line) ?? new Set();
  cancelled.set(line, own.add((params as Body)['requestId']));
}

function listen({ listeners }: Remembered, { id, params }: Body, reply: Reply): void {
  const wants = (params as Body)['notifications'] as Body;
  listeners.add({ reply, id, wants });
  const told = { notifications: wants, _meta: { [META.subscriptionId]: id } };
  reply.send(notice('notifications/subscriptions/acknowledged', told));
}

function subscribe({ subscribed }: Remembered, { method, params }: Body, line: Line): void {
  const own = subscribed.get(line) ?? new Set();
  const uri = String((params as Body | undefined)?.['uri']);
  if (method === 'resources/subscribe') subscribed.set(line, own.add(uri));
}

function* outcome(endpoint: Endpoint, method: string, call: ServerCall): Act<Body | undefined> {
  const { hooks, revision, info, resources } = endpoint;
  const speaker = { revision, info, capabilities: {} };
  const own = hooks.methods?.[method];
  if (own) return yield* own(call);
  const uri = String(call.params['uri'] ?? '');
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: revision,
          capabilities: capabilitiesOf(endpoint),
          serverInfo: info,
        },
      };
    case 'server/discover': {
      const discovered = { supportedVersions: [MODERN], capabilities: capabilitiesOf(endpoint) };
      return { result: resultOf(speaker, discovered, { ttlMs: 0 }) };
    }
    case 'resources/subscribe':
      return { result: {} };
    case 'tools/list':
      return { result: resultOf(speaker, pageOf(endpoint, call.params), { ttlMs: 0 }) };
    case 'resources/list': {
      const list = [...resources.keys()].map((one) => ({ uri: one, name: one.split('/').at(-1) }));
      return { result: resultOf(speaker, { resources: list }, { ttlMs: 0 }) };
    }
    case 'resources/read': {
      const text = resources.get(uri)?.();
      if (text === undefined)
        return {
          error: {
            code: revision === MODERN ? -32602 : -32002,
            message: 'Resource not found',
            data: { uri },
          },
        };
      const contents = [{ uri, mimeType: 'text/plain', text }];
      return { result: resultOf(speaker, { contents }, { ttlMs: 60_000 }) };
    }
    case 'tools/call': {
      const tool = endpoint.tools.get(String(call.params['name']));
      if (!tool)
        return { error: { code: -32602, message: `Tool ${call.params['name']} not found` } };
      const given = yield* tool.run(call);
      return given && ('error' in given ? given : { result: resultOf(speaker, given) });
    }
    default:
      return { error: { code: -32601, message: 'Method not found' } };
  }
}

function capabilitiesOf({ hooks, resources }: Endpoint): Body {
  return {
    tools: { listChanged: true },
    ...(resources.size > 0 ? { resources: { subscribe: true } } : {}),
    ...hooks.capabilities,
  };
}

function pageOf({ tools, hooks }: Endpoint, params: Body): Body {
  const all = [...tools.values()].map(({ definition }) => definition);
  if (hooks.pageSize === undefined) return { tools: all };
  const from = Number(String(params['cursor'] ?? 'p0').slice(1));
  const to = from + hooks.pageSize;
  return { tools: all.slice(from, to), ...(to < all.length ? { nextCursor: `p${to}` } : {}) };
}
