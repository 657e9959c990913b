/**
 * One side of an exchange: its body, decoded where it was coded, as entries. They wait until the
 * exchange has its place (placement.ts).
 */
import type { CodedBody, Draft } from '../../model/entry.ts';
import type { KeyedHash } from '../../model/keyed-hash.ts';
import { readBlock } from '../../model/sse.ts';
import { type Crossings, createCrossings, type Finish } from '../crossings.ts';
import { type Body, openBody } from './body.ts';
import { withoutSessionIds } from './recorded.ts';
import { type HttpSession, noteEvent } from './sessions.ts';

/** Where an exchange is recorded. */
export interface Place {
  readonly session: HttpSession;
  readonly exchange: number;
  /** Whether its bodies are of the protocol; others may be logins, and are not kept. */
  readonly isProtocol: boolean;
}

/** Runs a step as soon as the place is known. */
export type WhenPlaced = (step: (place: Place) => void) => void;

/** The body of one side. */
export interface Side {
  readonly coded: CodedBody | undefined;
  as(channel: 'request' | 'response' | 'stream', lastEvent?: string): void;
  push(chunk: Uint8Array, at: number, sent: number): void;
  /** What was put into the message on its way. */
  propagated(traceparent: string): void;
  /** `then` is called when all of it is recorded or waits to be; the second end is no other one. */
  end(then: () => void): void;
}

export interface SideOptions {
  readonly from: CodedBody['from'];
  /** The content coding of its body. */
  readonly coding: string | undefined;
  readonly whenPlaced: WhenPlaced;
  /** Sees the body as well. */
  readonly look: (chunk: Uint8Array) => void;
}

export function openSide({ from, coding, whenPlaced, look }: SideOptions): Side {
  let crossings: Crossings | undefined;
  let traceparent: string | undefined;
  let coded: CodedBody | undefined;
  let state: 'open' | 'ending' | 'ended' = 'open';
  let whenEnded: (() => void)[] = [];
  const body: Body = openBody(coding, (chunk, at, sent) => {
    whenPlaced(({ session }) => {
      crossings?.push(chunk, onClock(session, at), onClock(session, sent));
    });
    look(chunk);
  });
  return {
    get coded() {
      return coded;
    },
    as: (channel, lastEvent) =>
      whenPlaced((place) => {
        const around = { lastEvent, propagated: () => traceparent };
        crossings = crossingsOf(place, { from, channel }, around);
      }),
    push: body.push,
    propagated(put) {
      traceparent = put;
    },
    end(then) {
      if (state === 'ended') return then();
      whenEnded.push(then);
      if (state === 'ending') return;
      state = 'ending';
      body.end((wire) => {
        if (wire) coded = { from, ...wire };
        state = 'ended';
        whenPlaced(() => crossings?.end());
        for (const step of whenEnded) step();
        whenEnded = [];
      });
    },
  };
}

function crossingsOf(
  { session, exchange, isProtocol }: Place,
  side: { from: CodedBody['from']; channel: 'request' | 'response' | 'stream' },
  {
    lastEvent,
    propagated,
  }: { lastEvent: string | undefined; propagated: () => string | undefined },
): Crossings {
  const { tap, large, events } = session;
  const origin = lastEvent === undefined ? undefined : events.get(lastEvent);
  const resumes =
    lastEvent === undefined || origin === undefined || side.channel !== 'stream'
      ? undefined
      : { exchange: origin, event: `#${tap.hash(lastEvent)}` };
  const event = (id: string): void => noteEvent(session, id, origin ?? exchange);
  const finish: Finish = (draft) => {
    const traceparent = propagated();
    if (traceparent !== undefined) return { ...draft, propagated: traceparent };
    return side.channel === 'stream' ? finishBlock(draft, tap.hash, event) : draft;
  };
  return createCrossings(
    isProtocol ? tap : { ...tap, capture: 'metadata' },
    { ...side, exchange, ...(resumes ? { resumes } : {}) },
    large,
    { finish, event },
  );
}

/** Notes the event of a block, and hides the session in the address that a stream may tell. */
function finishBlock(draft: Draft, hash: KeyedHash, onEvent: (id: string) => void): Draft {
  if (draft.type !== 'message' && draft.type !== 'frame') return draft;
  const { id, event } = fieldsOf(draft);
  if (id) onEvent(id);
  if (event !== 'endpoint' || draft.type !== 'frame' || draft.text === undefined) return draft;
  return { ...draft, text: withoutSessionIds(draft.text, hash) };
}

function fieldsOf(draft: Extract<Draft, { type: 'message' | 'frame' }>): {
  id?: string;
  event?: string;
} {
  if (draft.type === 'message') return draft.sse ?? {};
  return draft.why === 'sse' ? readBlock(draft.text ?? '') : {};
}

/** A time of the listener's clock on that of a session. */
export function onClock({ start }: HttpSession, at: number): number {
  return Math.max(0, at - start);
}
