/** The HTTP exchanges of a recorded session: what the server answered each with, and how it ended. */
import { bytesOfEntry } from '../../model/crossing.ts';
import { type Entry, type FrameEntry, type HttpEntry, headerOf } from '../../model/entry.ts';
import { readBlock } from '../../model/sse.ts';
import { bytesOf } from '../../model/text.ts';
import { messageOf } from '../recorded.ts';
import type { Script, ServerStep } from '../script.ts';

export interface RecordedExchange {
  /** Counted in the session, from 1. */
  readonly number: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The place in the session where it was opened. */
  readonly opened: number;
  /** The client put messages into it. */
  readonly isAsked: boolean;
  /** None: no head of a response is recorded. */
  readonly status?: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly isStream: boolean;
  /** What the server sent in it, in order. */
  readonly parts: readonly Part[];
  readonly ended?: { readonly seq: number; readonly how: string };
  /** The exchange that its stream goes on after; 0: one that is not known. */
  readonly resumes?: number;
}

/** A message of the server, or bytes of its response that are none. */
export type Part =
  | { readonly step: ServerStep; readonly event?: string }
  | { readonly bytes: Uint8Array; readonly event?: string };

type Draft = { -readonly [K in keyof RecordedExchange]: RecordedExchange[K] } & { parts: Part[] };

/** By number, in the order in which they were opened; none for a recording of a pipe. */
export function exchangesOf({ session, steps }: Script): ReadonlyMap<number, RecordedExchange> {
  const exchanges = new Map<number, Draft>();
  const stepAt = new Map(steps.map((step) => [step.seq, step]));
  for (const entry of session.entries) {
    if (entry.type === 'http') addHttp(exchanges, entry);
    else addCrossing(exchanges, entry, stepAt);
  }
  return exchanges;
}

function addHttp(exchanges: Map<number, Draft>, entry: HttpEntry): void {
  const { exchange: number, seq, method = 'GET', path = '/', headers = [] } = entry;
  if (entry.phase === 'opened') {
    const draft: Draft = {
      number,
      method,
      path,
      opened: seq,
      isAsked: false,
      headers: [],
      isStream: false,
      parts: [],
    };
    if (headerOf({ headers }, 'last-event-id') !== undefined) draft.resumes = 0;
    exchanges.set(number, draft);
    return;
  }
  const known = exchanges.get(number);
  if (!known) return;
  if (entry.phase === 'ended') known.ended = { seq, how: entry.ended ?? 'complete' };
  else if (isStatus(entry.status)) {
    known.status = entry.status;
    known.headers = headers;
    const isStream = /^text\/event-stream/i.test(headerOf({ headers }, 'content-type') ?? '');
    known.isStream = isStream && hasBody(entry.status);
  }
}

/** A recording may say anything; no response has another one. */
function isStatus(status: unknown): status is number {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

/** Whether responses of this status may have a body. */
export function hasBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}

function addCrossing(
  exchanges: Map<number, Draft>,
  entry: Entry,
  stepAt: ReadonlyMap<number, ServerStep>,
): void {
  if (entry.type !== 'message' && entry.type !== 'frame') return;
  const known = entry.exchange === undefined ? undefined : exchanges.get(entry.exchange);
  if (!known) return;
  if (entry.from === 'client') {
    known.isAsked ||= messageOf(entry) !== undefined;
    return;
  }
  if (entry.resumes) known.resumes = entry.resumes.exchange;
  const step = stepAt.get(entry.seq);
  const event = entry.type === 'message' ? entry.sse?.id : eventOf(entry);
  const more = event === undefined ? {} : { event };
  if (step) known.parts.push({ step, ...more });
  else if (entry.type === 'frame') {
    const bytes = endpointOf(entry) ?? bytesOfEntry(entry);
    if (bytes) known.parts.push({ bytes, ...more });
  }
}

/** The event that a block without a message tells. */
function eventOf({ why, text }: FrameEntry): string | undefined {
  return why === 'sse' ? readBlock(text ?? '').id : undefined;
}

/**
 * The older transport (HTTP+SSE) begins by telling where to post. Only the path of that is ours to
 * tell: the recorded server is not here, and the name of its session is hidden.
 */
function endpointOf({ why, text = '' }: FrameEntry): Uint8Array | undefined {
  const { event, data } = why === 'sse' ? readBlock(text) : {};
  if (event !== 'endpoint' || !data) return undefined;
  const address = text.slice(data.start, data.end).replace('#', '');
  if (!URL.canParse(address, 'http://localhost')) return undefined;
  const { pathname, search } = new URL(address, 'http://localhost');
  return bytesOf(text.slice(0, data.start) + pathname + search + text.slice(data.end));
}

/** Whether the server ended the response itself, and not the client or the tap. */
export function endedByServer({ ended }: RecordedExchange): boolean {
  return ended?.how === 'complete' || ended?.how === 'server-closed';
}
