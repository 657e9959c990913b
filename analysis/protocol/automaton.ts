/**
 * Takes a session past all protocol rules at once: each entry goes to the handlers that are listed
 * for its kind and method, so that a message costs what the rules about it cost, however many rules
 * there are. What the recording cannot show is dropped here, for all rules alike.
 */
import type { Peer } from '../../model/entry.ts';
import type { Severity } from '../../model/finding.ts';
import { REVISIONS, type Revision } from '../../model/methods.ts';
import type { Mutable } from '../../model/new-call.ts';
import type { Moment, WholeView } from '../../model/session.ts';
import { isProbe } from '../../model/summary.ts';
import { EVIDENCE_KEPT } from '../rules/rule.ts';
import { createExchanges, type Exchange } from './exchanges.ts';
import { holesOf, type IsHole, lackingOf } from './holes.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type Kind,
  type ProtocolRule,
  type Shown,
  type Violation,
} from './protocol-rule.ts';
import { createRevisions, type RevisionOf } from './revisions.ts';

/** All violations of one rule by one side about one thing: the first places, and how many there are. */
export interface Broken {
  readonly rule: ProtocolRule;
  readonly by: Peer;
  readonly about?: string;
  readonly severity: Severity;
  count: number;
  readonly evidence: Shown[];
}

/** What is broken in one session, in the order it was noticed. */
export function violationsOf(view: WholeView, rules: readonly ProtocolRule[]): Broken[] {
  const { session } = view;
  // A process that was only asked which revision it speaks owes nothing more.
  if (isProbe(session)) return [];
  const lacks = lackingOf(view);
  const isHole = holesOf(session);
  const exchanges = createExchanges();
  const isOneClient = (): boolean => session.head?.transport !== 'http' || exchanges.isNamed;
  const { broken, add } = createTally();
  const watched = rules
    .filter(({ needs }) => !lacks(needs))
    .map((rule): Watched => {
      const report = (violation: Violation): void => {
        if (isShown(violation, isHole, session.head?.joined)) add(rule, violation);
      };
      return { rule, handlers: rule.watch({ session, isHole, isOneClient, report }) };
    });
  const table = tableOf(watched);
  const revisionOf = createRevisions(session);
  for (const moment of view.moments) {
    const exchange = exchanges.of(moment.entry);
    for (const [kind, happening] of happeningsOf(moment, view, exchange, revisionOf)) {
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

/** Whether all was recorded that could make it none. */
function isShown({ evidence, since }: Violation, isHole: IsHole, joined = false): boolean {
  const places = evidence.map(({ at }) => at.seq);
  const after = since ?? Math.min(...places);
  if (joined && after === FROM_THE_START) return false;
  return !isHole(after, Math.max(...places));
}

/** So many things are told apart for each rule and side; a hostile peer can name a million. */
const THINGS = 100;

function createTally(): { broken: Broken[]; add(rule: ProtocolRule, violation: Violation): void } {
  const broken: Broken[] = [];
  const byRule = new Map<ProtocolRule, Map<string, Broken>>();
  return {
    broken,
    add(rule, { by, about, evidence, severity = rule.severity }) {
      const things = byRule.get(rule) ?? new Map<string, Broken>();
      byRule.set(rule, things);
      const key = JSON.stringify([by, severity, about]);
      let known = things.get(key);
      if (!known) {
        if (things.size >= THINGS) return;
        known = {
          rule,
          by,
          severity,
          count: 0,
          evidence: [],
          ...(about === undefined ? {} : { about }),
        };
        things.set(key, known);
        broken.push(known);
      }
      known.count++;
      if (known.evidence.length < EVIDENCE_KEPT) known.evidence.push(...evidence);
    },
  };
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
function tell(listeners: readonly Listener[] | undefined, happening: Happening): void {
  if (!listeners) return;
  const { revision } = happening;
  for (const { revisions, handle } of listeners) {
    const holds =
      revision === undefined ? revisions.size === REVISIONS.length : revisions.has(revision);
    if (holds) handle(happening);
  }
}

const ENTRIES: ReadonlySet<string> = new Set(['frame', 'http', 'note', 'exit', 'end']);

function* happeningsOf(
  { entry, seen }: Moment,
  view: WholeView,
  exchange: Exchange | undefined,
  revisionOf: RevisionOf,
): Generator<[Kind, Happening]> {
  if (ENTRIES.has(entry.type)) {
    const { seq, at } = entry;
    const happening: Mutable<Happening> = {
      entry,
      ref: { seq, at, sent: at, size: 0 },
      value: undefined,
    };
    if (entry.type === 'frame') happening.from = entry.from;
    const revision = revisionOf(undefined, undefined, exchange);
    yield [entry.type as Kind, completed(happening, exchange, revision)];
  }
  for (const one of seen) {
    if (one.kind === 'http') continue;
    const { kind, ref, from, method, call } = one;
    const value = view.value(ref);
    const happening: Mutable<Happening> = { entry, ref, from, value };
    if (method !== undefined) happening.method = method;
    if (call !== undefined) happening.call = call;
    yield [kind, completed(happening, exchange, revisionOf(one, value, exchange))];
  }
}

function completed(
  happening: Mutable<Happening>,
  exchange: Exchange | undefined,
  revision: Revision | undefined,
): Happening {
  if (exchange !== undefined) happening.exchange = exchange;
  if (revision !== undefined) happening.revision = revision;
  return happening;
}
