/** The edges of a run that its spans do not show by their places, in words. */
import type { Cause } from '../model/otel/causes.ts';
import type { WholeView } from '../model/session.ts';
import type { EdgeKind } from './order/edge-kinds.ts';
import { orderOf } from './order.ts';

/**
 * What stands next on a pipe, within one call, or between a process and all it says, is no cause
 * that anybody looks for in a trace.
 */
const WORDS: Readonly<Partial<Record<EdgeKind, string>>> = {
  E5: 'round',
  E6: 'task',
  E7: 'subscription',
  E8: 'listing',
  E9: 'value',
  E10: 'change',
  E11: 'call',
  E12: 'turn',
  E13: 'retry',
};

export function* causesOf(views: readonly WholeView[]): Generator<Cause> {
  for (const { kind, before, after } of orderOf(views).edges()) {
    const word = WORDS[kind];
    if (word !== undefined) yield { kind: word, before: before.message, after: after.message };
  }
}
