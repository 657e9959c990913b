/**
 * The in-process tap: records what passes a transport of the MCP SDK (v1 or v2, client or server).
 *
 * The instance is patched in place and not wrapped, because the SDK looks at its prototype and its
 * own properties. What passes are objects, so the text of an entry is ours (`fidelity: objects`).
 * It never changes a message, and a fault of recording never reaches the caller.
 */
import { CLOSED_BY_SERVER } from '../model/entry.ts';
import {
  createObjectSession,
  type InProcessOptions,
  type ObjectSession,
} from './object-session.ts';

export interface TransportOptions extends InProcessOptions {
  /** Whose transport it is: what it sends comes from this side. */
  readonly side: 'client' | 'server';
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
  const { side, ...rest } = options;
  return patchTransport(transport, side, createObjectSession(rest));
}

/** Records what passes a transport in a session. */
export function patchTransport<T extends object>(
  transport: T,
  ours: 'client' | 'server',
  session: ObjectSession,
): T {
  const inner = transport as unknown as Patched;
  const theirs = ours === 'client' ? 'server' : 'client';
  const { send, close } = inner;
  /** The message that is being handled: handlers that call the one before them see it twice. */
  let current: unknown;
  let isOurEnd = false;

  replace(inner, 'send', (message: unknown, ...rest: unknown[]) => {
    // Recorded first: a transport in memory delivers, and is answered, before it returns.
    session.record(ours, message);
    return send.call(inner, message, ...rest);
  });
  replace(inner, 'close', async () => {
    isOurEnd = true;
    await close.call(inner);
    await session.finish();
  });
  const receiving =
    (handler: Handler) =>
    (message: unknown, ...rest: unknown[]) => {
      if (current === message) return handler(message, ...rest);
      session.record(theirs, message, rest[0]);
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
    const isTheirEnd = !isOurEnd;
    const result = handler?.(...args);
    void session.finish(isTheirEnd && ours === 'client' ? CLOSED_BY_SERVER : undefined);
    return result;
  });
  return transport;
}

/** Replaces a method where the SDK does not look for own properties. */
export function replace(target: object, name: string, value: unknown): void {
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
