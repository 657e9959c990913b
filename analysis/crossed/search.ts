/**
 * Answers that went to the wrong request, sought among requests that were unanswered together.
 *
 * Over HTTP an answer comes on the exchange of its request, so two requests with one id are two, and
 * content tells whether their answers were exchanged. On a pipe the id is all that an answer has:
 * where two requests share it, nobody can tell (`id-reused-in-flight` says so), and only requests
 * with ids of their own are compared.
 */
import { catalogs, currentOffers } from '../../model/catalog.ts';
import { member } from '../../model/json.ts';
import type { Id } from '../../model/message.ts';
import type { Call, Session, SessionView } from '../../model/session.ts';
import { nameEachOther, saysSubject } from './subject.ts';
import { type Asked, askedOf, isOdd, repeats, type Sign, signOf } from './whose.ts';

export interface Crossed {
  readonly view: SessionView;
  readonly own: Call;
  /** The request whose answer it is. */
  readonly other: Call;
  readonly sign: Sign;
  /** Both have the id of the other. */
  readonly isReused: boolean;
  /** The other has the answer to this one; it was never answered; or it has its own as well. */
  readonly otherGot: 'swapped' | 'nothing' | 'its own';
  /** Answers of this tool repeat what they were asked. */
  readonly isEchoing: boolean;
  /** Both answers say of themselves that they are about what the other was asked. */
  readonly isNamed: boolean;
}

/** A request is compared with so many of those that were unanswered with it. */
const PARTNERS = 8;

/** The search in one session, which may keep pace with who walks it for something else. */
export interface CrossedSearch {
  /** All up to here may be looked at. */
  passed(seq: number): void;
  /** What was found, once all was looked at. */
  found(): readonly Crossed[];
}

export function followCrossed(view: SessionView): CrossedSearch {
  const known = createKnown(view);
  const found: Crossed[] = [];
  const told = new Set<Call>();
  const judge = (own: Call, other: Call): void => {
    const crossed = told.has(own) ? undefined : crossing(own, other, known);
    if (!crossed) return;
    found.push({ ...crossed, view, isReused: own.id === other.id });
    told.add(own);
    // An exchange is told once, with both answers.
    if (crossed.otherGot === 'swapped') told.add(other);
  };
  const judgeBoth = (before: Call, call: Call): void => {
    judge(before, call);
    judge(call, before);
  };
  const coming = unansweredTogether(view.session);
  const suspects = createSuspects(known);
  let next = coming.next();
  const passed = (seq: number): void => {
    while (!next.done && next.value.call.request.seq <= seq) {
      suspects(next.value, judgeBoth);
      next = coming.next();
    }
  };
  return {
    passed,
    found() {
      passed(Number.POSITIVE_INFINITY);
      return found;
    },
  };
}

function crossing(
  own: Call,
  other: Call,
  known: Known,
): Omit<Crossed, 'view' | 'isReused'> | undefined {
  const [mine, its] = [known.asked(own), known.asked(other)];
  const sign = signOf(mine, its);
  if (!sign) return undefined;
  const swapped = signOf(its, mine);
  const otherGot = swapped ? 'swapped' : other.response ? 'its own' : 'nothing';
  const isNamed = swapped !== undefined && nameEachOther([mine, sign], [its, swapped]);
  const isEchoing = known.isEchoing(own) || (swapped !== undefined && known.isEchoing(other));
  return { own, other, sign, otherGot, isEchoing, isNamed };
}

type Suspects = (together: Together, told: (before: Call, call: Call) => void) => void;

/** Pairs of calls that were unanswered together, and of which one answer at least is suspicious. */
function createSuspects(known: Known): Suspects {
  let byId = new Map<Id, Call[]>();
  let strange: Strange = { known, open: [], last: undefined };
  return ({ call, isFirst }, told) => {
    if (isFirst) {
      byId = new Map();
      strange = { known, open: [], last: undefined };
    }
    const same = byId.get(call.id)?.filter(isOpenAt(call)).slice(-PARTNERS) ?? NONE;
    byId.set(call.id, [...same, call]);
    for (const before of same) if (before.exchange !== call.exchange) told(before, call);
    for (const before of addTo(strange, call)) if (before.id !== call.id) told(before, call);
  };
}

