/**
 * The player: speaks for a recorded server. Messages of a live client go in, the server's recorded
 * messages come out, as soon as they are due.
 *
 * Pure and synchronous: it knows no stream, no clock and no timer, so the same messages in the same
 * order always give the same answers. It runs nothing, opens nothing and writes nothing that the
 * recording names. A message that the recording does not have is answered with an error that says
 * so, and never with something similar.
 */
import { isObject, member, parseJson } from '../model/json.ts';
import {
  classify,
  type Id,
  idKey,
  isId,
  itemsOf,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  type SingleMessage,
} from '../model/message.ts';
import { META } from '../model/methods.ts';
import type { Call } from '../model/session.ts';
import { compareValues } from './compare.ts';
import { type Consumption, createConsumption, type Wanted } from './consumption.ts';
import { replaceAt } from './json-text.ts';
import { missOf } from './miss.ts';
import { createSecrets, type Secrets, withPlaceholders } from './placeholders.ts';
import { createPlacement, type Placement } from './placement.ts';
import type { RecordedSession } from './recorded.ts';
import { type Difference, type Miss, type ReplayReport, refOf, reportOf } from './report.ts';
import {
  type ClientItem,
  isRequest,
  type Script,
  type ServerStep,
  type Slot,
  scriptOf,
} from './script.ts';
import {
  clientLine,
  type Line,
  type SessionTranscript,
  serverLines,
  unmatchedLine,
} from './transcript.ts';
import { capabilitiesOf, without } from './volatile.ts';

export interface OutgoingMessage {
  readonly kind: 'message';
  readonly text: string;
  /** A notification is in it: see `SPACING` in stand-in.ts. */
  readonly notifies: boolean;
  /** No LF follows it. */
  readonly eof: boolean;
}

/** What the server says next. */
export type Outgoing =
  /** A message: its recorded text, with the ids of the live client. */
  | OutgoingMessage
  /** Bytes of its stdout that were no message, LF included. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The server ended by itself here. */
  | { readonly kind: 'end'; readonly code: number | null; readonly signal: string | null };

export interface Player {
  readonly session: RecordedSession;
  /** What the server says before the client says anything. To be called first, once. */
  start(): Outgoing[];
  /** Takes the value of one JSON text of the client. */
  receive(value: unknown): Outgoing[];
  /** Takes one line of the client. */
  receiveText(text: string): Outgoing[];
  /** What this replay is like so far. */
  report(): ReplayReport;
  transcript(): SessionTranscript;
}

/** The live side of a recorded request of the client. */
interface Live {
  readonly id: Id;
  readonly token: unknown;
}

interface State {
  readonly script: Script;
  readonly placement: Placement;
  readonly consumption: Consumption;
  readonly secrets: Secrets;
  readonly live: Map<Call, Live>;
  /** By live id: the recorded call of the newest request that was sent with it. */
  readonly byId: Map<string, Call>;
  /** By id: requests of the server that were sent and have no answer yet. */
  readonly asked: Map<string, Call[]>;
  readonly said: { readonly item: ClientItem | undefined; readonly value: unknown }[];
  readonly sent: { readonly step: ServerStep; readonly text: string }[];
  readonly refusals: string[];
  readonly misses: Miss[];
  readonly differences: Difference[];
  readonly unwanted: number[];
  readonly moments: { readonly asked: Map<Call, number>; readonly answered: Map<Call, number> };
  moment: number;
  over: boolean;
}

