/**
 * The in-process tap: records what passes a transport of the MCP SDK (v1 or v2, client or server).
 *
 * The instance is patched in place and not wrapped, because the SDK looks at its prototype and its
 * own properties. What passes are objects, so the text of an entry is ours (`fidelity: objects`).
 * It never changes a message, and a fault of recording never reaches the caller.
 */
import { homedir } from 'node:os';
import process from 'node:process';
import type { Where } from '../model/crossing.ts';
import { stateFolder } from '../model/state.ts';
import { startClock } from './clock.ts';
import { createCrossings } from './crossings.ts';
import { thisHost } from './host.ts';
import { largeLinesHere } from './large.ts';
import { ownVersion } from './own-version.ts';
import { reasonOf } from './system-error.ts';
import { type SessionOptions, startSession } from './tap-session.ts';

export interface TransportOptions
  extends Pick<SessionOptions, 'name' | 'workflow' | 'record' | 'capture'> {
  /** Whose transport it is: what it sends comes from this side. */
  readonly side: 'client' | 'server';
  /** The state folder; when left out, that of this process's user. */
  readonly state?: string;
  /** Secret values of it never stand in a recording; when left out, that of this process. */
  readonly environment?: SessionOptions['environment'];
}

/** What both versions of the SDK call a transport, as far as it is patched. */
interface Patched {
  send(message: unknown, ...rest: unknown[]): Promise<void>;
  close(): Promise<void>;
  onmessage?: Handler | undefined;
  onclose?: Handler | undefined;
}

type Handler = (...args: readonly unknown[]) => unknown;

/**
 * Records every message that passes a transport from now on, and gives the same transport back.
 * The session begins with its first message and ends when the transport closes; `close()` resolves
 * when it is recorded as well. Tap it before it is connected.
 *
 * @example
 * await client.connect(tapTransport(new StdioClientTransport(server), { name: 'notes', side: 'client' }));
 */
export function tapTransport<T extends object>(transport: T, options: TransportOptions): T {
  if (options.side !== 'client' && options.side !== 'server') {
    throw new TypeError(
      "tapTransport needs to know whose transport it is: side: 'client' or 'server'.",
    );
  }
  const inner = transport as unknown as Patched;
  const session = createObjectSession(options);
  const [ours, theirs] = options.side === 'client' ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const { send, close } = inner;
  /** The message that is being handled: handlers that call the one before them see it twice. */
  let current: unknown;

  replace(inner, 'send', (message: unknown, ...rest: unknown[]) => {
    // Recorded first: a transport in memory delivers, and is answered, before it returns.
    session.record(ours, message);
    return send.call(inner, message, ...rest);
  });
  replace(inner, 'close', async () => {
    await close.call(inner);
    await session.finish();
  });
  const receiving =
    (handler: Handler) =>
    (message: unknown, ...rest: unknown[]) => {
      if (current === message) return handler(message, ...rest);
      session.record(theirs, message);
      const before = current;
      current = message;
      try {
        return handler(message, ...rest);
      } finally {
        current = before;
      }
    };
  // Without a handler there must be none: transports keep messages until there is one.
  intercept(inner, 'onmessage', (handler) => handler && receiving(handler));
  intercept(inner, 'onclose', (handler) => (...args) => {
    const result = handler?.(...args);
    void session.finish();
    return result;
  });
  return transport;
}

const CLIENT: Where = { from: 'client', channel: 'stdin' };
const SERVER: Where = { from: 'server', channel: 'stdout' };

function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

/** Puts `wrap` around whatever handler is set, now or later, also where a class keeps it elsewhere. */
function intercept(
  target: Patched,
  name: 'onmessage' | 'onclose',
  wrap: (handler: Handler | undefined) => Handler | undefined,
): void {
  const own = accessorOf(target, name);
  let held = wrap(target[name]);
  const set = own?.set
    ? (handler: Handler | undefined): void => own.set?.call(target, handler)
    : undefined;
  set?.(held);
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    get: () => held,
    set: (handler: Handler | undefined) => {
      held = wrap(handler);
      set?.(held);
    },
  });
}

/** The accessor that a class of the transport defines for a handler. */
function accessorOf(target: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return found.set ? found : undefined;
  }
  return undefined;
}

interface ObjectSession {
  record(direction: Where, message: unknown): void;
  finish(): Promise<void>;
}

/** A session of messages as objects; it begins with the first one. */
function createObjectSession(options: TransportOptions): ObjectSession {
  let started: ReturnType<typeof start> | undefined;
  let finished: Promise<void> | undefined;
  return {
    record(direction, message) {
      if (finished) return;
      started ??= start(options);
      const { session, directions } = started;
      const at = session.now();
      try {
        const text = JSON.stringify(message);
        directions[direction.from].push(Buffer.from(`${text}\n`), at, session.now());
      } catch (error) {
        session.recorder.drop(session.recorder.reserve(), reasonOf(error));
      }
    },
    finish() {
      finished ??= started?.session.finish('closed') ?? Promise.resolve();
      return finished;
    },
  };
}

function start(options: TransportOptions) {
  const { side: _, environment = process.env, ...rest } = options;
  const state = options.state ?? stateFolder(process.platform, process.env, homedir());
  const version = ownVersion();
  const session = startSession({ ...rest, state, environment, version }, startClock(), (line) => {
    process.stderr.write(`wiretape: ${line}\n`);
  });
  session.open({ transport: 'in-process', fidelity: 'objects', host: thisHost() });
  const large = largeLinesHere(session);
  const directions = {
    client: createCrossings(session, CLIENT, large),
    server: createCrossings(session, SERVER, large),
  };
  return { session, directions };
}
