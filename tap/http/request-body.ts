/** The body of a request on its way to the upstream, each part recorded after it was passed on. */
import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';
import { headerOf } from './headers.ts';

export interface RequestBody {
  /** What the upstream takes, at its own pace; null when there is no body. */
  readonly parts: AsyncIterable<Buffer> | null;
  /** Nobody takes it: it is only recorded, so that it is known what was asked. */
  drain(): Promise<void>;
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
