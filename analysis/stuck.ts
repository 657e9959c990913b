/**
 * Stuck: who owes the next move in every call that is open, came late or can come no more.
 *
 * Looks at one session and judges each such call by the first cause that its entries show. It reads
 * no clock: `now` is given. It never claims that a server read a request, only that its pipe took it,
 * and where the recording has a hole that may hide the answer it says so and blames nobody.
 */
import { reference } from '../model/entry.ts';
import type { Call, SessionView } from '../model/session.ts';
import type { Blame } from './stuck/blame.ts';
import { CAUSES } from './stuck/causes.ts';
import { type Signs, signsOf } from './stuck/signs.ts';

/** The blame of every open or late call, in the order they were asked. `now`: µs of the session's clock. */
export function blame(view: SessionView, now: number): Blame[] {
  const signs = signsOf(view, now);
  return view.session.calls.flatMap((call) => {
    const found = judge(call, signs);
    return found ? [found] : [];
  });
}

function judge(call: Call, signs: Signs): Blame | undefined {
  for (const cause of CAUSES) {
    const verdict = cause.find(call, signs);
    if (verdict === 'fine') return undefined;
    if (verdict === undefined) continue;
    const { session, method, subject, request } = call;
    return {
      session,
      call: reference(session, request.seq, request.item),
      method,
      ...(subject === undefined ? {} : { subject }),
      owes: verdict.owes,
      cause: cause.name,
      sentence: verdict.sentence,
      waited: Math.max(0, (verdict.until ?? signs.now) - request.at),
      evidence: [
        { message: reference(session, request.seq, request.item), role: 'request' },
        ...verdict.evidence,
      ],
      ...(cause.confirm === undefined ? {} : { confirm: cause.confirm }),
    };
  }
  return undefined;
}
