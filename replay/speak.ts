/** What the server says: the recorded text, with the ids of the live client in it. */
import { member } from '../model/json.ts';
import { type Id, idKey, isId } from '../model/message.ts';
import { META } from '../model/methods.ts';
import type { Call } from '../model/session.ts';
import { type Path, replaceAt } from './json-text.ts';
import type { LiveRequest, LiveSession } from './live-session.ts';
import { waitingRepeats } from './repeat.ts';
import { refOf } from './report.ts';
import type { Script, ServerStep } from './script.ts';
import type { Slot } from './slots.ts';

export interface OutgoingMessage {
  readonly kind: 'message';
  readonly text: string;
  /** A notification is in it: see `SPACING` in stand-in.ts. */
  readonly notifies: boolean;
  /** No LF follows it. */
  readonly eof: boolean;
  /** The recorded requests that it answers. */
  readonly answers?: readonly Answered[];
  /** Milliseconds until it is sent; what comes after it does not wait. Only a fault has it. */
  readonly delay?: number;
  /** The recorded line; a refusal of ours has none. */
  readonly step?: ServerStep;
  /** The live exchange of the request that it belongs to, when exchanges are told apart. */
  readonly exchange?: number;
}

/** A recorded request, and where its answer stands in the line: nowhere but in a batch. */
export interface Answered {
  readonly call: string;
  readonly path: Path;
}

/** What the server says next. */
export type Outgoing =
  /** A message: its recorded text, with the ids of the live client. */
  | OutgoingMessage
  /** Bytes of its stdout that were no message, LF included. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | ServerEnd;

/** The server ended by itself here. */
export interface ServerEnd {
  readonly kind: 'end';
  readonly code: number | null;
  readonly signal: string | null;
}

/** What the server says now that the client has said all this. */
export function due(state: LiveSession): Outgoing[] {
  const out = state.placement.due().flatMap((step) => send(state, step));
  if (!state.over && state.placement.isOver()) {
    state.over = true;
    const { code = null, signal = null } = state.script.exit ?? {};
    out.push({ kind: 'end', code, signal });
  }
  return out;
}

function send(state: LiveSession, step: ServerStep): Outgoing[] {
  if (step.bytes) return [{ kind: 'bytes', bytes: step.bytes }];
  const text = liveText(state, step);
  if (text === undefined) {
    state.unwanted.push(step.seq);
    return [];
  }
  for (const { asks, slots } of step.parts) {
    if (asks) expectAnswer(state.asked, asks);
    for (const { call, of } of slots) {
      if (of === 'id') state.moments.answered.set(call, ++state.moment);
    }
  }
  state.sent.push({ step, text });
  const notifies = step.parts.some(({ kind }) => kind === 'notification');
  const repeats = step.owners.flatMap((call) => waitingRepeats(state, step, call));
  const exchange = liveExchange(state, step);
  const message = {
    kind: 'message',
    text,
    notifies,
    eof: step.eof,
    answers: answersOf(step),
    step,
    ...(exchange === undefined ? {} : { exchange }),
  } as const;
  return [message, ...repeats];
}

function answersOf({ parts }: ServerStep): Answered[] {
  return parts.flatMap(({ kind, slots, ref }) => {
    const own = slots.find(({ path }) => path.at(-1) === 'id');
    const call = kind === 'response' ? own?.call : undefined;
    const path = ref.item === undefined ? [] : [ref.item];
    return call ? [{ call: refOf(call), path }] : [];
  });
}

/** The exchange of the live request that a line belongs to: as its owner, or by its subscription. */
function liveExchange({ live }: LiveSession, { owners, parts }: ServerStep): number | undefined {
  const calls = [...owners, ...parts.flatMap(({ slots }) => slots.map(({ call }) => call))];
  return calls.map((call) => live.get(call)?.exchange).find((exchange) => exchange !== undefined);
}

function expectAnswer(asked: Map<string, Call[]>, call: Call): void {
  const key = idKey(call.id);
  const open = asked.get(key);
  if (open) open.push(call);
  else asked.set(key, [call]);
}

/** The recorded text with the ids of the live client; undefined when it asked for no progress now. */
function liveText(state: LiveSession, step: ServerStep): string | undefined {
  let text = step.text;
  for (const { slots } of step.parts) {
    for (const slot of slots) {
      const id = liveId(state.live.get(slot.call), slot);
      if (id === undefined) return undefined;
      if (id !== recordedId(state.script, slot)) {
        text = replaceAt(text, slot.path, JSON.stringify(id));
      }
    }
  }
  return text;
}

function liveId(live: LiveRequest | undefined, { of }: Slot): Id | undefined {
  const id = of === 'id' ? live?.id : live?.token;
  return isId(id) ? id : undefined;
}

function recordedId({ session }: Script, { call, of }: Slot): unknown {
  if (of === 'id') return call.id;
  return member(session.value(call.request), 'params', '_meta', META.progressToken);
}
