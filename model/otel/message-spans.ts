/** The spans of messages: of a request with its answer, of a notification, of what broke the protocol. */
import { reference } from '../entry.ts';
import { member } from '../json.ts';
import type { Anomaly, Call, MessageRef, NotificationSeen, SessionView } from '../session.ts';
import { other } from '../session-machine.ts';
import { contextOf, type TraceContext } from '../trace-context.ts';
import {
  type Apart,
  brokenAttributes,
  known,
  notificationAttributes,
  requestAttributes,
  versionOf,
} from './attributes.ts';
import { ATTRIBUTE, ERROR } from './conventions.ts';
import { mayLink } from './link.ts';
import { type Making, timeOf } from './making.ts';
import { endingOf } from './outcome.ts';
import { payloadAttributes, type Shown } from './payload-attributes.ts';
import { mayShow } from './payloads.ts';
import { type Place, placeOf } from './place.ts';
import type { Attributes, Span, SpanKind } from './span.ts';

/** Says where the span of a request belongs, when it is asked; `earlier`: what it goes on with. */
export function placeRequest(making: Making, call: Call, earlier: Call | undefined): void {
  const { view, places, asked } = making;
  const { request, exchange, from, parent } = call;
  const place = placeOf(making, {
    ref: request,
    given: contextOf(member(view.value(request), 'params')),
    beside: besideOf(making, from),
    around: parent,
    isInferred: exchange === undefined,
  });
  places.set(call, earlier ? following(making, place, earlier) : place);
  const payload = making.payload(request);
  if (payload) asked.set(call, payload);
}

/** What the headers say is of the client, whose exchange it is. */
function besideOf({ beside }: Making, from: Call['from']): TraceContext | undefined {
  return from === 'client' ? beside : undefined;
}

/** Also a link to the round, task or retry that a call goes on with. */
function following({ places, view }: Making, place: Place, earlier: Call): Place {
  const span = places.get(earlier)?.span;
  if (!span) return place;
  const { traceId, spanId } = span;
  const { seq, item } = earlier.request;
  const attributes = { [ATTRIBUTE.follows]: reference(view.session.id, seq, item) };
  const link = mayLink(place.span, span) ? [{ traceId, spanId, attributes }] : [];
  return {
    ...place,
    links: [...place.links, ...link],
    attributes: { ...place.attributes, ...attributes },
  };
}

/** The span of a request that is over. */
export function requestSpan(making: Making, call: Call): Span {
  const { view, options, common, places, asked } = making;
  const { request, response, method, subject, from, outcome } = call;
  const place = places.get(call) ?? placeOf(making, { ref: request });
  const kind = kindOf(from, options.side);
  const isClean = mayShow(view.session);
  const ending = endingOf(call, response && isClean ? view.value(response) : undefined, kind);
  const answered = response && making.payload(response);
  const shown = { method, outcome, asked: asked.get(call), answered };
  return {
    ...place.span,
    name: isNamed(method) && subject !== undefined ? `${method} ${subject}` : method,
    kind,
    start: timeOf(making, request.at),
    end: timeOf(making, Math.max(request.at, endOf(call, view))),
    attributes: known(
      common,
      kind === 'client' ? making.address : {},
      requestAttributes(call, view.session, options.urlOf),
      versionOf(view.value(request)),
      shownAttributes(making, shown, request),
      place.attributes,
      ending.attributes,
    ),
    links: place.links,
    ...(ending.error === undefined ? {} : { error: ending.error }),
  };
}

/** What was asked with and answered, where that is wished. */
function shownAttributes(
  { options: { payloads, runAt } }: Making,
  shown: Omit<Shown, 'run'>,
  { at }: MessageRef,
): Attributes {
  return payloads ? payloadAttributes({ ...shown, run: runAt(at) }, payloads) : {};
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
function endOf({ response, cancelled, exchangeEnd }: Call, { session }: SessionView): number {
  return response?.sent ?? cancelled?.at ?? exchangeEnd?.at ?? session.lastAt;
}

export function notificationSpan(making: Making, seen: NotificationSeen): Span {
  const { view, options, common } = making;
  const { ref, from, method, call } = seen;
  const told = view.value(ref);
  const given = contextOf(member(told, 'params'));
  const place = placeOf(making, { ref, given, beside: besideOf(making, from), around: call });
  const kind = kindOf(from, options.side);
  return {
    ...place.span,
    name: method,
    kind,
    start: timeOf(making, ref.at),
    end: timeOf(making, ref.sent),
    attributes: known(
      common,
      kind === 'client' ? making.address : {},
      notificationAttributes(seen, view.session, options.urlOf),
      versionOf(told),
      shownAttributes(making, { method, asked: making.payload(ref) }, ref),
      place.attributes,
    ),
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
  const isApart = WITHOUT_SPAN.has(anomaly.kind) && !isInSpan(anomaly, making.view);
  return isApart ? [apartSpan(making, anomaly)] : [];
}

/** An answer that came when its request was over, for who had asked, at least. */
export function lateSpan(making: Making, call: Call, { seq, item }: MessageRef): Span {
  const place = item === undefined ? { seq } : { seq, item };
  return apartSpan(making, { kind: 'late-response', ...place, from: other(call.from), call });
}

function apartSpan(making: Making, apart: Apart): Span {
  const { view, options, common, at } = making;
  const { kind, seq, item, call } = apart;
  const ref: MessageRef = { seq, at, sent: at, size: 0, ...(item === undefined ? {} : { item }) };
  const place = placeOf(making, { ref, around: call });
  return {
    ...place.span,
    name: kind,
    kind: 'internal',
    start: timeOf(making, at),
    end: timeOf(making, at),
    attributes: {
      ...common,
      ...brokenAttributes(apart, view.session, options.urlOf),
      ...place.attributes,
      [ATTRIBUTE.error]: ERROR.other,
    },
    links: place.links,
    error: '',
  };
}

/** Whether a malformed message is a request or notification all the same, and has the span of one. */
function isInSpan({ kind, seq, item }: Anomaly, { value }: SessionView): boolean {
  if (kind !== 'malformed') return false;
  return member(value({ seq, ...(item === undefined ? {} : { item }) }), 'method') !== undefined;
}
