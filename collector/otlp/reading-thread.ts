/**
 * Requests are read here, freed of secrets and written as the store keeps them, while the collector
 * goes on serving: the largest takes seconds.
 */
import { workerData } from 'node:worker_threads';
import { keyedHash } from '../../model/keyed-hash.ts';
import type { Form } from '../../model/otlp/answer.ts';
import { type Decoded, type Item, sentenceOf } from '../../model/otlp/decoded.ts';
import { OtlpFault } from '../../model/otlp/fault.ts';
import { jsonPart, type Part, protobufPart } from '../../model/otlp/message.ts';
import { HELD } from '../../model/otlp/schema.ts';
import { createSink } from '../../model/otlp/sink.ts';
import { createRedact } from '../../model/redaction.ts';
import { rulesWith } from '../../model/rules.ts';
import { readable } from '../../model/text.ts';
import { rowsOf, type SpanRows } from '../span-rows.ts';
import { answerOrders } from '../thread.ts';
import { uncompressed } from './body.ts';
import type { Given, Order, Redaction, Turn } from './orders.ts';
import { OtlpRefusal } from './refusal.ts';
import { SIGNALS } from './signals.ts';
import { cleanList } from './written.ts';

const { key, environment, rules } = workerData as Redaction;
const redact = createRedact(keyedHash(key), environment, rulesWith(rules));

/** What the store takes without a pause, in bytes of lines. */
const TURN = 1 << 20;
/** What was made room for is kept for the next request, in bytes. */
const LARGEST_KEPT = 8 << 20;

/** Where requests are written, one after the other. */
const sink = createSink(TURN);

/** What is left of the request that is being taken. */
let left: Generator<Turn> | undefined;

answerOrders(
  (order: Order): Given => (order.do === 'read' ? read(order) : nextTurn()),
  (given) => ('refused' in given ? [] : [given.rows.keys.buffer, given.rows.list.buffer]),
);

function read({ path, form, isGzip, body, limit }: Extract<Order, { do: 'read' }>): Given {
  try {
    const whole = isGzip ? uncompressed(body, limit) : body;
    const { holds, decode, namesOf } = SIGNALS[path] ?? refuse(`There is no signal ${path}.`);
    const request = partOf(whole, form);
    if (form === 'json') refuseOthers(request, holds);
    sink.at = 0;
    const { items, rejected } = decode(request, sink);
    if (items.length === 0 && hasBadIds(rejected)) {
      refuse(`${sentenceOf(rejected)}. Is the body of another signal?`);
    }
    left = turnsOf({ items, rejected }, (some) => {
      const [begin, end] = [some[0]?.begin ?? 0, some.at(-1)?.end ?? 0];
      const list = cleanList(sink.bytes.subarray(begin, end), redact);
      return rowsOf(namesOf(some, list), list);
    });
    return nextTurn();
  } catch (error) {
    if (error instanceof OtlpRefusal)
      return { refused: { why: error.why, sentence: error.message } };
    if (error instanceof OtlpFault)
      return { refused: { why: 'unreadable', sentence: error.message } };
    throw error;
  }
}

function refuse(sentence: string): never {
  throw new OtlpRefusal('unreadable', sentence);
}

/** What a table does not know is passed over, and with it all of a request of another signal. */
function refuseOthers(request: Part, holds: string): void {
  const [held, ...more] = Object.keys(request.read(HELD));
  if (held !== undefined && ![held, ...more].includes(holds))
    refuse(`It holds ${held} and no ${holds}. Is it the body of another signal?`);
}

function partOf(body: Uint8Array, form: Form): Part {
  return form === 'json' ? jsonPart(readable(body)) : protobufPart(body);
}

/** Log records sent as spans are read as spans without ids. */
function hasBadIds(rejected: Decoded['rejected']): boolean {
  return rejected.has('trace-id') || rejected.has('span-id');
}

function* turnsOf(
  { items, rejected }: Decoded,
  rowsOf: (items: readonly Item[]) => SpanRows,
): Generator<Turn> {
  const count = Math.max(1, Math.floor((TURN * items.length) / Math.max(1, sink.at)));
  for (let at = 0; at === 0 || at < items.length; at += count) {
    const rows = rowsOf(items.slice(at, at + count));
    yield { rows, rejected, isLast: at + count >= items.length };
  }
}

function nextTurn(): Turn {
  const turn = left?.next();
  if (turn?.done !== false) throw new Error('There is no request to go on with.');
  // What was read may be large, and is not held until the next request comes.
  if (turn.value.isLast) {
    left = undefined;
    if (sink.bytes.length > LARGEST_KEPT) sink.bytes = createSink(TURN).bytes;
  }
  return turn.value;
}
