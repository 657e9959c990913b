/** The body of a request on its way to the upstream, each part recorded after it was passed on. */
import type { IncomingMessage } from 'node:http';
import { contextIn } from '../../model/trace-context.ts';
import { LARGEST, type Propagator } from '../propagation.ts';
import type { Exchange } from './exchange.ts';
import { headerOf, mediaTypeOf, type RawHeaders } from './headers.ts';

export interface RequestBody {
  /** What the upstream takes, at its own pace; null when there is no body. */
  readonly parts: AsyncIterable<Buffer> | null;
  /** Its length where that is no longer what its headers say. */
  readonly length?: number;
  /** Nobody takes it: it is only recorded, so that it is known what was asked. */
  drain(): Promise<void>;
}

/** The most that is held to be changed, in bytes. */
const HELD = LARGEST;

/** Whether a body is changed as a whole: it is a JSON text of a known, small length. */
export function mayChange(raw: RawHeaders): boolean {
  const length = Number(headerOf(raw, 'content-length') ?? Number.NaN);
  const isCoded = headerOf(raw, 'content-encoding') !== undefined;
  return length > 0 && length <= HELD && !isCoded && mediaTypeOf(raw) === 'application/json';
}

/** A body that has come as a whole, on its way with what was put into it. */
export async function changedBody(
  request: IncomingMessage,
  { change }: Propagator,
  now: () => number,
): Promise<(exchange: Exchange) => RequestBody> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const whole = Buffer.concat(parts);
  const at = now();
  const beside = headerOf(request.rawHeaders, 'traceparent');
  const changed = change(whole, contextIn(beside) === undefined ? undefined : beside);
  return (exchange) => {
    const record = (): void => {
      exchange.requestBody(whole, at, now());
      if (changed) exchange.propagated(changed.traceparent);
      exchange.requestEnded();
    };
    async function* take(): AsyncGenerator<Buffer> {
      yield changed?.bytes ?? whole;
    }
    const bytes = changed?.bytes ?? whole;
    record();
    return { parts: { [Symbol.asyncIterator]: take }, length: bytes.length, drain: async () => {} };
  };
}

export function openRequestBody(
  request: IncomingMessage,
  exchange: Exchange,
  now: () => number,
): RequestBody {
  const { rawHeaders: raw } = request;
  const length = headerOf(raw, 'content-length') ?? '0';
  if (length === '0' && headerOf(raw, 'transfer-encoding') === undefined) {
    exchange.requestEnded();
    return { parts: null, drain: async () => {} };
  }
  let isTaken = false;
  async function* take(): AsyncGenerator<Buffer> {
    isTaken = true;
    // What ends early ends the exchange, not the connection: the client is still to get its answer.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      const at = now();
      yield part as Buffer;
      exchange.requestBody(part as Buffer, at, at);
    }
    exchange.requestEnded();
  }
  return {
    parts: { [Symbol.asyncIterator]: take },
    async drain() {
      if (isTaken) return;
      for await (const _ of take()) void _;
    },
  };
}
