/** A line over Streamable HTTP: one exchange a message of the client, as both eras have it. */

import type { Body, Line, LineParts, Reply } from './line.ts';
import { MODERN, type Revision } from './messages.ts';
import type { Mark } from './recorder.ts';

export interface HttpStyle {
  readonly revision: Revision;
  /** Answers come as event streams even where nothing else is told; else as JSON. */
  readonly streams: boolean;
  /** Streams tell ids of their events (2025-11-25 and before). */
  readonly resumable: boolean;
  /** The value of the Authorization header, as a recording has it. */
  readonly authorization?: string;
}

const JSON_TYPE: readonly [string, string] = ['content-type', 'application/json'];
const STREAM: readonly (readonly [string, string])[] = [
  ['cache-control', 'no-cache, no-transform'],
  ['content-type', 'text/event-stream'],
];

export function httpLine(parts: LineParts, style: HttpStyle): Line {
  const { clock, chance, recorder, server } = parts;
  const isModern = style.revision === MODERN;
  const sessionHash = `#${chance.between(0x10000000, 0x7fffffff).toString(16)}`;
  let hear: (message: Body, mark: Mark) => void = () => {};
  let exchanges = 0;
  let events = 0;
  let initialized = false;
  let isOpen = true;
  let side: Stream | undefined;
  const streams = new Set<Stream>();

  const open = (method: 'POST' | 'GET', message?: Body): number => {
    const exchange = ++exchanges;
    const own = isModern ? modernHeaders(message) : legacyHeaders(initialized, sessionHash, style);
    recorder.http(exchange, 'opened', {
      method,
      path: '/mcp',
      headers: [
        ...own,
        ...(style.authorization ? [['authorization', style.authorization] as const] : []),
        ...(method === 'POST' ? [JSON_TYPE] : []),
        ['accept', method === 'POST' ? 'application/json, text/event-stream' : 'text/event-stream'],
      ],
    });
    return exchange;
  };
  const stream = (exchange: number, isAlways: boolean): Stream =>
    createStream({
      parts,
      exchange,
      isAlways,
      hear: (message, mark) => hear(message, mark),
      headers: isModern ? [] : [['mcp-session-id', sessionHash]],
      ...(style.resumable && !isModern ? { nextEvent: () => String(++events) } : {}),
    });
  const listen = (): void => {
    const exchange = open('GET');
    side = stream(exchange, true);
    side.begin();
  };
  const line: Line = {
    transport: 'http',
    send(message, mark) {
      const state = { isClosed: false, reply: undefined as Stream | undefined };
      clock.after(chance.between(100, 900), () => {
        if (!isOpen) return;
        const exchange = open('POST', message);
        const onward = recorder.message('client', message, { exchange }, mark);
        const asks = 'id' in message && 'method' in message;
        if (!asks) accept(parts, exchange);
        const reply = stream(exchange, style.streams);
        state.reply = reply;
        if (asks) streams.add(reply);
        clock.after(onward + chance.between(200, 2000), () => server.receive(message, reply, line));
        if (message['method'] === 'initialize') initialized = true;
        if (message['method'] === 'notifications/initialized') listen();
      });
      return { abandon: () => state.reply?.abandon() };
    },
    push(message, mark) {
      side?.send(message, mark);
    },
    onMessage: (heard) => {
      hear = heard;
    },
    close() {
      if (!isOpen) return;
      for (const one of streams) one.abandon();
      side?.abandon();
      isOpen = false;
      recorder.put({ draft: (at) => ({ type: 'end', at, reason: 'the tap ended' }) });
    },
  };
  return line;
}

function accept({ clock, chance, recorder }: LineParts, exchange: number): void {
  clock.after(chance.between(200, 1500), () => {
    recorder.http(exchange, 'head', { status: 202, headers: [] });
    recorder.http(exchange, 'ended', { ended: 'complete' });
  });
}

interface Stream extends Reply {
  begin(): void;
  /** The client closes its connection. */
  abandon(): void;
}

interface StreamParts {
  readonly parts: LineParts;
  readonly exchange: number;
  readonly isAlways: boolean;
  readonly hear: (message: Body, mark: Mark) => void;
  readonly headers: readonly (readonly [string, string])[];
  readonly nextEvent?: () => string;
}

function createStream(made: StreamParts): Stream {
  const { parts, exchange, isAlways, hear, headers, nextEvent } = made;
  const { clock, chance, recorder } = parts;
  let kind: 'none' | 'json' | 'stream' = 'none';
  let isClosed = false;
  let last = 0;
  // What a server writes to one stream keeps its order.
  const inOrder = (micros: number, then: () => void): void => {
    last = Math.max(clock.now() + micros, last);
    clock.after(last - clock.now(), then);
  };
  const head = (wanted: 'json' | 'stream'): void => {
    if (kind !== 'none') return;
    kind = wanted;
    const type = wanted === 'json' ? [JSON_TYPE] : STREAM;
    recorder.http(exchange, 'head', { status: 200, headers: [...headers, ...type] });
    if (wanted === 'stream' && nextEvent)
      recorder.frame(`id: ${nextEvent()}\nretry: 500\ndata: \n\n`, exchange);
  };
  const write = (message: Body, mark: Mark): void => {
    if (isClosed) return;
    head('id' in message && !('method' in message) && !isAlways ? 'json' : 'stream');
    const event = kind === 'stream' ? (nextEvent?.() ?? '') : undefined;
    const sse =
      event === undefined
        ? undefined
        : { ...envelope(event), ...(event ? { id: event } : {}), event: 'message' };
    const where = { exchange, channel: sse ? 'stream' : 'response', ...(sse ? { sse } : {}) };
    const onward = recorder.message('server', message, where, mark);
    clock.after(onward + chance.between(50, 600), () => hear(message, mark));
  };
  const over = (ended: string, reason?: string): void => {
    if (isClosed) return;
    isClosed = true;
    recorder.http(exchange, 'ended', { ended, ...(reason ? { reason } : {}) });
  };
  return {
    get isClosed() {
      return isClosed;
    },
    begin: () => inOrder(chance.between(100, 900), () => head('stream')),
    send: (message, mark = { session: recorder.session }) =>
      inOrder(chance.between(50, 500), () => write(message, mark)),
    end: () =>
      inOrder(chance.between(20, 200), () => {
        if (isClosed) return;
        isClosed = true;
        if (kind === 'none') head('json');
        recorder.http(exchange, 'ended', { ended: 'complete' });
      }),
    break: () => over('server-closed', 'socket hang up'),
    abandon: () => over('client-closed'),
  };
}

function envelope(event: string): { head: string; tail: string } {
  return { head: `event: message\n${event ? `id: ${event}\n` : ''}data: `, tail: '\n\n' };
}

function legacyHeaders(
  isInitialized: boolean,
  sessionHash: string,
  { revision }: HttpStyle,
): (readonly [string, string])[] {
  return isInitialized
    ? [
        ['mcp-session-id', sessionHash],
        ['mcp-protocol-version', revision],
      ]
    : [];
}

function modernHeaders(message: Body | undefined): (readonly [string, string])[] {
  const { method, params } = (message ?? {}) as { method?: string; params?: Body };
  const about =
    method === 'resources/read' ? params?.['uri'] : (params?.['name'] ?? params?.['taskId']);
  return [
    ['mcp-protocol-version', MODERN],
    ['mcp-method', method ?? ''],
    ...(typeof about === 'string' ? [['mcp-name', about] as const] : []),
  ];
}
