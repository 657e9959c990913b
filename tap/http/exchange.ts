/**
 * One exchange, recorded while somebody else passes it on. Nothing here throws to that somebody,
 * waits, or changes a byte.
 *
 * What an exchange belongs to may show only in its body or in its answer (placement.ts); until then
 * what is to be recorded waits, at most 64 KiB of it.
 */
import type { CodedBody, HttpEntry } from '../../model/entry.ts';
import { headerOf, mediaTypeOf, type RawHeaders } from './headers.ts';
import { createPlacement } from './placement.ts';
import { recordedHeaders, recordedPath } from './recorded.ts';
import type { Caller, Sessions } from './sessions.ts';
import { onClock, openSide, type Place, type Side, type WhenPlaced } from './side.ts';

/** How an exchange ended. */
export type Ending = 'complete' | 'client-closed' | 'server-closed' | 'unreachable';

/** The head of a request; `at` in µs of the listener's clock, like all times here. */
export interface RequestHead {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: RawHeaders;
  readonly at: number;
  readonly caller: () => Caller;
}

export interface Exchange {
  requestBody(chunk: Uint8Array, at: number, sent: number): void;
  /** The trace context that was put into the request on its way. */
  propagated(traceparent: string): void;
  requestEnded(): void;
  responseHead(status: number, headers: RawHeaders, at: number): void;
  responseBody(chunk: Uint8Array, at: number, sent: number): void;
  /** Nothing more comes from either side. `reason`: of an end that was none of the protocol's. */
  ended(how: Ending, at: number, reason?: string): void;
}

export interface ExchangeOptions {
  readonly sessions: Sessions;
  /** The path of the address that the user named. */
  readonly endpoint: string;
  /** Told when recording can follow no further (true), and when it can again. */
  readonly hold?: (isHeld: boolean) => void;
}

export function openExchange(head: RequestHead, options: ExchangeOptions): Exchange {
  const { sessions, hold } = options;
  const { place, whenPlaced } = createWaiting();
  const placement = createPlacement(head, options, (found) => {
    found.session.openCount++;
    if (hold) found.session.holds.add(hold);
    place(found);
  });
  const note = (at: number, fields: (place: Place) => Fields): void =>
    whenPlaced((found) => {
      const { session, exchange } = found;
      const when = onClock(session, at);
      session.tap.recorder.add([{ type: 'http', at: when, exchange, ...fields(found) }]);
    });

  const coding = headerOf(head.headers, 'content-encoding');
  const request = openSide({ from: 'client', coding, whenPlaced, look: placement.request });
  let response: Side | undefined;
  let [isBegun, isOver] = [false, false];
  const begin = (): void => {
    if (isBegun) return;
    isBegun = true;
    note(head.at, (place) => opening(head, place));
    request.as('request');
    placement.start();
  };
  // Behind whoever passes the request on in this turn.
  queueMicrotask(begin);

  const close = (how: Ending, at: number, reason: string | undefined): void => {
    placement.ended();
    const coded = [request, response].flatMap((side) => side?.coded ?? []);
    note(at, (place) => ending(how, reason, coded, place));
    whenPlaced(({ session }) => {
      if (hold) session.holds.delete(hold);
      placement.close();
      sessions.release(session);
    });
  };

  return {
    requestBody(chunk, at, sent) {
      begin();
      request.push(chunk, at, sent);
    },
    propagated: request.propagated,
    requestEnded() {
      begin();
      request.end(placement.requestEnded);
    },
    responseHead(status, headers, at) {
      note(at, ({ session }) => {
        return { phase: 'head', status, headers: recordedHeaders(headers, session.tap) };
      });
      const isStream = mediaTypeOf(headers) === 'text/event-stream';
      const coded = headerOf(headers, 'content-encoding');
      response = openSide({ from: 'server', coding: coded, whenPlaced, look: placement.response });
      response.as(isStream ? 'stream' : 'response', headerOf(head.headers, 'last-event-id'));
      placement.responseHead(status, headers, isStream);
    },
    responseBody: (chunk, at, sent) => response?.push(chunk, at, sent),
    ended(how, at, reason) {
      begin();
      if (isOver) return;
      isOver = true;
      request.end(() => {
        if (response) response.end(() => close(how, at, reason));
        else close(how, at, reason);
      });
    },
  };
}

type Fields = Omit<HttpEntry, 'type' | 'session' | 'seq' | 'at' | 'exchange'>;

function opening({ method, path, headers }: RequestHead, { session, isProtocol }: Place): Fields {
  const { tap } = session;
  return {
    phase: 'opened',
    method,
    path: recordedPath(path, isProtocol, tap),
    headers: recordedHeaders(headers, tap),
  };
}

function ending(
  ended: Ending,
  reason: string | undefined,
  coded: readonly CodedBody[],
  { session }: Place,
): Fields {
  return {
    phase: 'ended',
    ended,
    ...(reason === undefined ? {} : { reason: session.tap.clean(reason).text }),
    ...(coded.length > 0 ? { coded } : {}),
  };
}

/** Steps that wait for a place, in order. */
function createWaiting(): { place(found: Place): void; readonly whenPlaced: WhenPlaced } {
  let place: Place | undefined;
  let waiting: ((place: Place) => void)[] = [];
  return {
    place(found) {
      place = found;
      for (const step of waiting) step(found);
      waiting = [];
    },
    whenPlaced(step) {
      if (place) step(place);
      else waiting.push(step);
    },
  };
}
