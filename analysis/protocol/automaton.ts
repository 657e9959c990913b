/**
 * Takes a session past all protocol rules at once: each entry goes to the handlers that are listed
 * for its kind and method, so that a message costs what the rules about it cost, however many rules
 * there are.
 */
import type { Peer } from '../../model/entry.ts';
import { textMember } from '../../model/json.ts';
import { isRevision, META, type Revision } from '../../model/methods.ts';
import type { Call, Moment, Seen, Session, WholeView } from '../../model/session.ts';
import type { Handlers, Happening, Kind, ProtocolRule, Violation } from './protocol-rule.ts';

export interface Broken extends Violation {
  readonly rule: ProtocolRule;
}

/** All violations in one session, in the order they were noticed. */
export function violationsOf(view: WholeView, rules: readonly ProtocolRule[]): Broken[] {
  const broken: Broken[] = [];
  const { session } = view;
  const isHole = holesOf(session);
  const watched = rules.map((rule): Watched => {
    const report = (violation: Violation): void => void broken.push({ ...violation, rule });
    return { rule, handlers: rule.watch({ session, isHole, report }) };
  });
  const table = tableOf(watched);
  const revisionOf = createRevisions();
  for (const moment of view.moments) {
    for (const [kind, happening] of happeningsOf(moment, view, revisionOf)) {
      tell(table.get(kind), happening);
      if (happening.method !== undefined) tell(table.get(`${kind} ${happening.method}`), happening);
    }
  }
  for (const { handlers } of watched) handlers.over?.();
  return broken;
}

interface Watched {
  readonly rule: ProtocolRule;
  readonly handlers: Handlers;
}

interface Listener {
  readonly revisions: ReadonlySet<Revision>;
  readonly handle: (happening: Happening) => void;
}

function tableOf(watched: readonly Watched[]): Map<string, Listener[]> {
  const table = new Map<string, Listener[]>();
  for (const { rule, handlers } of watched) {
    const revisions = new Set(rule.revisions);
    for (const [on, handle] of Object.entries(handlers)) {
      if (on === 'over' || !handle) continue;
      const listeners = table.get(on);
      if (listeners) listeners.push({ revisions, handle });
      else table.set(on, [{ revisions, handle }]);
    }
  }
  return table;
}

/** Where the revision is not known, only what every revision states is judged. */
const EVERY = 5;

function tell(listeners: readonly Listener[] | undefined, happening: Happening): void {
  if (!listeners) return;
  const { revision } = happening;
  for (const { revisions, handle } of listeners) {
    if (revision === undefined ? revisions.size === EVERY : revisions.has(revision))
      handle(happening);
  }
}

type RevisionOf = (
  seen: Seen | undefined,
  value: unknown,
  session: Session,
) => Revision | undefined;

/** Each message says its revision (2026-07-28), has that of its request, or that of the session. */
function createRevisions(): RevisionOf {
  const said = new WeakMap<Call, Revision>();
  return (seen, value, { revision: agreed }) => {
    const call = seen?.call;
    const own = textMember(value, 'params', '_meta', META.protocolVersion);
    if (own !== undefined && isRevision(own)) {
      if (call && seen.kind === 'request') said.set(call, own);
      return own;
    }
    const asked = call && said.get(call);
    if (asked) return asked;
    return agreed !== undefined && isRevision(agreed) ? agreed : undefined;
  };
}

const ENTRIES: ReadonlySet<string> = new Set(['frame', 'http', 'exit', 'end']);

function* happeningsOf(
  { entry, seen }: Moment,
  view: WholeView,
  revisionOf: RevisionOf,
): Generator<[Kind, Happening]> {
  const { session } = view;
  if (ENTRIES.has(entry.type)) {
    const { seq, at } = entry;
    const from: { from?: Peer } = entry.type === 'frame' ? { from: entry.from } : {};
    const revision = revisionOf(undefined, undefined, session);
    const ref = { seq, at, sent: at, size: 0 };
    const known = revision === undefined ? {} : { revision };
    yield [entry.type as Kind, { entry, ref, ...from, value: undefined, ...known }];
  }
  for (const one of seen) {
    if (one.kind === 'http') continue;
    const value = view.value(one.ref);
    const revision = revisionOf(one, value, session);
    const { ref, from, method, call } = one;
    const happening: Happening = {
      entry,
      ref,
      from,
      value,
      ...(method === undefined ? {} : { method }),
      ...(call === undefined ? {} : { call }),
      ...(revision === undefined ? {} : { revision }),
    };
    yield [one.kind, happening];
  }
}

function holesOf(session: Session): (after: number, before: number, from?: Peer) => boolean {
  return (after, before, from) => {
    const isBetween = (one: { readonly seq: number }): boolean =>
      after < one.seq && one.seq < before;
    return (
      session.gaps.some(isBetween) ||
      session.unread.some((line) => (from === undefined || line.from === from) && isBetween(line))
    );
  };
}
