/** What spans say of requests, notifications, sessions and servers. */
import { reference } from '../entry.ts';
import { member } from '../json.ts';
import {
  type Anomaly,
  type Call,
  type NotificationSeen,
  nameOf,
  type Session,
} from '../session.ts';
import { ATTRIBUTE, EXECUTE_TOOL, NETWORK } from './conventions.ts';
import type { UrlOf } from './options.ts';
import type { Attributes, AttributeValue } from './span.ts';

/** Attributes of which some may not be known. */
export type Maybe = Readonly<Record<string, AttributeValue | undefined>>;

/** Attributes without those that nothing is known of. */
export function known(attributes: Maybe): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined),
  ) as Attributes;
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
    [ATTRIBUTE.session]: session.id,
    [ATTRIBUTE.revision]: revision,
    [ATTRIBUTE.transport]: network.transport,
    [ATTRIBUTE.protocol]: network.protocol,
    [ATTRIBUTE.serverName]: server?.name,
    [ATTRIBUTE.serverVersion]: server?.version || undefined,
    [ATTRIBUTE.clientName]: client?.name,
    [ATTRIBUTE.clientVersion]: client?.version || undefined,
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

export function requestAttributes(call: Call, urlOf: UrlOf): Attributes {
  const { session, from, id, request, response, state, exchangeEnd } = call;
  const own = reference(session, request.seq, request.item);
  return known({
    ...about(call),
    [ATTRIBUTE.requestId]: String(id),
    [ATTRIBUTE.from]: from,
    [ATTRIBUTE.request]: own,
    [ATTRIBUTE.requestBytes]: request.size,
    [ATTRIBUTE.response]: response && reference(session, response.seq, response.item),
    [ATTRIBUTE.responseBytes]: response?.size,
    [ATTRIBUTE.state]: state === 'answered' ? undefined : state,
    [ATTRIBUTE.ended]: exchangeEnd?.ended,
    [ATTRIBUTE.httpStatus]: exchangeEnd?.status,
    [ATTRIBUTE.url]: urlOf(own, request.at),
  });
}

export function notificationAttributes(
  { from, ref, method, subject }: NotificationSeen,
  session: Session,
  urlOf: UrlOf,
): Attributes {
  const own = reference(session.id, ref.seq, ref.item);
  return known({
    ...about({ method, ...(subject === undefined ? {} : { subject }) }),
    [ATTRIBUTE.from]: from,
    [ATTRIBUTE.request]: own,
    [ATTRIBUTE.requestBytes]: ref.size,
    [ATTRIBUTE.url]: urlOf(own, ref.at),
  });
}

/** The version that a message claims, where it is not the one that MCP is made of. */
export function versionOf(message: unknown): Attributes {
  const version = member(message, 'jsonrpc');
  const isOther = version !== '2.0' && (typeof version === 'string' || typeof version === 'number');
  return isOther ? { [ATTRIBUTE.rpcVersion]: String(version) } : {};
}

/** The method and what it is about, each subject under the name that the conventions give it. */
function about({ method, subject }: { readonly method: string; readonly subject?: string }): Maybe {
  return {
    [ATTRIBUTE.method]: method,
    [ATTRIBUTE.operation]: method === 'tools/call' ? EXECUTE_TOOL : undefined,
    [ATTRIBUTE.tool]: method === 'tools/call' ? subject : undefined,
    [ATTRIBUTE.prompt]: method === 'prompts/get' ? subject : undefined,
    [ATTRIBUTE.resource]: RESOURCE_METHODS.has(method) ? subject : undefined,
  };
}

const RESOURCE_METHODS: ReadonlySet<string> = new Set([
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'notifications/resources/updated',
]);

/** A message that has a span of its own though it is no request and no notification. */
export interface Apart extends Omit<Anomaly, 'kind'> {
  readonly kind: Anomaly['kind'] | 'late-response';
}

export function brokenAttributes(
  { seq, item, from, kind, faults = [] }: Apart,
  at: number,
  { id }: Session,
  urlOf: UrlOf,
): Attributes {
  const own = reference(id, seq, item);
  return known({
    [ATTRIBUTE.from]: from,
    [ATTRIBUTE.request]: own,
    [ATTRIBUTE.faults]: [kind, ...faults],
    [ATTRIBUTE.url]: urlOf(own, at),
  });
}
