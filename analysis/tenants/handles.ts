/**
 * Handles that a server gives a caller and takes back: the state of an unfinished call (SEP-2322) and
 * tasks. Which caller, the credentials of the exchanges tell.
 */
import { startOf } from '../../model/order.ts';
import { type Call, nameOf, type WholeView } from '../../model/session.ts';
import type { Contexts, Credential } from './contexts.ts';

export interface Handle {
  readonly what: 'requestState' | 'task';
  readonly given: { readonly view: WholeView; readonly call: Call };
  readonly view: WholeView;
  readonly sent: Call;
  /** The credential under which it was given, and that under which it was sent. */
  readonly contexts: readonly [Credential, Credential];
}

type Seen = readonly { readonly view: WholeView; readonly contexts: Contexts }[];

interface Credited {
  readonly view: WholeView;
  readonly call: Call;
  readonly by: Credential;
}

/** Handles that one caller was given and another one sent, and that were taken. */
export function foreignHandles(sessions: Seen): Handle[] {
  const given = new Map<string, Credited>();
  const isUsedAfter = createUses(sessions);
  return callsWithCredentials(sessions).flatMap((one): Handle[] => {
    const { view, call, by } = one;
    const { givenState, givenTask, sentState, task } = call.ties;
    const found = (['requestState', 'task'] as const).flatMap((what): Handle[] => {
      const sent = what === 'task' ? task : sentState;
      const origin = sent === undefined ? undefined : given.get(keyOf(view, what, sent));
      if (!origin || origin.by.context === by.context || call.outcome !== 'result') return [];
      // A credential that is not used any more was replaced by this one.
      if (!isUsedAfter(origin.by.context, view, call)) return [];
      return [{ what, given: origin, view, sent: call, contexts: [origin.by, by] }];
    });
    for (const key of [
      ...(givenState === undefined ? [] : [keyOf(view, 'requestState', givenState)]),
      ...(givenTask === undefined ? [] : [keyOf(view, 'task', givenTask)]),
    ]) {
      if (!given.has(key)) given.set(key, one);
    }
    return found;
  });
}

/** A handle of one server, where credentials compare. */
function keyOf({ session }: WholeView, what: Handle['what'], handle: string): string {
  const { head } = session;
  return JSON.stringify([head?.redaction.key, head?.upstream ?? nameOf(session), what, handle]);
}

/** In the order they were asked, over all sessions. */
function callsWithCredentials(sessions: Seen): Credited[] {
  const all = sessions.flatMap(({ view, contexts }) => {
    if (!contexts.isKnown) return [];
    return view.session.calls.flatMap((call): Credited[] => {
      const by = contexts.of(call);
      return by ? [{ view, call, by }] : [];
    });
  });
  return all.sort((a, b) => askedAt(a) - askedAt(b));
}

function askedAt({ view, call }: Pick<Credited, 'view' | 'call'>): number {
  const { head } = view.session;
  return (head ? startOf(head.clock) : 0) + call.request.at;
}

/** Whether a credential was used with success after a call. */
function createUses(sessions: Seen) {
  const last = new Map<string, number>();
  for (const one of callsWithCredentials(sessions)) {
    if (one.by.isFine) last.set(one.by.context, askedAt(one));
  }
  return (context: string, view: WholeView, call: Call): boolean =>
    (last.get(context) ?? 0) > askedAt({ view, call });
}
