/**
 * The in-process tap of a whole server: records every connection that it accepts from now on.
 *
 * SDK v2 makes a server of its own for each HTTP request (`createMcpHandler`) or connection
 * (`serveStdio`) out of a factory; a tapped factory gives tapped servers. Those that are initialized
 * are sessions of their own; those that answer one request and are gone are exchanges of one session.
 */
import { isObject } from '../model/json.ts';
import {
  createObjectSession,
  createSharedSession,
  type InProcessOptions,
  type ObjectSession,
  type SharedSession,
} from './object-session.ts';
import { patchTransport, replace } from './transport.ts';

/** What both versions of the SDK call a server, as far as it is patched. */
interface Connectable {
  connect(transport: object, ...rest: unknown[]): Promise<void>;
}

type Factory = (...args: never[]) => object | Promise<object>;

/** A factory whose servers are recorded; `close` ends the session that they share. */
export type TappedFactory<F extends Factory> = F & {
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Records the connections of a server of SDK v1 or v2 and gives the same server back, or those of
 * all servers that a factory makes. Tap it before it is connected.
 *
 * @example
 * const server = tapServer(new McpServer(info), { name: 'notes' });
 * @example
 * createMcpHandler(tapServer(() => buildServer(), { name: 'notes' }));
 */
export function tapServer<F extends Factory>(
  factory: F,
  options: InProcessOptions,
): TappedFactory<F>;
export function tapServer<T extends object>(server: T, options: InProcessOptions): T;
export function tapServer(target: object, options: InProcessOptions): object {
  if (typeof target === 'function') return tapFactory(target as Factory, options);
  return patchConnect(target, () => createObjectSession(options));
}

function tapFactory<F extends Factory>(factory: F, options: InProcessOptions): TappedFactory<F> {
  const shared = createSharedSession(options);
  const tap = <T extends object>(server: T): T =>
    patchConnect(server, () => byFirstMessage(options, shared));
  const tapped = ((...args: never[]) => {
    const made = factory(...args);
    return made instanceof Promise ? made.then(tap) : tap(made);
  }) as F;
  return Object.assign(tapped, { close: shared.finish, [Symbol.asyncDispose]: shared.finish });
}

function patchConnect<T extends object>(server: T, sessionOf: () => ObjectSession): T {
  const inner = server as unknown as Connectable;
  const { connect } = inner;
  replace(inner, 'connect', (transport: object, ...rest: unknown[]) =>
    connect.call(inner, patchTransport(transport, 'server', sessionOf()), ...rest),
  );
  return server;
}

/** A connection that is initialized lasts; one that asks at once is over with its answer. */
function byFirstMessage(options: InProcessOptions, shared: SharedSession): ObjectSession {
  let session: ObjectSession | undefined;
  return {
    record(from, message, around) {
      const lasts = isObject(message) && message['method'] === 'initialize';
      session ??= lasts ? createObjectSession(options) : shared.connect();
      session.record(from, message, around);
    },
    finish: async () => await session?.finish(),
  };
}
