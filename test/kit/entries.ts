/**
 * A playbook: the entries of a session from a terse script, for tests of every room.
 *
 *   const entries = tape('memory', [
 *     ...opening(),
 *     client(toolCall(1, 'create_entities', { entities: [] })),
 *     server({ id: 1, result: { content: [] } }),
 *     exit(0),
 *   ]);
 *
 * Sequence numbers, times and ids are made here and are the same in every run: a step takes a
 * millisecond, unless it says `at` (µs of the session's clock). Text goes through the product's own
 * framing rules, so a step that is no JSON text becomes a frame.
 */
import type {
  Channel,
  Clock,
  Crossing,
  Draft,
  Entry,
  FrameEntry,
  HttpEntry,
  NoteEntry,
  Peer,
  SessionEntry,
  SseEnvelope,
} from '../../model/entry.ts';
import { messageOrFrame } from '../../model/line.ts';

/** One entry before it has its place; a step without `at` comes `after` µs after the one before. */
export interface Step {
  readonly draft: (at: number) => Draft;
  readonly at?: number;
  readonly after?: number;
  /** How many sequence numbers the entry takes, when not one. */
  readonly takes?: number;
}

/** Where and when a message crosses; everything has a default. */
export interface Where
  extends Partial<Pick<Crossing, 'exchange' | 'resumes' | 'eof' | 'redacted' | 'propagated'>> {
  readonly at?: number;
  readonly after?: number;
  /** µs of the session's clock; when left out, 5 µs after `at`. */
  readonly sent?: number;
  readonly channel?: Channel;
  readonly sse?: SseEnvelope;
}

/** A message object gets its `jsonrpc`; text crosses exactly as it stands, valid or not. */
export type Said = string | readonly unknown[] | { readonly [key: string]: unknown };

/** The client says something. */
export function client(said: Said, where: Where = {}): Step {
  return crossing('client', said, where);
}

/** The server says something. */
export function server(said: Said, where: Where = {}): Step {
  return crossing('server', said, where);
}

export function stderr(text: string, where: { at?: number; after?: number } = {}): Step {
  return { ...where, draft: (at) => ({ type: 'stderr', at, text }) };
}

export function exit(code: number | null, signal: string | null = null): Step {
  return { draft: (at) => ({ type: 'exit', at, code, signal }) };
}

export function ends(reason = 'closed'): Step {
  return { draft: (at) => ({ type: 'end', at, reason }) };
}

export function note(text: string, more: Pick<NoteEntry, 'pipe' | 'closed' | 'spans'> = {}): Step {
  return { draft: (at) => ({ type: 'note', at, text, ...more }) };
}

/** `count` entries were lost here. */
export function gap(count: number, reason = 'disk full'): Step {
  // The sequence number is known only when the tape is made, so `to` is set there.
  return { takes: count, draft: (at) => ({ type: 'gap', at, to: count, count, reason }) };
}

export function http(
  exchange: number,
  phase: HttpEntry['phase'],
  fields: Partial<HttpEntry> = {},
): Step {
  return { draft: (at) => ({ type: 'http', at, exchange, phase, ...fields }) };
}

/** A frame that crossed, for what no text can become: bytes that are no UTF-8, or over the cap. */
export function frame(
  from: Peer,
  fields: Pick<FrameEntry, 'why'> & Partial<FrameEntry>,
  where: Where = {},
): Step {
  const { at, after, sent, channel, sse: _, ...rest } = where;
  return timed({ at, after }, (now) => ({
    type: 'frame',
    at: now,
    sent: sent ?? now + 5,
    from,
    channel: channel ?? channelOf(from, rest.exchange),
    ...rest,
    ...fields,
  }));
}

/** Nothing happens for so many µs before this step. */
export function after(micros: number, step: Step): Step {
  return { ...step, after: micros };
}

