/** The spans of messages: of a request with its answer, of a notification, of what broke the protocol. */
import { reference } from '../entry.ts';
import { member } from '../json.ts';
import type { Anomaly, Call, MessageRef, NotificationSeen, WholeView } from '../session.ts';
import { contextOf } from '../trace-context.ts';
import {
  brokenAttributes,
  notificationAttributes,
  requestAttributes,
  versionOf,
} from './attributes.ts';
import { ATTRIBUTE, ERROR } from './conventions.ts';
import { type Making, timeOf } from './making.ts';
import { endingOf } from './outcome.ts';
import { payloadAttributes } from './payload-attributes.ts';
import { placeOf } from './place.ts';
import type { Attributes, Span, SpanKind, SpanLink } from './span.ts';

export function requestSpan(making: Making, call: Call): Span {
  const { view, options, common, headers, made } = making;
  const { request, response, exchange, method, subject, from, parent } = call;
  const beside = from === 'client' ? headers.get(exchange ?? -1) : undefined;
  const asked = view.value(request);
  const place = placeOf(making, {
    ref: request,
    given: contextOf(member(asked, 'params')),
    beside,
    around: parent,
    isInferred: exchange === undefined,
  });
  made.set(call, place.span);
  const kind = kindOf(from, options.side);
  const ending = endingOf(call, response && view.value(response), kind);
  const follows = followed(making, call);
  return {
    ...place.span,
    name: isNamed(method) && subject !== undefined ? `${method} ${subject}` : method,
    kind,
    start: timeOf(making, request.at),
    end: timeOf(making, Math.max(request.at, endOf(call, view))),
    attributes: {
      ...common,
      ...requestAttributes(call, options.urlOf),
      ...versionOf(asked),
      ...shownOf(making, call),
      ...place.attributes,
      ...ending.attributes,
      ...follows?.attributes,
    },
    links: follows ? [...place.links, follows] : place.links,
    ...(ending.error === undefined ? {} : { error: ending.error }),
  };
}

/** What was asked with and answered, where that is wished. */
function shownOf({ view, options, payloads }: Making, call: Told): Attributes {
  if (options.payloads === undefined) return {};
  const payloadAt = (ref: MessageRef) =>
    payloads.get(reference(view.session.id, ref.seq, ref.item));
  const { method, outcome, request, response } = call;
  return payloadAttributes(
    {
      method,
      outcome,
      asked: payloadAt(request),
      answered: response && payloadAt(response),
      run: options.runAt(request.at),
    },
    options.payloads,
  );
}

/** A request with its answer, or a notification as one that has none. */
type Told = Pick<Call, 'method' | 'outcome' | 'request' | 'response'>;

/** The round, task or retry that a call goes on with. */
function followed({ made, before, view }: Making, call: Call): SpanLink | undefined {
  const earlier = before.get(call)?.call;
  const span = earlier && made.get(earlier);
  if (!earlier || !span) return undefined;
  const { seq, item } = earlier.request;
  const attributes: Attributes = { [ATTRIBUTE.follows]: reference(view.session.id, seq, item) };
  return { traceId: span.traceId, spanId: span.spanId, attributes };
}

/** Methods whose target is in the name of the span; others have too many of them. */
function isNamed(method: string): boolean {
  return method === 'tools/call' || method === 'prompts/get';
}

/** Who asks reports a client's span and who answers a server's, whichever side of MCP it is. */
function kindOf(from: Call['from'], side: 'server' | 'client'): SpanKind {
  return from === side ? 'client' : 'server';
}

/** When it was over: with its answer, when it was given up, with its exchange, with the session. */
function endOf({ response, cancelled, exchangeEnd }: Call, { session }: WholeView): number {
  return response?.sent ?? cancelled?.at ?? exchangeEnd?.at ?? session.lastAt;
}

export function notificationSpan(making: Making, seen: NotificationSeen): Span {
  const { view, options, common } = making;
  const { ref, from, method, call } = seen;
  const told = view.value(ref);
  const given = contextOf(member(told, 'params'));
  const place = placeOf(making, { ref, given, around: call });
  return {
    ...place.span,
    name: method,
    kind: kindOf(from, options.side),
    start: timeOf(making, ref.at),
    end: timeOf(making, ref.sent),
    attributes: {
      ...common,
      ...notificationAttributes(seen, view.session, options.urlOf),
      ...versionOf(told),
      ...shownOf(making, { method, request: ref }),
      ...place.attributes,
    },
    links: place.links,
  };
}

/** Anomalies of messages that have no span of their own. */
const WITHOUT_SPAN: ReadonlySet<Anomaly['kind']> = new Set([
  'malformed',
  'unknown-response',
  'second-response',
]);

/** A message that is no request, no notification and no request's answer. */
export function brokenSpan(making: Making, anomaly: Anomaly): Span[] {
  const { view, options, common, times } = making;
  const { kind, seq, item, call } = anomaly;
  if (!WITHOUT_SPAN.has(kind) || isInSpan(anomaly, view)) return [];
  const at = times.get(seq) ?? 0;
  const ref: MessageRef = { seq, at, sent: at, size: 0, ...(item === undefined ? {} : { item }) };
  const place = placeOf(making, { ref, around: call });
  return [
    {
      ...place.span,
      name: kind,
      kind: 'internal',
      start: timeOf(making, at),
      end: timeOf(making, at),
      attributes: {
        ...common,
        ...brokenAttributes(anomaly, at, view.session, options.urlOf),
        ...place.attributes,
        [ATTRIBUTE.error]: ERROR.other,
      },
      links: place.links,
      error: '',
    },
  ];
}

/** Whether a malformed message is a request or notification all the same, and has the span of one. */
function isInSpan({ kind, seq, item }: Anomaly, { value }: WholeView): boolean {
  if (kind !== 'malformed') return false;
  return member(value({ seq, ...(item === undefined ? {} : { item }) }), 'method') !== undefined;
}
