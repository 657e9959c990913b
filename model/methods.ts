/**
 * The methods of MCP, by revision: who may send them, and whether they ask for an answer.
 * Source: ClientRequest, ServerRequest, ClientNotification and ServerNotification in
 * schema/<revision>/schema.ts of the specification. Other methods pass and are shown raw.
 */
import { table } from './json.ts';

export const REVISIONS = [
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  '2025-11-25',
  '2026-07-28',
] as const;
export type Revision = (typeof REVISIONS)[number];

/** `legacy` opens with `initialize`; `modern` (2026-07-28) is stateless, each request says its revision. */
export type Era = 'legacy' | 'modern';

export type Direction = 'client' | 'server' | 'both';

export interface Method {
  readonly kind: 'request' | 'notification';
  readonly from: Direction;
  /** The revisions that define it; an empty list: an extension defines it. */
  readonly revisions: readonly Revision[];
  /** In 2026-07-28 it exists only inside `inputRequests` of a result (SEP-2322). */
  readonly inputRequest?: true;
}

const [A, B, C, D, E] = REVISIONS;
const ALL = REVISIONS;
const LEGACY = [A, B, C, D] as const;

const request = (from: Direction, revisions: readonly Revision[], inputRequest?: true): Method => ({
  kind: 'request',
  from,
  revisions,
  ...(inputRequest ? { inputRequest } : {}),
});
const notification = (from: Direction, revisions: readonly Revision[]): Method => ({
  kind: 'notification',
  from,
  revisions,
});

export const METHODS: Readonly<Record<string, Method>> = table<Method>({
  initialize: request('client', LEGACY),
  'notifications/initialized': notification('client', LEGACY),
  'server/discover': request('client', [E]),
  ping: request('both', LEGACY),
  'tools/list': request('client', ALL),
  'tools/call': request('client', ALL),
  'prompts/list': request('client', ALL),
  'prompts/get': request('client', ALL),
  'resources/list': request('client', ALL),
  'resources/templates/list': request('client', ALL),
  'resources/read': request('client', ALL),
  'resources/subscribe': request('client', LEGACY),
  'resources/unsubscribe': request('client', LEGACY),
  'subscriptions/listen': request('client', [E]),
  'completion/complete': request('client', ALL),
  'logging/setLevel': request('client', LEGACY),
  'sampling/createMessage': request('server', LEGACY, true),
  'roots/list': request('server', LEGACY, true),
  'elicitation/create': request('server', [C, D], true),
  'tasks/get': request('both', [D]),
  'tasks/cancel': request('both', [D]),
  'tasks/list': request('both', [D]),
  'tasks/result': request('both', [D]),
  'tasks/update': request('client', []),
  'skills/list': request('client', []),
  'skills/get': request('client', []),
  'resources/directory/read': request('client', []),
  'notifications/cancelled': notification('both', ALL),
  'notifications/progress': notification('both', ALL),
  'notifications/message': notification('server', ALL),
  'notifications/tools/list_changed': notification('server', ALL),
  'notifications/prompts/list_changed': notification('server', ALL),
  'notifications/resources/list_changed': notification('server', ALL),
  'notifications/resources/updated': notification('server', ALL),
  'notifications/roots/list_changed': notification('client', LEGACY),
  'notifications/tasks/status': notification('both', [D]),
  'notifications/tasks': notification('server', []),
  'notifications/elicitation/complete': notification('server', [D]),
  'notifications/subscriptions/acknowledged': notification('server', [E]),
});

export function isRevision(text: string): text is Revision {
  return (REVISIONS as readonly string[]).includes(text);
}

/** The era of a revision, known or newer: dates order as text. */
export function eraOf(revision: string): Era {
  return revision >= E ? 'modern' : 'legacy';
}

/** A request that stays open for as long as its sender wants to be told of changes. */
export const LISTEN = 'subscriptions/listen';

export interface List {
  readonly kind: 'tool' | 'prompt' | 'resource' | 'template';
  readonly member: string;
}

/** The methods whose results list what a server offers, and the member that holds the list. */
export const LISTS: Readonly<Record<string, List>> = table<List>({
  'tools/list': { kind: 'tool', member: 'tools' },
  'prompts/list': { kind: 'prompt', member: 'prompts' },
  'resources/list': { kind: 'resource', member: 'resources' },
  'resources/templates/list': { kind: 'template', member: 'resourceTemplates' },
});

/** Keys of `_meta` that MCP reserves (basic/index, 2026-07-28; SEP-414 for trace context). */
export const META = {
  progressToken: 'progressToken',
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  relatedTask: 'io.modelcontextprotocol/related-task',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  baggage: 'baggage',
} as const;

/** Our own key of `_meta`: requests that a host made in one turn say the same here. */
export const TURN = 'wiretape/turn';
