/** The spans of messages: of a request with its answer, of a notification, of what broke the protocol. */
import { reference } from '../entry.ts';
import { member } from '../json.ts';
import type { Call, MessageRef, NotificationSeen, SessionView } from '../session.ts';
import { contextOf, type TraceContext } from '../trace-context.ts';
import {
  apartAttributes,
  known,
  meaning,
  notificationAttributes,
  requestAttributes,
  versionOf,
} from './attributes.ts';
import { ATTRIBUTE, ERROR } from './conventions.ts';
import type { Apart } from './faults.ts';
import { mayLink } from './link.ts';
import { type Making, timeOf } from './making.ts';
import { endingOf } from './outcome.ts';
import { payloadAttributes, type Shown } from './payload-attributes.ts';
import { mayShow } from './payloads.ts';
import { type Place, placeOf } from './place.ts';
import type { Attributes, Span, SpanKind } from './span.ts';

export interface Placing {
  /** What the request goes on with. */
  readonly earlier: Call | undefined;
  readonly faults: readonly string[];
}

/** Says where the span of a request belongs, and what is wrong with the request, when it is asked. */
export function placeRequest(making: Making, call: Call, { earlier, faults }: Placing): void {
  const { view, places, asked } = making;
  const { request, exchange, from, parent } = call;
  const place = placeOf(making, {
    ref: request,
    given: contextOf(member(view.value(request), 'params')),
    beside: besideOf(making, from),
    around: parent,
    isInferred: exchange === undefined || exchange !== parent?.exchange,
  });
  const faulty = withFaults(place, faults);
  places.set(call, earlier ? following(making, faulty, earlier) : faulty);
  const payload = making.payload(request);
  if (payload) asked.set(call, payload);
}

function withFaults(place: Place, faults: readonly string[]): Place {
  if (faults.length === 0) return place;
  return { ...place, attributes: { ...place.attributes, [ATTRIBUTE.faults]: faults } };
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

/** The span of a request that is over; `faults`: of its answer. */
export function requestSpan(making: Making, call: Call, faults: readonly string[]): Span {
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
    name: nameOf(method, subject) || 'mcp request',
    kind,
    start: timeOf(making, request.at),
    end: timeOf(making, Math.max(request.at, endOf(call, view))),
    attributes: known(
      meaning(call, view.session, ending.attributes),
      common,
      kind === 'client' ? making.address : {},
      requestAttributes(call, options.urlOf),
      versionOf(view.value(request)),
      shownAttributes(making, shown, request),
      place.attributes,
      faults.length === 0 ? {} : { [ATTRIBUTE.responseFaults]: faults },
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

/** With the target of methods that have few of them. Empty where a peer names no method. */
function nameOf(method: string, subject = ''): string {
  const isNamed = method === 'tools/call' || method === 'prompts/get';
  return isNamed && subject !== '' ? `${method} ${subject}` : method;
}

/** Who asks reports a client's span and who answers a server's, whichever side of MCP it is. */
function kindOf(from: Call['from'], side: 'server' | 'client'): SpanKind {
  return from === side ? 'client' : 'server';
}

/** When it was over: with its answer, when it was given up, with its exchange, with the session. */
function endOf({ response, cancelled, exchangeEnd }: Call, { session }: SessionView): number {
  return response?.sent ?? cancelled?.at ?? exchangeEnd?.at ?? session.lastAt;
}

export function notificationSpan(
  making: Making,
  seen: NotificationSeen,
  faults: readonly string[],
): Span {
  const { view, options, common } = making;
  const { ref, from, method, subject, call } = seen;
  const told = view.value(ref);
  const given = contextOf(member(told, 'params'));
  const beside = besideOf(making, from);
  const place = withFaults(placeOf(making, { ref, given, beside, around: call }), faults);
  const kind = kindOf(from, options.side);
  return {
    ...place.span,
    name: nameOf(method, subject) || 'mcp notification',
    kind,
    start: timeOf(making, ref.at),
    end: timeOf(making, ref.sent),
    attributes: known(
      meaning(seen, view.session),
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

/** A message that is no request, no notification and no request's answer. */
export function apartSpan(making: Making, apart: Apart): Span {
  const { view, options, common } = making;
  const { kind, ref, call } = apart;
  const place = placeOf(making, { ref, around: call });
  return {
    ...place.span,
    name: kind,
    kind: 'internal',
    start: timeOf(making, ref.at),
    end: timeOf(making, ref.at),
    attributes: {
      [ATTRIBUTE.error]: ERROR.other,
      ...common,
      ...apartAttributes(apart, view.session, options.urlOf),
      ...place.attributes,
    },
    links: place.links,
    error: '',
  };
}