/** The handshake of the legacy era: three messages. */
export function opening(
  options: {
    revision?: string;
    client?: string;
    server?: string;
    id?: string | number;
    /** What the client can be asked. */
    capabilities?: object;
  } = {},
): Step[] {
  const { revision = '2025-11-25', id = 0, capabilities = {} } = options;
  return [
    client({
      id,
      method: 'initialize',
      params: {
        protocolVersion: revision,
        capabilities,
        clientInfo: { name: options.client ?? 'test-client', version: '1.0.0' },
      },
    }),
    server({
      id,
      result: {
        protocolVersion: revision,
        capabilities: { tools: {} },
        serverInfo: { name: options.server ?? 'test-server', version: '1.0.0' },
      },
    }),
    client({ method: 'notifications/initialized' }),
  ];
}

/** A `tools/call` request. */
export function toolCall(
  id: string | number,
  name: string,
  args: object = {},
  meta?: object,
): { readonly [key: string]: unknown } {
  const params = { name, arguments: args, ...(meta ? { _meta: meta } : {}) };
  return { id, method: 'tools/call', params };
}

/** The answer to a `tools/call` request: one text. */
export function toolText(id: string | number, text: string): { readonly [key: string]: unknown } {
  return { id, result: { content: [{ type: 'text', text }] } };
}

export interface TapeOptions {
  /** The session id; made of the name when left out. */
  readonly id?: string;
  /** Wall time at which the session's clock stood at 0. */
  readonly wall?: string;
  /** µs of the machine's monotonic clock at which the session's clock stood at 0. */
  readonly start?: number;
  readonly boot?: string;
  /** Fields of the opening entry. */
  readonly head?: Partial<Omit<SessionEntry, 'type' | 'session' | 'seq' | 'at' | 'clock'>>;
}

/** The entries of one session: its opening entry, then the steps. */
export function tape(name: string, steps: readonly Step[], options: TapeOptions = {}): Entry[] {
  const session = options.id ?? sessionId(name);
  const entries: Entry[] = [openingEntry(name, session, options)];
  let seq = 1;
  let now = 0;
  for (const step of steps) {
    now = step.at ?? now + (step.after ?? 1000);
    const draft = step.draft(now);
    const placed = { ...draft, session, seq } as Entry;
    const last = seq + (step.takes ?? 1) - 1;
    entries.push(placed.type === 'gap' ? { ...placed, to: last } : placed);
    seq = last + 1;
  }
  return entries;
}

/** A session id made of a name: 26 characters of Crockford's base 32, as a ULID has. */
export function sessionId(name: string): string {
  const letters = name.toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
  const own = letters.replaceAll('U', 'V').replaceAll(/[^0-9A-Z]/g, '');
  return `01${own}`.padEnd(26, '0').slice(0, 26);
}

function openingEntry(name: string, session: string, options: TapeOptions): SessionEntry {
  const { workflow = null, ...head } = options.head ?? {};
  const clock: Clock = {
    wall: options.wall ?? '2026-11-22T09:00:00.000Z',
    monotonic: `${options.start ?? 5_000_000}000`,
    boot: options.boot ?? 'boot-1',
  };
  return {
    type: 'session',
    session,
    seq: 0,
    at: 0,
    name,
    transport: 'stdio',
    fidelity: 'bytes',
    tap: 'wiretape/0.1.0',
    capture: 'redacted',
    redaction: { rules: 'default/1', key: '9f2c11d0' },
    clock,
    ...head,
    workflow,
  };
}

function crossing(from: Peer, said: Said, where: Where): Step {
  const { at, after, sent, channel, ...rest } = where;
  return timed({ at, after }, (now) =>
    messageOrFrame(
      {
        type: 'message',
        at: now,
        sent: sent ?? now + 5,
        from,
        channel: channel ?? channelOf(from, rest.exchange),
        ...rest,
      },
      textOf(said),
    ),
  );
}

function timed(
  { at, after }: { at: number | undefined; after: number | undefined },
  draft: (at: number) => Draft,
): Step {
  return {
    draft,
    ...(at === undefined ? {} : { at }),
    ...(after === undefined ? {} : { after }),
  };
}

function channelOf(from: Peer, exchange: number | undefined): Channel {
  if (exchange !== undefined) return from === 'client' ? 'request' : 'response';
  return from === 'client' ? 'stdin' : 'stdout';
}

function textOf(said: Said): string {
  if (typeof said === 'string') return said;
  return JSON.stringify(
    Array.isArray(said) || 'jsonrpc' in said ? said : { jsonrpc: '2.0', ...said },
  );
}
