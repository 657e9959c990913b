/**
 * A recorded server inside the process of its client: a transport for clients of the MCP SDKs,
 * version 1 and 2. It has the shape of their `Transport` and imports neither.
 */
import type { Entry } from '../model/entry.ts';
import type { Heard } from './heard.ts';
import { type Fetch, fetchOf, type HttpStandIn, httpStandIn } from './http/stand-in.ts';
import { createPlayer, type Player, type PlayOptions } from './player.ts';
import { type RecordedSession, recordedSessions, sessionOf } from './recorded.ts';
import type { ReplayReport } from './report.ts';
import type { Outgoing, OutgoingMessage } from './speak.ts';
import { type Transcript, transcript } from './transcript.ts';

/** What `Transport` is in @modelcontextprotocol/sdk 1 and @modelcontextprotocol/client 2. */
export interface StandInTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: unknown, extra?: unknown) => void;
  start(): Promise<void>;
  send(message: unknown, options?: unknown): Promise<void>;
  close(): Promise<void>;
}

/** One recorded session that a client in this process can connect to, once. */
export interface StandIn {
  readonly name: string;
  transport(): StandInTransport;
  /** For HTTP transports of the SDKs, in place of the global one; no socket is opened. */
  readonly fetch: Fetch;
  report(): ReplayReport;
  transcript(): Transcript;
}

/**
 * The stand-in of a recorded session, by name, id or beginning of an id. Throws a SessionChoice
 * when it is not there, or not clear.
 */
export function standIn(
  entries: Iterable<Entry>,
  name?: string,
  options: PlayOptions = {},
): StandIn {
  return standInOf(sessionOf(recordedSessions(entries), name), options);
}

export function standInOf(session: RecordedSession, options: PlayOptions = {}): StandIn {
  const player = createPlayer(session, options);
  let http: HttpStandIn | undefined;
  let given = false;
  const give = (): void => {
    if (given)
      throw new Error(
        `The recorded session ${session.name} was one connection, and has its client.`,
      );
    given = true;
  };
  const open = (): HttpStandIn => {
    give();
    http = httpStandIn([player]);
    return http;
  };
  return {
    name: session.name,
    transport() {
      give();
      return transportOf(player);
    },
    fetch: (...request) => fetchOf(http ?? open())(...request),
    report: () => http?.report().sessions[0] ?? player.report(),
    transcript: () => http?.transcript() ?? transcript([player.transcript()]),
  };
}

/** `heard` is told what each side says, when it says it. */
export function transportOf(player: Player, heard?: Heard): StandInTransport {
  const waiting: Outgoing[] = [];
  const late = new Set<NodeJS.Timeout>();
  let state: 'new' | 'open' | 'closed' = 'new';
  let delivering = false;

  const deliver = (): void => {
    const next = state === 'open' ? waiting.shift() : undefined;
    delivering = next !== undefined;
    if (!next) return;
    if (next.kind === 'end') close();
    else if (next.kind === 'message') handIn(next);
    // A client handles notifications a moment after it got them; see SPACING in stand-in.ts.
    const later = next.kind === 'message' && next.notifies ? setImmediate : queueMicrotask;
    later(deliver);
  };

  const handIn = ({ text, delay }: OutgoingMessage): void => {
    if (delay === undefined) hand(text);
    else late.add(setTimeout(() => hand(text), delay));
  };

  const hand = (text: string): void => {
    heard?.hear('server', text);
    for (const message of messagesOf(text)) {
      try {
        transport.onmessage?.(message);
      } catch (error) {
        transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };

  const say = (said: readonly Outgoing[]): void => {
    waiting.push(...said);
    if (delivering || waiting.length === 0) return;
    delivering = true;
    queueMicrotask(deliver);
  };

  const close = (): void => {
    if (state === 'closed') return;
    state = 'closed';
    for (const timer of late) clearTimeout(timer);
    transport.onclose?.();
  };

  const transport: StandInTransport = {
    async start() {
      if (state !== 'new') throw new Error('The transport was started before.');
      state = 'open';
      say(player.start());
    },
    async send(message) {
      if (state !== 'open') throw new Error('The transport is not open.');
      // As text and back: what JSON leaves out is not sent, and neither side can change what the other holds.
      const text = JSON.stringify(message) ?? '';
      heard?.hear('client', text);
      say(player.receiveText(text));
    },
    async close() {
      close();
    },
  };
  return transport;
}

function messagesOf(text: string): readonly unknown[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}
