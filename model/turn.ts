/** Turn marks: how a host says which of its requests belong together, so that nobody has to infer it. */
import { isObject, member, textMember } from './json.ts';
import { TURN } from './methods.ts';

/** A longer mark is none. */
const LONGEST = 128;

/** The turn that the params of a request name. */
export function turnOf(params: unknown): string | undefined {
  const turn = textMember(params, '_meta', TURN);
  return turn === undefined || turn === '' || turn.length > LONGEST ? undefined : turn;
}

export interface MarkOptions {
  /** The turn that a request is asked in; read for each one, so it may change from turn to turn. */
  readonly turn?: () => string | undefined;
  /**
   * Puts the trace context of a request into a carrier, as `propagation.inject` of
   * `@opentelemetry/api` does: `(carrier) => propagation.inject(context.active(), carrier)`.
   */
  readonly inject?: (carrier: Record<string, string>) => void;
}

/** What both versions of the SDK call a transport, as far as it is marked. */
interface Sending {
  send(message: unknown, ...rest: unknown[]): Promise<void>;
}

/**
 * Says in each request of a client which turn and which trace it belongs to (`params._meta`), and in
 * each notification which trace. What is there already stays. Gives the same transport back.
 *
 * @example
 * await client.connect(markRequests(transport, { turn: () => `turn ${turn}` }));
 */
export function markRequests<T extends object>(transport: T, options: MarkOptions): T {
  const sending = transport as unknown as Sending;
  const { send } = sending;
  sending.send = (message, ...rest) =>
    send.call(sending, Array.isArray(message) ? message.map(mark) : mark(message), ...rest);
  return transport;

  function mark(message: unknown): unknown {
    if (!isObject(message) || typeof message['method'] !== 'string') return message;
    const carrier: Record<string, string> = {};
    options.inject?.(carrier);
    const turn = 'id' in message ? options.turn?.() : undefined;
    const added = turn === undefined ? carrier : { ...carrier, [TURN]: turn };
    return Object.keys(added).length === 0 ? message : withMeta(message, added);
  }
}

function withMeta(message: object, added: Readonly<Record<string, string>>): unknown {
  const params = member(message, 'params') ?? {};
  const meta = member(params, '_meta') ?? {};
  if (!isObject(params) || !isObject(meta)) return message;
  return { ...message, params: { ...params, _meta: { ...added, ...meta } } };
}
