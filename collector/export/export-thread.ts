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
import { createKept } from './kept.ts';
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
const { headers, compression = 'gzip' } = endpoint;
const posting = { headers, compression, patience: patience.answer, version };
const say = (remark: Remark): void => sayUnasked(remark);
const held = new Map<string, Held>();
let waiting: Made[] = [];
const kept = createKept<Made>(patience);

const shared = {
  patience,
  random: randomFrom(seed),
  fails: (why: string) => say({ fails: why }),
  leftOut: (refused: number, why: string) => say({ refused, why }),
};
const spans = createDelivery<Made>({
  ...shared,
  arrived: (sent) => say({ sent }),
  send: createPost(endpoint.traces, posting),
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
  send: createPost(endpoint.logs, posting),
  encode: (of) => protobufOf('ExportLogsServiceRequest', findingsJson(of, version)),
});

answerOrders(async (order: Order): Promise<Given> => {
  try {
    await carryOut(order);
  } catch (error) {
    if (!(error instanceof Shut)) throw error;
    return { waiting: waiting.length, kept: [], shut: error.message };
  }
  return { waiting: waiting.length, kept: kept.sessions() };
});

async function carryOut(order: Order): Promise<void> {
  if (order.do === 'take') take(order);
  else if (order.do === 'drop') drop(order.session);
  else if (order.do === 'findings') await tell(order.of);
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

function drop(session: string): void {
  held.delete(session);
  kept.drop(session);
}

/** Findings are worth no waiting: whoever asked asks again. */
async function tell(of: readonly SessionFindings[]): Promise<void> {
  const [unwell] = await findings.bring(of);
  if (unwell) throw new Shut(unwell.why);
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
  const made = [...(await kept.due()), ...waiting];
  waiting = [];
  const batches: Made[][] = [];
  for (let at = 0; at < made.length; at += BATCH) batches.push(made.slice(at, at + BATCH));
  for (let at = 0; at < batches.length; at += AT_ONCE)
    kept.keep((await Promise.all(batches.slice(at, at + AT_ONCE).map(spans.bring))).flat());
  const [one] = kept.all();
  if (one) say({ fails: `${one.why} to ${kept.all().length} of them, which are sent again` });
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