/** A player of one recorded session. */
export function createPlayer(session: RecordedSession): Player {
  const script = scriptOf(session);
  const secrets = createSecrets();
  const state: State = {
    script,
    secrets,
    placement: createPlacement(script),
    consumption: createConsumption(script, secrets),
    live: new Map(),
    byId: new Map(),
    asked: new Map(),
    said: [],
    sent: [],
    refusals: [],
    misses: [],
    differences: [],
    unwanted: [],
    moments: { asked: new Map(), answered: new Map() },
    moment: 0,
    over: false,
  };
  const receive = (value: unknown): Outgoing[] => {
    if (state.over) return [];
    const messages = itemsOf(classify(value));
    const refused = messages.flatMap(([message, item]) => {
      const own = item === undefined || !Array.isArray(value) ? value : value[item];
      return take(state, message, own);
    });
    return [...refused, ...due(state)];
  };
  return {
    session,
    start: () => due(state),
    receive,
    receiveText(text) {
      const parsed = parseJson(text);
      if (parsed.ok) return receive(parsed.value);
      // Text that is too deep to be walked stands for itself.
      if (parsed.why === 'too-deep') return receive(text);
      // An empty line says nothing.
      if (text.trim() !== '') state.misses.push(missOf('invalid', { reason: 'not-json' }));
      return [];
    },
    report: () => reportOf(script, state.placement, state),
    transcript: () => transcriptOfState(state),
  };
}

/** Finds the recorded message that a live one is; gives our refusal when there is none. */
function take(state: State, message: SingleMessage, value: unknown): Outgoing[] {
  if (message.kind === 'response') return takeAnswer(state, message, value);
  if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
    const handled = takeCancellation(state, message, value);
    if (handled) return [];
  }
  const wanted: Wanted =
    message.kind === 'invalid' ? { kind: 'other', method: '', params: value } : message;
  const taken = state.consumption.take(wanted);
  if (taken.ok) {
    note(state, taken.item, value);
    return message.kind === 'request' ? bind(state, taken.item, message) : [];
  }
  const miss = missOf(message.kind, {
    reason: taken.reason,
    wanted,
    script: state.script,
    secrets: state.secrets,
    ...(taken.nearest ? { nearest: taken.nearest } : {}),
    ...(taken.write ? { write: taken.write } : {}),
  });
  return refuse(state, miss, { value, ...(message.kind === 'request' ? { id: message.id } : {}) });
}

/** The code of our errors: outside of all ranges that JSON-RPC and MCP reserve. */
export const MISS_CODE = 90404;

function refuse(state: State, miss: Miss, live: { value: unknown; id?: Id }): Outgoing[] {
  state.said.push({ item: undefined, value: live.value });
  if (live.id !== undefined) return tell(state, miss, live.id);
  state.misses.push(miss);
  return [];
}

/** Reports a miss and answers the request with it. */
function tell(state: State, miss: Miss, id: Id): Outgoing[] {
  state.misses.push(miss);
  const { detail, reason, nearest, pointer, write } = miss;
  const data = { reason, nearest, pointer, write };
  const error = { code: MISS_CODE, message: `wiretape: ${detail}`, data };
  const text = JSON.stringify({ jsonrpc: '2.0', id, error });
  state.refusals.push(text);
  return [{ kind: 'message', text, notifies: false, eof: false }];
}

/** A live message was found to be this recorded one. */
function note(state: State, item: ClientItem, value: unknown): void {
  state.said.push({ item, value });
  state.placement.matched(item);
}

/** Ties a live request to the recorded one: its ids stand for the recorded ids from now on. */
function bind(state: State, item: ClientItem, { id, method, params }: RequestMessage): Outgoing[] {
  if (!isRequest(item)) return [];
  const { call, message } = item;
  state.live.set(call, { id, token: member(params, '_meta', META.progressToken) });
  state.byId.set(idKey(id), call);
  state.moments.asked.set(call, ++state.moment);
  if (method === 'initialize') {
    const capabilities = [capabilitiesOf(message.params), capabilitiesOf(params)] as const;
    compare(state, capabilities, { item, about: 'capabilities', at: '/params/capabilities' });
  }
  // Silence stays silence, unless it may be the recording that lost the answer.
  if (call.response || state.script.lastLoss < call.request.seq) return [];
  return tell(state, missOf('request', { reason: 'answer-lost', nearest: item }), id);
}

