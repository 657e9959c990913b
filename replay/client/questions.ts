/** Which recorded question of the server a live one is: what it asks, and because of what. */
import { canonicalJson } from '../../model/canonical.ts';
import { member } from '../../model/json.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { stableParams } from '../volatile.ts';
import type { Pairs } from './live.ts';

export interface Questions {
  /**
   * Takes the recorded question: of those of its method that were not asked yet, one that is equal
   * and was asked because of the same call; else an equal one, one of the same call, or the next.
   * What another call waits for that is still to come stays for that call. How it differs is for the
   * comparison to say.
   */
  take(question: Call, live: SessionView): Call | undefined;
  /** An equal one of the same call that was taken: this one is asked once more. */
  repeated(question: Call, live: SessionView): Call | undefined;
  /** Those that were not asked. */
  left(): readonly Call[];
}

export function createQuestions(recorded: SessionView, pairs: Pairs): Questions {
  const left = recorded.session.calls.filter(({ from }) => from === 'server');
  const taken: Call[] = [];
  const causeOf = ({ parent }: Call): Call | undefined => parent && pairs.recorded(parent);
  const isKept = (one: Call, cause: Call | undefined): boolean =>
    cause !== undefined &&
    one.parent !== cause &&
    isAwaitedByParent(one) &&
    !(one.parent && pairs.live(one.parent)?.response);
  return {
    take(question, live) {
      const cause = causeOf(question);
      const same = left.filter((one) => one.method === question.method && !isKept(one, cause));
      const asked = askedBy(live, question);
      const score = (one: Call): number =>
        Number(askedBy(recorded, one) === asked) * 2 + Number(one.parent === cause);
      const [best] = same.sort((a, b) => score(b) - score(a));
      if (best) taken.push(...left.splice(left.indexOf(best), 1));
      return best;
    },
    repeated(question, live) {
      const cause = causeOf(question);
      const asked = askedBy(live, question);
      return taken.find(
        (one) =>
          cause !== undefined &&
          one.parent === cause &&
          one.method === question.method &&
          askedBy(recorded, one) === asked,
      );
    },
    left: () => left,
  };
}

/**
 * Whether the call that it was asked in waited for its answer. One that it did not wait for may have
 * come then by chance, as those do that a server asks by the clock.
 */
function isAwaitedByParent({ parent, response }: Call): boolean {
  if (!parent) return false;
  return !parent.response || (response !== undefined && response.seq < parent.response.seq);
}

function askedBy({ value }: SessionView, { method, request }: Call): string {
  return canonicalJson(stableParams(method, member(value(request), 'params')));
}
