/**
 * What met in a run and does not in the recording: footprints and the flow of values are inferred again
 * from what was asked and answered in the run, in its order, as if that had been recorded.
 */
import { type Operation, operationsOf } from '../../analysis/footprint/operation.ts';
import { clockOf } from '../../analysis/order/span.ts';
import { orderOf } from '../../analysis/order.ts';
import { canonicalJson } from '../../model/canonical.ts';
import { type Entry, lastSeq } from '../../model/entry.ts';
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { viewsOf } from '../../model/view.ts';
import type { Chosen, Numbered, Source } from './operations.ts';
import type { Answer, Ran } from './run.ts';

/** An operation as it went in a run. */
export interface Gone {
  readonly one: Numbered;
  /** Its message as it was sent. */
  readonly request: unknown;
  readonly answer: Answer | undefined;
}

/** Operations that were issued together are one step. */
export type Steps = readonly (readonly Gone[])[];

/** Gives the pairs that are no conflicts of the problem, each once. */
export function newMeetings(
  { problem, operations, meet }: Chosen,
  footprints: readonly FootprintRule[],
): (steps: Steps) => Ran['meets'] {
  const frames = new Map(
    [...new Set(operations.map(({ source }) => source))].map((source) => [source, frameOf(source)]),
  );
  const base = Math.max(
    0,
    ...[...frames.keys()].map(
      ({ session: { session } }) => clockOf(session).start + session.lastAt,
    ),
  );
  const recorded = new Map(operations.map(({ number, operation }) => [number, textOf(operation)]));
  const numberAt = (place: number): number => operations[place]?.number ?? 0;
  const known = new Set(
    [...problem.conflicts, ...problem.must].map((edge) => keyOf(edge.map(numberAt))),
  );
  return (steps) => {
    const views = viewsOf(entriesOf(steps, frames, base));
    const numberOf = new Map(steps.flat().map(({ one }) => [idOf(one), one]));
    const own = operationsOf(views, footprints).flatMap((operation): Numbered[] => {
      const known = numberOf.get(String(operation.call.id));
      return known ? [{ ...known, operation }] : [];
    });
    const isOther = new Set(
      own.filter(({ number, operation }) => textOf(operation) !== recorded.get(number)),
    );
    const causes = orderOf(views)
      .mustBefore(own.map(({ operation }) => operation))
      .flatMap(([before, after]) => pairOf(own[before], own[after]));
    const meetings = [...isOther].flatMap((one) =>
      own.flatMap((other) => {
        if (one === other || known.has(keyOf([one.number, other.number]))) return [];
        return meet(one, other) ? pairOf(one, other) : [];
      }),
    );
    const fresh = [...causes, ...meetings].map((pair) => [keyOf(pair), pair] as const);
    return [...new Map(fresh.filter(([key]) => !known.has(key))).values()];
  };
}

/** Equal for a pair, whichever comes first. */
function keyOf(numbers: readonly number[]): string {
  return [...numbers].sort((a, b) => a - b).join(' ');
}

function pairOf(one: Numbered | undefined, other: Numbered | undefined): Ran['meets'] {
  return one && other ? [[one.number, other.number]] : [];
}

function textOf({ kind, accesses, keys }: Operation): string {
  return canonicalJson([kind, accesses, keys]);
}

interface Frame {
  readonly entries: readonly Entry[];
  readonly seq: number;
  readonly isHttp: boolean;
}

/** What was recorded of a session besides its operations: who speaks, and what is offered. */
function frameOf({ session: { entries, session } }: Source): Frame {
  const calls = session.calls.filter(({ method }) => OPERATIONS.has(method));
  const own = new Set(calls.flatMap(({ request, response }) => [request.seq, response?.seq]));
  const kept = entries.filter(
    ({ type, seq }) => type === 'session' || (type === 'message' && !own.has(seq)),
  );
  const last = entries.at(-1);
  return {
    entries: kept,
    seq: last ? lastSeq(last) + 1 : 0,
    isHttp: entries.some((entry) => 'exchange' in entry),
  };
}

const OPERATIONS: ReadonlySet<string> = new Set(['tools/call', 'resources/read']);

function idOf({ number }: Numbered): string {
  return `run-${number}`;
}

/** Between two messages, in µs. */
const APART = 1000;
/** Beyond every exchange that was recorded. */
const EXCHANGE = 2_000_000_000;

function* entriesOf(
  steps: Steps,
  frames: ReadonlyMap<Source, Frame>,
  base: number,
): Generator<Entry> {
  for (const { entries } of frames.values()) yield* entries;
  let count = 0;
  const entry = ({ one }: Gone, from: 'client' | 'server', message: object): Entry => {
    const { session } = one.source.session;
    const { seq = 0, isHttp = false } = frames.get(one.source) ?? {};
    const at = base + ++count * APART - clockOf(session).start;
    const pipe = from === 'client' ? 'stdin' : 'stdout';
    const stream = from === 'client' ? 'request' : 'response';
    const value = { ...message, jsonrpc: '2.0', id: idOf(one) };
    return {
      type: 'message',
      session: session.id,
      seq: seq + count,
      at,
      sent: at,
      from,
      ...(isHttp ? { channel: stream, exchange: EXCHANGE + one.number } : { channel: pipe }),
      text: JSON.stringify(value),
      value,
    } as Entry;
  };
  for (const step of steps) {
    for (const gone of step) yield entry(gone, 'client', Object(gone.request));
    for (const gone of step) {
      if (gone.answer && !('unanswered' in gone.answer)) yield entry(gone, 'server', gone.answer);
    }
  }
}