/** A cancellation names a live id; it is the recorded one when that gave up the same request. */
function takeCancellation(state: State, { params }: NotificationMessage, value: unknown): boolean {
  const id = member(params, 'requestId');
  const call = isId(id) ? state.byId.get(idKey(id)) : undefined;
  const item = call && state.script.turns.get(call)?.cancel;
  if (!item || state.placement.isMatched(item)) return false;
  const named = new Set(['requestId']);
  const [recorded, live] = [member(item.value, 'params'), params].map((one) =>
    isObject(one) ? without(one, named) : one,
  );
  compare(state, [recorded, live], { item, about: 'cancellation', at: '/params' });
  note(state, item, value);
  return true;
}

/** The client answers what the server asked. Another answer than the recorded one is reported. */
function takeAnswer(state: State, message: ResponseMessage, value: unknown): Outgoing[] {
  const call = message.id === null ? undefined : openQuestion(state.asked, message.id);
  const item = call && state.script.answers.get(call);
  if (item) {
    const [recorded, live] = [item.value, value].map((one) => ({
      result: member(one, 'result'),
      error: member(one, 'error'),
    }));
    compare(state, [recorded, live], { item, about: 'answer', at: '' });
    note(state, item, value);
    return [];
  }
  const stray = state.consumption.take({ kind: 'other', method: '', params: value });
  if (stray.ok) note(state, stray.item, value);
  else {
    const about = call ? { nearest: refOf(call) } : {};
    refuse(state, missOf('response', { reason: 'nothing-asked', ...about }), { value });
  }
  return [];
}

/** The oldest open request of the server with this id; else with its text, or the number it is the text of. */
function openQuestion(asked: ReadonlyMap<string, Call[]>, id: Id): Call | undefined {
  const exact = asked.get(idKey(id))?.shift();
  if (exact) return exact;
  const isText = typeof id === 'string';
  if (isText && (id.trim() === '' || !Number.isFinite(Number(id)))) return undefined;
  return asked.get(idKey(isText ? Number(id) : String(id)))?.shift();
}

interface Compared {
  readonly item: ClientItem;
  readonly about: Difference['about'];
  readonly at: string;
}

function compare(
  state: State,
  [recorded, live]: readonly unknown[],
  { item, about, at }: Compared,
): void {
  const trial = state.secrets.trial();
  const { pointer } = compareValues(recorded, live, { trial });
  if (pointer === undefined) trial.keep();
  else state.differences.push({ entry: item.reference, about, pointer: at + pointer });
}

/** What the server says now that the client has said all this. */
function due(state: State): Outgoing[] {
  const out = state.placement.due().flatMap((step) => send(state, step));
  if (!state.over && state.placement.isOver()) {
    state.over = true;
    const { code = null, signal = null } = state.script.exit ?? {};
    out.push({ kind: 'end', code, signal });
  }
  return out;
}

function send(state: State, step: ServerStep): Outgoing[] {
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
  return [{ kind: 'message', text, notifies, eof: step.eof }];
}

function expectAnswer(asked: Map<string, Call[]>, call: Call): void {
  const key = idKey(call.id);
  const open = asked.get(key);
  if (open) open.push(call);
  else asked.set(key, [call]);
}

/** The recorded text with the ids of the live client; undefined when it asked for no progress now. */
function liveText(state: State, step: ServerStep): string | undefined {
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

function liveId(live: Live | undefined, { of }: Slot): Id | undefined {
  const id = of === 'id' ? live?.id : live?.token;
  return isId(id) ? id : undefined;
}

function recordedId({ session }: Script, { call, of }: Slot): unknown {
  if (of === 'id') return call.id;
  return member(session.value(call.request), 'params', '_meta', META.progressToken);
}

function transcriptOfState(state: State): SessionTranscript {
  const { script, said, sent, refusals, secrets } = state;
  const lines: Line[] = sent.flatMap(({ step, text }) => serverLines(step, text));
  const unmatched = refusals.map((text) => unmatchedLine(JSON.parse(text)));
  for (const { item, value } of said) {
    if (!item) unmatched.push(unmatchedLine(value));
    else lines.push(clientLine(item, withPlaceholders(item.value, value, secrets.trial())));
  }
  return { name: script.session.name, session: script.session.session.id, lines, unmatched };
}
