/** What spans say of requests, notifications, sessions and servers. */
import { reference } from '../entry.ts';
import { member } from '../json.ts';
import { type Call, type NotificationSeen, nameOf, type Session } from '../session.ts';
import { ATTRIBUTE, EXECUTE_TOOL, NETWORK } from './conventions.ts';
import type { Apart } from './faults.ts';
import type { UrlOf } from './options.ts';
import { mayShow } from './payloads.ts';
import type { Attributes, AttributeValue } from './span.ts';

/** Attributes of which some may not be known. */
export type Maybe = Readonly<Record<string, AttributeValue | undefined>>;

/** Attributes together, without those that nothing is known of; spreading them would cost five times as much. */
export function known(...parts: readonly Maybe[]): Attributes {
  const all: Record<string, AttributeValue> = {};
  for (const part of parts) {
    for (const name in part) {
      const value = part[name];
      if (value !== undefined) all[name] = value;
    }
  }
  return all;
}

export function resourceOf(session: Session): Attributes {
  return known({
    [ATTRIBUTE.serviceName]: nameOf(session),
    [ATTRIBUTE.serviceVersion]: session.server?.version || undefined,
    [ATTRIBUTE.serviceInstance]: session.id,
  });
}

/** What every span of a session says. */
export function shared(session: Session): Attributes {
  const { head, server, client, revision } = session;
  const network: { readonly transport?: string; readonly protocol?: string } =
    NETWORK[head?.transport ?? 'in-process'];
  return known({
    [ATTRIBUTE.revision]: revision,
    [ATTRIBUTE.transport]: network.transport,
    [ATTRIBUTE.protocol]: network.protocol,
    [ATTRIBUTE.serverName]: server?.name,
    [ATTRIBUTE.serverVersion]: server?.version || undefined,
    [ATTRIBUTE.clientName]: client?.name,
    [ATTRIBUTE.clientVersion]: client?.version || undefined,
    [ATTRIBUTE.session]: session.id,
  });
}

/** Where the server is, for spans of its client. */
export function addressOf({ head }: Session): Attributes {
  if (head?.upstream === undefined || !URL.canParse(head.upstream)) return {};
  const { hostname, port, protocol } = new URL(head.upstream);
  const usual = protocol === 'https:' ? 443 : 80;
  return {
    [ATTRIBUTE.serverAddress]: hostname,
    [ATTRIBUTE.serverPort]: port === '' ? usual : Number(port),
  };
}

/** One by one: as one literal they cost ten times as much. */
export function requestAttributes(call: Call, urlOf: UrlOf): Maybe {
  const { session, from, request, response, state, exchangeEnd } = call;
  const message = reference(session, request.seq, request.item);
  const all: Record<string, AttributeValue | undefined> = {};
  all[ATTRIBUTE.from] = from;
  all[ATTRIBUTE.request] = message;
  all[ATTRIBUTE.requestBytes] = request.size;
  all[ATTRIBUTE.response] = response && reference(session, response.seq, response.item);
  all[ATTRIBUTE.responseBytes] = response?.size;
  if (state !== 'answered') all[ATTRIBUTE.state] = state;
  all[ATTRIBUTE.ended] = exchangeEnd?.ended;
  all[ATTRIBUTE.httpStatus] = exchangeEnd?.status;
  all[ATTRIBUTE.url] = urlOf(message);
  return all;
}

export function notificationAttributes(
  { from, ref }: NotificationSeen,
  { id }: Session,
  urlOf: UrlOf,
): Maybe {
  const own = reference(id, ref.seq, ref.item);
  return {
    [ATTRIBUTE.from]: from,
    [ATTRIBUTE.request]: own,
    [ATTRIBUTE.requestBytes]: ref.size,
    [ATTRIBUTE.url]: urlOf(own),
  };
}

/** The version that a message claims, where it is not the one that MCP is made of. */
export function versionOf(message: unknown): Attributes {
  const version = member(message, 'jsonrpc');
  const isOther = version !== '2.0' && (typeof version === 'string' || typeof version === 'number');
  return isOther ? { [ATTRIBUTE.rpcVersion]: String(version) } : {};
}

/** A request or a notification. */
export type Meant = Pick<NotificationSeen, 'method' | 'subject'> & Partial<Pick<Call, 'id'>>;

/**
 * What the conventions require: the method, how it ended, and what it is about, each subject under the
 * name that they give it. It comes before all else, so that limits of exporters leave it.
 */
export function meaning(
  { method, subject, id }: Meant,
  session: Session,
  ending: Attributes = {},
): Maybe {
  const all: Record<string, AttributeValue | undefined> = {};
  all[ATTRIBUTE.method] = method;
  all[ATTRIBUTE.error] = ending[ATTRIBUTE.error];
  if (method === 'tools/call') all[ATTRIBUTE.tool] = subject;
  if (method === 'prompts/get') all[ATTRIBUTE.prompt] = subject;
  // Addresses have secrets in them; names of tools and prompts have not.
  if (RESOURCE_METHODS.has(method) && mayShow(session)) all[ATTRIBUTE.resource] = subject;
  all[ATTRIBUTE.statusCode] = ending[ATTRIBUTE.statusCode];
  if (id !== undefined) all[ATTRIBUTE.requestId] = String(id);
  if (method === 'tools/call') all[ATTRIBUTE.operation] = EXECUTE_TOOL;
  return all;
}

const RESOURCE_METHODS: ReadonlySet<string> = new Set([
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'notifications/resources/updated',
]);

/** What it is, then all that is wrong with it. */
export function apartAttributes(
  { ref: { seq, item }, from, kind, faults }: Apart,
  { id }: Session,
  urlOf: UrlOf,
): Attributes {
  const own = reference(id, seq, item);
  return known({
    [ATTRIBUTE.from]: from,
    [ATTRIBUTE.request]: own,
    [ATTRIBUTE.faults]: [...new Set([kind, ...faults])],
    [ATTRIBUTE.url]: urlOf(own),
  });
}
