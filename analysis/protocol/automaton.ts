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
import { itemOf } from '../../model/view.ts';
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

/**
 * What is broken in one session, in the order it was noticed. `passed` is told of each place, so that
 * who looks for something else in the same messages finds them parsed.
 */
export function violationsOf(
  view: WholeView,
  rules: readonly ProtocolRule[],
  passed: (seq: number) => void = () => {},
): Broken[] {
  const { session } = view;
  // A process that was only asked which revision it speaks owes nothing more.
  if (isProbe(session)) return [];
  const lacks = lackingOf(view);
  const isHole = holesOf(session);
  const exchanges = createExchanges();
  const isOneClient = (): boolean => session.head?.transport !== 'http' || exchanges.isNamed;
  const { broken, add } = createTally();
  const watched = new Map<ProtocolRule, Handlers>();
  const stated = rules.filter(({ needs }) => !lacks(needs));
  const watch = (rule: ProtocolRule): Handlers => {
    const report = (violation: Violation): void => {
      if (isShown(violation, isHole, session.head?.joined)) add(rule, violation);
    };
    const handlers = watched.get(rule) ?? rule.watch({ session, isHole, isOneClient, report });
    watched.set(rule, handlers);
    return handlers;
  };
  const tell = createTelling(stated, watch);
  const revisionOf = createRevisions(session);
  for (const moment of view.moments) {
    tellOf(moment, exchanges.of(moment.entry), revisionOf, tell);
    passed(moment.entry.seq);
  }
  for (const rule of stated) watched.get(rule)?.over?.();
  return broken;
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

type Handle = (happening: Happening) => void;
type Tell = (kind: Kind, happening: Happening) => void;

/** Who is told of a kind: of all its messages, and of those with one method besides. */
interface Audience {
  readonly all: Handle[];
  readonly byMethod: Map<string, Handle[]>;
}

/**
 * Who is told is worked out once for each revision, and only rules that hold for one that occurs
 * begin to watch.
 */
function createTelling(
  rules: readonly ProtocolRule[],
  watch: (rule: ProtocolRule) => Handlers,
): Tell {
  const audiences = new Map<Revision | undefined, Map<string, Audience>>();
  return (kind, happening) => {
    const { revision, method } = happening;
    let audience = audiences.get(revision);
    if (!audience) {
      audience = audienceOf(rules.filter((rule) => holds(rule, revision)).map(watch));
      audiences.set(revision, audience);
    }
    const one = audience.get(kind);
    if (!one) return;
    for (const handle of one.all) handle(happening);
    const more = method === undefined ? undefined : one.byMethod.get(method);
    if (more) for (const handle of more) handle(happening);
  };
}

/** Where the revision is not known, only what every revision states is judged. */
function holds({ revisions }: ProtocolRule, revision: Revision | undefined): boolean {
  return revision === undefined
    ? revisions.length === REVISIONS.length
    : revisions.includes(revision);
}

function audienceOf(watched: readonly Handlers[]): Map<string, Audience> {
  const audience = new Map<string, Audience>();
  for (const handlers of watched) {
    for (const [on, handle] of Object.entries(handlers)) {
      const [kind = on, method] = on.split(' ');
      if (kind === 'over' || !handle) continue;
      const one = audience.get(kind) ?? { all: [], byMethod: new Map<string, Handle[]>() };
      audience.set(kind, one);
      const list = method === undefined ? one.all : (one.byMethod.get(method) ?? []);
      list.push(handle);
      if (method !== undefined) one.byMethod.set(method, list);
    }
  }
  return audience;
}

const ENTRIES: ReadonlySet<string> = new Set(['frame', 'http', 'note', 'exit', 'end']);

function tellOf(
  { entry, seen }: Moment,
  exchange: Exchange | undefined,
  revisionOf: RevisionOf,
  tell: Tell,
): void {
  if (ENTRIES.has(entry.type)) {
    const { seq, at } = entry;
    const happening: Mutable<Happening> = {
      entry,
      ref: { seq, at, sent: at, size: 0 },
      value: undefined,
    };
    if (entry.type === 'frame') happening.from = entry.from;
    const revision = revisionOf(undefined, undefined, exchange);
    tell(entry.type as Kind, completed(happening, exchange, revision));
  }
  for (const one of seen) {
    if (one.kind === 'http') continue;
    const { kind, ref, from, method, call } = one;
    const value = entry.type === 'message' ? itemOf(entry.value, ref.item) : undefined;
    const happening: Mutable<Happening> = { entry, ref, from, value };
    if (method !== undefined) happening.method = method;
    if (call !== undefined) happening.call = call;
    tell(kind, completed(happening, exchange, revisionOf(one, value, exchange)));
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
