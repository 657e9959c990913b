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
   * How it differs is for the comparison to say.
   */
  take(question: Call, live: SessionView): Call | undefined;
  /** Those that were not asked. */
  left(): readonly Call[];
}

export function createQuestions(recorded: SessionView, pairs: Pairs): Questions {
  const left = recorded.session.calls.filter(({ from }) => from === 'server');
  return {
    take(question, live) {
      const same = left.filter(({ method }) => method === question.method);
      const cause = question.parent && pairs.recorded(question.parent);
      const asked = askedBy(live, question);
      const score = (one: Call): number =>
        Number(askedBy(recorded, one) === asked) * 2 + Number(one.parent === cause);
      const [best] = same.sort((a, b) => score(b) - score(a));
      if (best) left.splice(left.indexOf(best), 1);
      return best;
    },
    left: () => left,
  };
}

function askedBy({ value }: SessionView, { method, request }: Call): string {
  return canonicalJson(stableParams(method, member(value(request), 'params')));
}
