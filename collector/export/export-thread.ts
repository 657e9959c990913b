/** Exports to one endpoint beside the collector: spans are made, packed and sent here. */
import { workerData } from 'node:worker_threads';
import { groupBy } from '../../model/group.ts';
import { decodeEntry } from '../../model/line.ts';
import { resourceOf } from '../../model/otel/attributes.ts';
import { isIn } from '../../model/otel/confirmed.ts';
import { findingsJson, type SessionFindings } from '../../model/otel/finding-logs.ts';
import { urlIn } from '../../model/otel/options.ts';
import { otlpJson } from '../../model/otel/otlp-json.ts';
import { protobufOf } from '../../model/otel/protobuf.ts';
import { runAtOf } from '../../model/otel/runs.ts';
import type { Attributes, Span } from '../../model/otel/span.ts';
import { createSpanStream, type SpanStream } from '../../model/otel/span-stream.ts';
import { answerOrders, sayUnasked } from '../thread.ts';
import { createDelivery, Shut } from './delivery.ts';
import type { Given, Order, Remark, Setting } from './orders.ts';
import { createPost } from './post.ts';

/** Spans of one request, and requests at a time. */
const BATCH = 512;
const AT_ONCE = 4;

interface Made {
  readonly session: string;
  readonly resource: Attributes;
  readonly span: Span;
}

type Take = Extract<Order, { do: 'take' }>;

interface Held {
  readonly stream: SpanStream;
  /** They become more while its spans are made. */
  runs: Take['runs'];
}

const { endpoint, patience, spans: wishes, version, page, seed } = workerData as Setting;
const post = createPost({ headers: endpoint.headers, patience: patience.answer });
const say = (remark: Remark): void => sayUnasked(remark);
const held = new Map<string, Held>();
let waiting: Made[] = [];

const shared = {
  patience,
  random: randomFrom(seed),
  fails: (why: string) => say({ fails: why }),
  leftOut: (refused: number, why: string) => say({ refused, why }),
};
const spans = createDelivery<Made>({
  ...shared,
  send: (body) => post(endpoint.traces, body),
  encode: (made) =>
    protobufOf(
      'ExportTraceServiceRequest',
      otlpJson(
        [...groupBy(made, ({ session }) => session).values()].map((own) => ({
          resource: own.at(-1)?.resource ?? {},
          spans: own.map(({ span }) => span),
        })),
        version,
      ),
    ),
});
const findings = createDelivery<SessionFindings>({
  ...shared,
  isOptional: true,
  send: (body) => post(endpoint.logs, body),
  encode: (of) => protobufOf('ExportLogsServiceRequest', findingsJson(of, version)),
});

answerOrders(async (order: Order): Promise<Given> => {
  try {
    await carryOut(order);
  } catch (error) {
    if (!(error instanceof Shut)) throw error;
    return { waiting: waiting.length, shut: error.message };
  }
  return { waiting: waiting.length };
});

async function carryOut(order: Order): Promise<void> {
  if (order.do === 'take') take(order);
  else if (order.do === 'drop') held.delete(order.session);
  else if (order.do === 'findings') await findings.bring(order.of);
  else await send();
}

function take({ session, lines, anew, sent, confirmed, runs }: Take): void {
  const own = anew ? begin(session, runs) : held.get(session);
  if (!own) throw new Error(`${session} goes on, and nothing is held of it`);
  own.runs = runs;
  held.set(session, own);
  const { stream } = own;
  const isThere = isIn(confirmed);
  for (const line of lines) {
    const decoded = decodeEntry(line);
    if (!decoded.ok) continue;
    const { entry } = decoded;
    const over = stream.take(entry);
    if (entry.type === 'end') over.push(...stream.finish());
    if (entry.seq <= sent) continue;
    const resource = resourceOf(stream.session);
    for (const span of over) if (!isThere(span)) waiting.push({ session, resource, span });
  }
}

function begin(session: string, runs: Held['runs']): Held {
  const own: Omit<Held, 'stream'> = { runs };
  const stream = createSpanStream(session, {
    ...wishes,
    runAt: (at) => runAtOf(session, own.runs)(at),
    urlOf: urlIn(page),
  });
  return Object.assign(own, { stream });
}

async function send(): Promise<void> {
  const made = waiting;
  waiting = [];
  const batches: Made[][] = [];
  for (let at = 0; at < made.length; at += BATCH) batches.push(made.slice(at, at + BATCH));
  for (let at = 0; at < batches.length; at += AT_ONCE)
    await Promise.all(batches.slice(at, at + AT_ONCE).map(bring));
}

async function bring(made: readonly Made[]): Promise<void> {
  say({ sent: await spans.bring(made) });
}

/** Pauses that follow from the seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
