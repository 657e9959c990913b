/** A collector that takes OTLP, what is sent to it, and what it kept. */
import { join } from 'node:path';
import { openStore } from '../../../collector/index.ts';
import { LOCAL } from '../../../collector/tokens.ts';
import type { ForeignSpan } from '../../../model/otel/foreign-span.ts';
import { decodeForeignSpan } from '../../../model/otel/foreign-span-text.ts';
import { statePaths } from '../../../model/state.ts';
import { type Answer, ask, type Running, runCollector } from '../kit.ts';

export const JSON_TYPE = 'application/json';
export const PROTOBUF = 'application/x-protobuf';
export const TRACE = '0af7651916cd43dd8448eb211c80319c';

export const redaction = { key: new Uint8Array(32).fill(7), environment: {} };

export function takingCollector(
  options: Parameters<typeof runCollector>[0] = {},
): Promise<Running> {
  return runCollector({ otlp: { redaction }, ...options });
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array | string;
  /** Sends the body in pieces, without its length. */
  readonly chunked?: boolean;
}

/** A request as exporters send it, unless it says otherwise; a header that is undefined is left out. */
export function send(collector: Running, path: string, sent: Sent = {}): Promise<Answer> {
  const body = Buffer.from(sent.body ?? '');
  const given = {
    authorization: `Bearer ${collector.writeToken}`,
    'content-type': JSON_TYPE,
    ...(sent.chunked ? {} : { 'content-length': String(body.length) }),
    ...sent.headers,
  };
  const headers = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const pieces = sent.chunked ? [body.subarray(0, 3), body.subarray(3)] : [body];
  return ask(collector.address, path, { method: sent.method ?? 'POST', headers, body: pieces });
}

/** A request of one scope; spans have the ids and times that they do not say. */
export function tracesOf(spans: readonly object[], scope = 'agent'): object {
  const whole = spans.map((span, index) => ({
    traceId: TRACE,
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: `span ${index}`,
    kind: 1,
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000000500000000',
    ...span,
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: scope }, spans: whole }] }] };
}

/** What of a trace stands in the store; closes the collector. */
export async function keptBy(collector: Running, trace = TRACE): Promise<ForeignSpan[]> {
  await collector.close();
  await using store = await openStore({
    path: join(statePaths(collector.state).store, 'store.db'),
  });
  const range = { after: 0, limit: 100_000, bytes: 1 << 30 };
  const found = await store.of(LOCAL).spansOf([trace], range);
  return found.map(({ line }) => decodeForeignSpan(line) as ForeignSpan);
}
