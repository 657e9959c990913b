/**
 * The ids of spans: hashes of what they stand for, so that exporting twice changes nothing.
 *
 * A trace holds a run, and backends drop traces that grow without end (Tempo 5 MB, Jaeger some ten
 * thousand spans): so a session's part of one is rolled over every so many entries.
 */
import { sha256Hex } from '../keyed-hash.ts';

/** A request has two entries: this is at most some two thousand spans of a session in a trace. */
export const ENTRIES_A_TRACE = 4096;

/** `run`: what the messages share that nobody else gave a trace; `seq`: where in its session it is. */
export function traceIdOf(run: string, seq: number): string {
  return sha256Hex(`trace ${run} ${Math.floor(seq / ENTRIES_A_TRACE)}`).slice(0, 32);
}

/** Whether this part of a session is in the trace that it began with. */
export function isInFirstTrace(seq: number): boolean {
  return seq < ENTRIES_A_TRACE;
}

/** `what`: a message reference, or the id of a session. */
export function spanIdOf(what: string): string {
  return sha256Hex(`span ${what}`).slice(0, 16);
}
