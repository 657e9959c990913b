/** What became of a request, as far as its sender can know. */
import { member } from '../../model/json.ts';
import type { Call } from '../../model/session.ts';
import { textsIn } from '../footprint/leaves.ts';
import { type Operation, resultOf } from '../footprint/operation.ts';
import { wordsIn } from '../lost-update/features.ts';

/**
 * done: an answer says that it ran. refused: an answer says that it did not, or nobody got it.
 * unknown: it may have run.
 */
export type Outcome = 'done' | 'refused' | 'unknown';

export function outcomeOf(operation: Operation): Outcome {
  const { call, ok } = operation;
  if (ok) return saysNothingDone(resultOf(operation)) ? 'refused' : 'done';
  if (call.response) return isTimeout(operation) ? 'unknown' : 'refused';
  return isRefused(call) ? 'refused' : 'unknown';
}

/** Words by which servers say in a result that is no error that they did nothing. */
const NOTHING_DONE: ReadonlySet<string> = new Set([
  ...['already', 'exists', 'duplicate', 'conflict', 'skipped', 'ignored', 'unchanged', 'nothing'],
  ...['denied', 'rejected', 'failed', 'unable', 'cannot', 'cancelled', 'canceled', 'aborted'],
  ...['interrupted', 'stopped', 'undone'],
]);

function saysNothingDone(result: unknown): boolean {
  const given = member(result, 'content');
  const [only, ...more] = Array.isArray(given) ? given : [];
  // A list of what was made, with nothing in it.
  if (more.length === 0 && member(only, 'text') === '[]') return true;
  return textsIn(result).some((text) =>
    wordsIn(text.slice(0, LOOKED_AT)).some((word) => NOTHING_DONE.has(word)),
  );
}

/**
 * When its sender gave it up, in µs of the session's clock; undefined when it did not. By when that
 * was read from it: what it said in the same breath was read at the same time, and passed on later.
 */
export function givenUpAt({ cancelled, exchangeEnd }: Call): number | undefined {
  if (cancelled) return cancelled.at;
  return exchangeEnd?.ended === 'client-closed' ? exchangeEnd.at : undefined;
}

/** Errors of servers that gave up waiting for somebody themselves. */
const TIMEOUT =
  /time[d ]{0,2}[- ]?out|deadline exceeded|bad gateway|gateway timeout|connection (?:reset|closed|lost|aborted)|ECONNRESET|ETIMEDOUT|socket hang up/i;

/** Longer errors are reports; what went wrong stands in front. */
const LOOKED_AT = 2000;

function isTimeout({ view, call }: Operation): boolean {
  const answer = call.response && view.value(call.response);
  return [member(answer, 'error', 'message'), ...textsIn(member(answer, 'result', 'content'))].some(
    (text) => typeof text === 'string' && TIMEOUT.test(text.slice(0, LOOKED_AT)),
  );
}

/** Nobody took it, or its status says that it was not carried out. */
function isRefused({ exchangeEnd: end }: Call): boolean {
  if (!end) return false;
  const { ended, status, reason } = end;
  if (ended === 'unreachable' && status === undefined)
    return /refused|not found/i.test(reason ?? '');
  return status !== undefined && status >= 300 && !UNKNOWN_STATUS.has(status);
}

/** A server, or one before it, that broke off or gave up waiting. */
const UNKNOWN_STATUS: ReadonlySet<number> = new Set([408, 499, 500, 502, 504]);
