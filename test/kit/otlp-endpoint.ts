/**
 * An OTLP/HTTP endpoint of ours that behaves as it is told, and keeps what it took: the spans by id,
 * and log records, as the official schema reads them.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { officialLogs, officialSpans } from '../model/otlp/official.ts';

export interface TakenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface TakenLog {
  readonly eventName?: string;
  readonly severity?: number;
  readonly severityText?: string;
  readonly body?: unknown;
  readonly spanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What it does with a request: an answer, or none at all. */
export type Behaviour =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
    }
  | 'take'
  | 'hang'
  /** An answer of 200 that never ends. */
  | 'drip'
  | 'break';

export interface OtlpEndpoint {
  /** As `--export` takes it. */
  readonly address: string;
  readonly port: number;
  /** By span id, as they were last sent. */
  readonly spans: ReadonlyMap<string, TakenSpan>;
  readonly logs: readonly TakenLog[];
  /** Every request: its path, headers, and how many spans were in it. */
  readonly requests: readonly {
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly count: number;
  }[];
  /** What becomes of requests from now on. */
  behave(next: (path: string, spans: readonly TakenSpan[]) => Behaviour): void;
  close(): Promise<void>;
}

function fail(how: 'hang' | 'drip' | 'break', response: ServerResponse): void {
  if (how === 'break') response.socket?.destroy();
  if (how === 'drip')
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"partialSuccess":');
}

async function unpacked(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const sent = Buffer.concat(parts);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
}

/** Listens until the test ends. `port`: 0 for any. */
export async function openOtlpEndpoint(port = 0): Promise<OtlpEndpoint> {
  const spans = new Map<string, TakenSpan>();
  const logs: TakenLog[] = [];
  const requests: { path: string; headers: IncomingMessage['headers']; count: number }[] = [];
  let behaviour: (path: string, spans: readonly TakenSpan[]) => Behaviour = () => 'take';

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    const body = await unpacked(request);
    const own = path.endsWith('/v1/traces') ? (officialSpans(body) as TakenSpan[]) : [];
    requests.push({ path, headers: request.headers, count: own.length });
    const does = behaviour(path, own);
    if (does === 'hang' || does === 'drip' || does === 'break') return fail(does, response);
    if (does === 'take' || does.status === 200) {
      for (const span of own) spans.set(span.spanId, span);
      if (path.endsWith('/v1/logs')) logs.push(...officialLogs(body));
    }
    const answer = does === 'take' ? { status: 200 } : does;
    response.writeHead(answer.status, {
      'content-type': 'application/x-protobuf',
      ...answer.headers,
    });
    response.end(answer.body);
  };
  const listening = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await once(listening.listen(port, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    if (!listening.listening) return;
    listening.closeAllConnections();
    await once(listening.close(), 'close');
  };
  onTestFinished(close);
  const own = (listening.address() as AddressInfo).port;
  return {
    ...{ address: `otlp://127.0.0.1:${own}`, port: own, spans, logs, requests, close },
    behave(next) {
      behaviour = next;
    },
  };
}