/** A call that was unanswered with another; `isFirst`: all before it were over. */
interface Together {
  readonly call: Call;
  readonly isFirst: boolean;
}

function* unansweredTogether({ calls }: Session): Generator<Together, undefined> {
  let latest = 0;
  for (const [at, call] of calls.entries()) {
    if (call.from !== 'client') continue;
    const isFirst = latest <= call.request.seq;
    latest = Math.max(latest, overAt(call));
    // Most calls are answered before the next one is asked.
    const isAlone = isFirst && overAt(call) < (calls[at + 1]?.request.seq ?? 0);
    if (!isAlone) yield { call, isFirst };
  }
}

/** Strange calls that are unanswered, and the last call as long as nobody had to know what it is. */
interface Strange {
  readonly known: Known;
  open: Call[];
  last: Call | undefined;
}

/** Adds a call; the strange ones it was unanswered with, if it is strange as well. */
function addTo(strange: Strange, call: Call): readonly Call[] {
  const { known, last } = strange;
  const isOpen = isOpenAt(call);
  const beside = strange.open.filter(isOpen);
  if (last && isOpen(last) && known.isStrange(last)) beside.push(last);
  strange.open = beside;
  strange.last = beside.length === 0 ? call : undefined;
  if (strange.last || !known.isStrange(call)) return NONE;
  const partners = beside.slice(-PARTNERS);
  strange.open = [...partners, call];
  return partners;
}

const NONE: readonly Call[] = [];

function isOpenAt({ request }: Call): (before: Call) => boolean {
  return (before) => overAt(before) > request.seq;
}
/** The place of its answer in the session. */
function overAt({ response }: Call): number {
  return response?.seq ?? Number.POSITIVE_INFINITY;
}

interface Known {
  asked(call: Call): Asked;
  /** Whether the answers to calls like this one repeat what they were asked, so far as was seen. */
  isEchoing(call: Call): boolean;
  /** Whether its answer could be that to another request, or another has its answer. */
  isStrange(call: Call): boolean;
}

/** So many answers tell whether a tool repeats what it is asked, and so many are looked at. */
const ENOUGH = 3;
const SAMPLE = 50;

function createKnown(view: SessionView): Known {
  const schemas = new Map(
    currentOffers(catalogs(view)).flatMap(({ kind, name, definition }) =>
      kind === 'tool' ? [[name, member(definition, 'outputSchema')] as const] : [],
    ),
  );
  let recent = new Map<Call, Asked>();
  const asked = (call: Call): Asked => {
    const before = recent.get(call);
    if (before) return before;
    const schema = call.method === 'tools/call' ? schemas.get(call.subject ?? '') : undefined;
    const one = askedOf(call, view, schema);
    if (recent.size >= 2 * PARTNERS) recent = new Map();
    recent.set(call, one);
    return one;
  };
  const isEchoing = echoingIn(view.session.calls, asked);
  return {
    asked,
    isEchoing,
    isStrange(call) {
      if (!call.response) return true;
      if (call.outcome !== 'result') return false;
      const one = asked(call);
      if (isOdd(one)) return true;
      return repeats(one) === false && (isEchoing(call) || saysSubject(one));
    },
  };
}

/** Whether the first answers to calls like one repeat what they were asked, as a rule. */
function echoingIn(calls: readonly Call[], asked: (call: Call) => Asked): (call: Call) => boolean {
  /** By method and subject. */
  const counts = new Map<string, Map<string | undefined, { yes: number; no: number }>>();
  for (const call of calls) {
    const { method, subject, outcome, from } = call;
    if (subject === undefined || outcome !== 'result' || from !== 'client') continue;
    const own = counts.get(method) ?? new Map<string | undefined, { yes: number; no: number }>();
    if (own.size === 0) counts.set(method, own);
    const count = own.get(subject) ?? { yes: 0, no: 0 };
    if (count.yes + count.no >= SAMPLE) continue;
    const is = repeats(asked(call));
    if (is === true) count.yes++;
    else if (is === false) count.no++;
    own.set(subject, count);
  }
  return ({ method, subject }) => {
    const { yes, no } = counts.get(method)?.get(subject) ?? { yes: 0, no: 0 };
    return yes >= ENOUGH && yes > no;
  };
}
