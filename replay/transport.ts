/**
 * A recorded server inside the process of its client: a transport for clients of the MCP SDKs,
 * version 1 and 2. It has the shape of their `Transport` and imports neither.
 */
import type { Entry, ExitEntry } from '../model/entry.ts';
import type { Heard } from './heard.ts';
import { type Fetch, fetchOf, type HttpStandIn, httpStandIn } from './http/stand-in.ts';
import { createPlayer, type Player, type PlayOptions } from './player.ts';
import { type RecordedSession, recordedSessions, sessionOf } from './recorded.ts';
import type { ReplayReport } from './report.ts';
import type { ServerStep } from './script.ts';
import type { Outgoing } from './speak.ts';
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
      return transportTo(voiceOf(player));
    },
    fetch: (...request) => fetchOf(http ?? open())(...request),
    report: () => http?.report().sessions[0] ?? player.report(),
    transcript: () => http?.transcript() ?? transcript([player.transcript()]),
  };
}

/** What hears the server: the client's side of one connection. */
export interface Ear {
  /**
   * Hands on what the server says; what is promised is that it is on its way. `due`: what was
   * recorded, for who wants to know.
   */
  hear(said: Outgoing, due?: ServerStep | ExitEntry): unknown;
  /** The connection is over, without a word of the server. */
  close(): void;
}

/** What speaks for the server on one connection. */
export interface Voice {
  open(ear: Ear): void;
  /** The client said this. */
  say(text: string): void;
  /** The client has closed its side, or there is nothing more to hear. */
  close(): void;
}

/** A player that hears and speaks for itself. */
export function voiceOf(player: Player): Voice {
  const waiting: Outgoing[] = [];
  const late = new Set<NodeJS.Timeout>();
  let client: Ear | undefined;
  let delivering = false;

  const deliver = (): void => {
    const next = client && waiting.shift();
    delivering = next !== undefined;
    if (!next) return;
    const delay = next.kind === 'message' ? next.delay : undefined;
    if (delay === undefined) client?.hear(next);
    else late.add(setTimeout(() => client?.hear(next), delay));
    // A client handles notifications a moment after it got them; see SPACING in stand-in.ts.
    const later = next.kind === 'message' && next.notifies ? setImmediate : queueMicrotask;
    later(deliver);
  };

  const tell = (said: readonly Outgoing[]): void => {
    waiting.push(...said);
    if (delivering || waiting.length === 0) return;
    delivering = true;
    queueMicrotask(deliver);
  };

  return {
    open(ear) {
      client = ear;
      tell(player.start());
    },
    say: (text) => tell(player.receiveText(text)),
    close() {
      client = undefined;
      for (const timer of late) clearTimeout(timer);
    },
  };
}

/**
 * The transport through which a client in this process hears this voice. `heard` is told what each
 * side says, when it says it.
 */
export function transportTo(voice: Voice, heard?: Heard): StandInTransport {
  let state: 'new' | 'open' | 'closed' = 'new';

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

  const close = (): void => {
    if (state === 'closed') return;
    state = 'closed';
    voice.close();
    transport.onclose?.();
  };

  const hear = (said: Outgoing): void => {
    if (said.kind === 'end') close();
    else if (said.kind === 'message') hand(said.text);
  };

  const transport: StandInTransport = {
    async start() {
      if (state !== 'new') throw new Error('The transport was started before.');
      state = 'open';
      voice.open({ hear, close });
    },
    async send(message) {
      if (state !== 'open') throw new Error('The transport is not open.');
      // As text and back: what JSON leaves out is not sent, and neither side can change what the other holds.
      const text = JSON.stringify(message) ?? '';
      heard?.hear('client', text);
      voice.say(text);
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
