/**
 * Attempts: requests for one and the same thing, asked again before their sender knew what had become
 * of the one before. Sought over all sessions, since a client that gave up on a server starts another.
 *
 * The requests of each thing are sorted once and walked once, whoever asked for them and however
 * often.
 */
import { groupBy } from '../../model/group.ts';
import { nameOf, type Session, type SessionView } from '../../model/session.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { type Hash, wholeHash } from '../words/token.ts';
import { harmOfRepeating } from './harm.ts';
import { givenUpAt, outcomeOf } from './outcome.ts';

export interface Attempts {
  /** In the order they were asked. */
  readonly all: readonly [Operation, Operation, ...Operation[]];
  /**
   * retry: the one before was given up, or unanswered for long. at-once: it was asked twice in one
   * breath. after: in one breath too, but the first answer was there already.
   */
  readonly why: 'retry' | 'at-once' | 'after';
  /** How sure it is that each run does something more. */
  readonly harm: number;
}

/** Who waits so long for an answer has stopped waiting, in µs. */
const LONG = 1_000_000;
/** Nobody decides anything in so short a time, in µs. */
const BREATH = 250_000;
/** Asked again later than this it is another intention, in µs. */
const FORGOTTEN = 600_000_000;

/** All attempts at things that should not be done twice; sought once for the rules that ask for them. */
export function attemptsOf(operations: readonly Operation[]): readonly Attempts[] {
  const known = SOUGHT.get(operations) ?? search(operations);
  SOUGHT.set(operations, known);
  return known;
}

const SOUGHT = new WeakMap<readonly Operation[], readonly Attempts[]>();

/** By a hash first: nearly all are asked for once, and their texts need not be kept. */
function search(operations: readonly Operation[]): readonly Attempts[] {
  const thingOf = createThings();
  const hashOf = (operation: Operation): Hash => wholeHash(thingOf(operation));
  const alike = [...groupBy(harmful(operations), hashOf).values()].filter(areSeveral);
  return alike
    .flatMap((own) => [...groupBy(own, thingOf).values()].filter(areSeveral))
    .flatMap((same) => chainsOf(same.sort((a, b) => a.start - b.start)));
}

function areSeveral({ length }: readonly Operation[]): boolean {
  return length > 1;
}

/** One after the other, so that the arguments of each are at hand when they are asked for again. */
function* harmful(operations: readonly Operation[]): Generator<Operation> {
  for (const operation of operations) if (harmOfRepeating(operation) > 0) yield operation;
}

/**
 * What is asked of whom by whom, equal for requests that would do the same. A client that asks again
 * writes the same text, so the members of the arguments need not be put in order.
 */
function createThings(): (operation: Operation) => string {
  const servers = new Map<SessionView, string>();
  return (operation) => {
    const { view, container, tool } = operation;
    const isAlone = container.id.startsWith('session ');
    const where = servers.get(view) ?? (isAlone ? serverOf(view.session) : container.id);
    servers.set(view, where);
    return `${where} ${tool} ${JSON.stringify(argumentsOf(operation))}`;
  };
}

/** A server as one host knows it: equal for the sessions in which it is started again. */
function serverOf(session: Session): string {
  const { head, server } = session;
  const { pid, started } = head?.host ?? {};
  const name = nameOf(session);
  return JSON.stringify([head?.clock.boot, name, server?.name, head?.upstream, pid, started]);
}

function chainsOf(same: readonly Operation[]): Attempts[] {
  const chains: Growing[] = [];
  let chain: Growing = { all: [], why: 'after' };
  let before: Operation | undefined;
  for (const operation of same) {
    const why = before && linkOf(before, operation);
    if (why === undefined) {
      chain = { all: [], why: 'after' };
      chains.push(chain);
    } else if (why === 'retry' || chain.why === 'after') chain.why = why;
    chain.all.push(operation);
    before = operation;
  }
  return chains.flatMap(({ all: [first, second, ...more], why }) =>
    first && second ? [{ all: [first, second, ...more], why, harm: harmOfRepeating(first) }] : [],
  );
}

interface Growing {
  readonly all: Operation[];
  why: Attempts['why'];
}

/** Why the second may be the same intention as the first; undefined: it is another one. */
function linkOf(before: Operation, now: Operation): Attempts['why'] | undefined {
  const waited = now.start - before.start;
  if (waited > FORGOTTEN) return undefined;
  if (!knew(before, now)) return isGivenUp(before, now) || waited >= LONG ? 'retry' : 'at-once';
  if (!before.ok && outcomeOf(before) === 'unknown') return 'retry';
  return waited <= BREATH ? 'after' : undefined;
}

function knew(before: Operation, now: Operation): boolean {
  const { response } = before.call;
  if (!response || isGivenUp(before, now)) return false;
  return before.start - before.call.request.sent + response.sent <= askedAt(now);
}

function isGivenUp(before: Operation, now: Operation): boolean {
  const at = givenUpAt(before.call) ?? lostAt(before);
  const isAnswered = (before.call.response?.sent ?? Number.POSITIVE_INFINITY) <= (at ?? 0);
  return (
    at !== undefined && !isAnswered && before.start - before.call.request.sent + at <= askedAt(now)
  );
}

/** When its exchange or its server was gone without an answer. */
function lostAt({ call, view }: Operation): number | undefined {
  if (call.response) return undefined;
  return call.exchangeEnd?.at ?? view.session.exit?.at;
}

/** When its request was read, in µs of the machine's clock. */
function askedAt({ start, call }: Operation): number {
  return start - call.request.sent + call.request.at;
}
