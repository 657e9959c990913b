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

/** Marks what a transport sends, and gives it back. `say`: told once of each function that throws. */
export function marking<T extends object>(
  transport: T,
  options: MarkOptions,
  say: (line: string) => void,
): T {
  const throwing = new Set<keyof MarkOptions>();
  const sending = transport as unknown as Sending;
  const { send } = sending;
  sending.send = (message, ...rest) =>
    send.call(sending, Array.isArray(message) ? message.map(mark) : mark(message), ...rest);
  return transport;

  function mark(message: unknown): unknown {
    if (!isObject(message) || typeof message['method'] !== 'string') return message;
    const context = unlessThrown('inject', () => {
      const carrier: Record<string, string> = {};
      options.inject?.(carrier);
      return carrier;
    });
    const own = 'id' in message ? unlessThrown('turn', () => options.turn?.()) : undefined;
    const added = own === undefined ? { ...context } : { ...context, [TURN]: own };
    return Object.keys(added).length === 0 ? message : withMeta(message, added);
  }

  /** Whatever becomes of a mark, the request is sent. */
  function unlessThrown<V>(name: keyof MarkOptions, read: () => V): V | undefined {
    try {
      return read();
    } catch (error) {
      const reason = textMember(error, 'message') ?? 'it threw what is no error';
      if (!throwing.has(name))
        say(`markRequests: ${name} fails, and marks nothing then: ${reason}`);
      throwing.add(name);
      return undefined;
    }
  }
}

function withMeta(message: object, added: Readonly<Record<string, string>>): unknown {
  const params = member(message, 'params') ?? {};
  const meta = member(params, '_meta') ?? {};
  if (!isObject(params) || !isObject(meta)) return message;
  return { ...message, params: { ...params, _meta: { ...added, ...meta } } };
}
