/**
 * A receiver of OpenTelemetry for tests: keeps the spans it took, counted by their ids, and can refuse
 * or hang. It reads OTLP/HTTP in JSON; bodies in protobuf it keeps as they are.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** How it answers: 200, another status with these headers, a connection that breaks, or nothing ever. */
export type Answering =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'reset'
  | 'hang';

export interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A span as OTLP in JSON has it. */
export interface TakenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly [member: string]: unknown;
}

export interface Receiver {
  readonly url: string;
  /** By id; of those that came again the last. */
  readonly spans: ReadonlyMap<string, TakenSpan>;
  /** How many spans came, those that came again too. */
  readonly count: number;
  readonly resources: readonly (readonly Attribute[])[];
  readonly requests: readonly {
    readonly headers: IncomingMessage['headers'];
    readonly path: string;
    readonly body: Buffer;
    readonly status: number | 'reset' | 'hang';
  }[];
  answer(how: Answering): void;
  /** Resolves when this holds; it is looked at with each request. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

interface Request {
  resourceSpans: readonly {
    resource: { attributes: readonly Attribute[] };
    scopeSpans: readonly { spans: readonly TakenSpan[] }[];
  }[];
}

export async function startReceiver(port = 0): Promise<Receiver> {
  const spans = new Map<string, TakenSpan>();
  const resources: (readonly Attribute[])[] = [];
  const requests: Receiver['requests'][number][] = [];
  const waiting = new Set<() => void>();
  let how: Answering = { status: 200 };
  let count = 0;

  const keep = (body: Buffer): void => {
    const { resourceSpans } = JSON.parse(body.toString()) as Request;
    for (const { resource, scopeSpans } of resourceSpans) {
      resources.push(resource.attributes);
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.set(span.spanId, span);
        count++;
      }
    }
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { headers, url: path = '' } = request;
    const sent = Buffer.concat(parts);
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const answering = how;
    const status = typeof answering === 'string' ? answering : answering.status;
    requests.push({ headers, path, body, status });
    if (status === 200 && headers['content-type'] === 'application/json') keep(body);
    if (answering === 'reset') request.socket.resetAndDestroy();
    else if (answering !== 'hang') {
      const type = { 'content-type': headers['content-type'] ?? 'application/json' };
      response.writeHead(answering.status, { ...type, ...answering.headers });
      response.end(answering.body ?? '');
    }
    for (const look of waiting) look();
  };

  const server = createServer(
    (request, response) => void take(request, response).catch(() => response.destroy()),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    get count() {
      return count;
    },
    resources,
    requests,
    answer(next) {
      how = next;
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close,
  };
}
