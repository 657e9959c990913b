/** What differs between calls that both sides have: what was asked, how it ended, what was answered. */
import type { Outcome } from '../../model/message.ts';
import { type ComparedCall, titleOf } from './calls.ts';
import type { Two } from './pairing.ts';
import { type Rename, type Renames, renamesOf, type SaidChange } from './renames.ts';
import { createAgreement } from './secrets.ts';
import { type Agree, addChanges, type Change, type Changes } from './values.ts';

/** `none`: no answer came. */
export type Ending = Outcome | 'none';

export interface CallDifference {
  readonly session: string;
  readonly title: string;
  /** The requests, and the answers that came. */
  readonly a: string;
  readonly b: string;
  readonly answerA?: string;
  readonly answerB?: string;
  /** When they ended differently. */
  readonly outcome?: { readonly a: Ending; readonly b: Ending };
  /** Pointers into the request begin with `/params`, into the answer with `/result` or `/error`. */
  readonly changes: readonly Change[];
  /** How many there are in all; the list has at most 1,000 of a message. */
  readonly changeCount: number;
  /** How long they took, in µs, where they were answered. No difference. */
  readonly durations: { readonly a?: number; readonly b?: number };
}

export interface Found {
  readonly differences: readonly (CallDifference & { readonly pair: Two<ComparedCall> })[];
  readonly renamed: readonly Rename[];
}

/** Both sides' changes of one call, before it is known which are only names. */
interface Raw {
  readonly pair: Two<ComparedCall>;
  readonly asked: Changes;
  readonly answered: Changes;
}

export function callDifferences(
  pairs: readonly Two<ComparedCall>[],
  sessionOf: (call: ComparedCall) => string,
): Found {
  const agree = createAgreement();
  const raw = pairs.map((pair) => rawChanges(pair, agree));
  const renames = renamesOf(raw.flatMap(saidIn), valuesOf(pairs));
  const differences = raw.flatMap((one) => {
    const found = differenceOf(one, renames, sessionOf(one.pair.a));
    return found ? [{ ...found, pair: one.pair }] : [];
  });
  return { differences, renamed: renames.pairs };
}

function rawChanges(pair: Two<ComparedCall>, agree: Agree): Raw {
  const { a, b } = pair;
  const raw: Raw = { pair, asked: noChanges(), answered: noChanges() };
  addChanges(raw.asked, '/params', { a: a.params ?? {}, b: b.params ?? {}, agree });
  // A result and an error have nothing to compare.
  if (kindOf(a) === kindOf(b)) addChanges(raw.answered, '', { a: a.answer, b: b.answer, agree });
  return raw;
}

function noChanges(): Changes {
  return { list: [], count: 0 };
}

function kindOf(call: ComparedCall): 'result' | 'error' | 'none' {
  const ending = endingOf(call);
  return ending === 'tool-error' ? 'result' : ending;
}

function endingOf({ call }: ComparedCall): Ending {
  return call.outcome ?? 'none';
}

function saidIn({ pair: { a, b }, asked, answered }: Raw): SaidChange[] {
  const asker = a.call.from;
  const answerer = asker === 'client' ? 'server' : 'client';
  const same = { about: a.about, sameKey: a.secretKey === b.secretKey };
  return [
    ...asked.list.map((change) => ({ ...change, ...same, by: asker, time: a.start })),
    ...answered.list.map((change) => ({ ...change, ...same, by: answerer, time: a.end }) as const),
  ];
}

function* valuesOf(pairs: readonly Two<ComparedCall>[]): Iterable<readonly [unknown, unknown]> {
  for (const { a, b } of pairs) {
    yield [a.params, b.params];
    yield [a.answer, b.answer];
  }
}

function differenceOf(
  { pair: { a, b }, asked, answered }: Raw,
  renames: Renames,
  session: string,
): CallDifference | undefined {
  const all = [...asked.list, ...answered.list];
  const changes = all.filter((change) => !renames.covers(change));
  const changeCount = asked.count + answered.count - (all.length - changes.length);
  const endings = { a: endingOf(a), b: endingOf(b) };
  const hasOutcome = endings.a !== endings.b;
  if (changeCount === 0 && !hasOutcome) return undefined;
  return {
    session,
    title: titleOf(a),
    a: a.reference,
    b: b.reference,
    ...(a.answerReference === undefined ? {} : { answerA: a.answerReference }),
    ...(b.answerReference === undefined ? {} : { answerB: b.answerReference }),
    ...(hasOutcome ? { outcome: endings } : {}),
    changes,
    changeCount,
    durations: { ...durationIn('a', a), ...durationIn('b', b) },
  };
}

function durationIn(side: 'a' | 'b', call: ComparedCall): { a?: number; b?: number } {
  const took = durationOf(call);
  return took === undefined ? {} : { [side]: took };
}

/** From when the request was passed on to when its answer came, in µs. */
export function durationOf({ start, end }: ComparedCall): number | undefined {
  return end === Number.POSITIVE_INFINITY ? undefined : Math.max(0, end - start);
}
