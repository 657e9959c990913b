/**
 * What each line of the client waits for, before it is sent to a live server.
 *
 * `recorded` keeps the recorded partial order: a line waits for what its client knew by then, which
 * is the answers, questions and notifications that were recorded before it, and for the line before
 * it. `serial`: besides, a request waits until all before it are answered; an answer to a question of
 * the server waits as in `max`, since a call may be kept open until it comes. `max`: a line waits
 * only for what it could not be without: the handshake, the values in it, the round, task, question
 * or subscription that it goes on with.
 */
import { type Earlier, goesOnWith } from '../../analysis/order/goes-on.ts';
import { INITIALIZED, isOpening } from '../../analysis/order/lifetime.ts';
import { LISTEN } from '../../model/methods.ts';
import type { Call } from '../../model/session.ts';
import type { Script } from '../script.ts';
import type { Flow } from './flow.ts';
import type { ClientLine } from './lines.ts';

export const OVERLAPS = ['recorded', 'serial', 'max'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** Something that must have happened in the live run. */
export type Condition =
  | { readonly kind: 'sent'; readonly line: ClientLine }
  /** The request was answered, given up, or will not be answered. */
  | { readonly kind: 'settled'; readonly call: Call }
  /** The server asked what it was recorded to ask. */
  | { readonly kind: 'asked'; readonly call: Call }
  /** So many notifications of a method came. */
  | { readonly kind: 'heard'; readonly method: string; readonly count: number }
  /** Whoever conducts the run said so. */
  | { readonly kind: 'told'; readonly line: ClientLine };

export interface Step {
  readonly line: ClientLine;
  readonly after: readonly Condition[];
}

export interface Ordering {
  readonly script: Script;
  readonly lines: readonly ClientLine[];
  readonly flow: Flow;
}

export function stepsOf(ordering: Ordering, overlap: Overlap): Step[] {
  return overlap === 'max' ? mustSteps(ordering) : recordedSteps(ordering, overlap);
}

/** Progress comes with its answer, and how much of it there is may differ from run to run. */
const PROGRESS = 'notifications/progress';

function recordedSteps({ script, lines, flow }: Ordering, overlap: Overlap): Step[] {
  const { session } = script.session;
  const answered = session.calls
    .filter(({ from, response }) => from === 'client' && response !== undefined)
    .sort((a, b) => answerSeq(a) - answerSeq(b));
  const heard = session.notifications.filter(
    ({ from, method }) => from === 'server' && method !== PROGRESS,
  );
  const counts = new Map<string, number>();
  const open: Call[] = [];
  let [nextAnswer, nextHeard] = [0, 0];
  // What the next line in the chain waits for: the line before it, and what lines beside it left.
  let pending: Condition[] = [];
  return lines.map((line) => {
    const after = pending;
    for (let call = answered[nextAnswer]; call && answerSeq(call) < line.seq; ) {
      after.push({ kind: 'settled', call });
      call = answered[++nextAnswer];
    }
    for (let one = heard[nextHeard]; one && one.ref.seq < line.seq; one = heard[++nextHeard]) {
      const count = (counts.get(one.method) ?? 0) + 1;
      counts.set(one.method, count);
      after.push({ kind: 'heard', method: one.method, count });
    }
    if (overlap === 'serial' && isOnlyAnswer(line)) {
      pending = [...after, { kind: 'sent', line }];
      return { line, after: needsOf(line, flow) };
    }
    pending = [{ kind: 'sent', line }];
    after.push(...asked(line));
    if (overlap === 'serial' && line.calls.length > 0) {
      for (const call of open.splice(0)) after.push({ kind: 'settled', call });
    }
    open.push(...line.calls.filter(isAwaited));
    return { line, after };
  });
}

function isOnlyAnswer({ answers, calls }: ClientLine): boolean {
  return answers.length > 0 && calls.length === 0;
}

function asked({ answers }: ClientLine): Condition[] {
  return answers.map((call) => ({ kind: 'asked', call }));
}

/** The questions that a line answers, and the answers whose values are in it. */
function needsOf(line: ClientLine, flow: Flow): Condition[] {
  const uses = line.items.flatMap(({ ref }) => flow.uses(ref.seq, ref.item));
  const sources = new Set(uses.flatMap(({ source }) => source.answers ?? []));
  return [...asked(line), ...[...sources].map((call): Condition => ({ kind: 'settled', call }))];
}

/** Whether the recording has an answer that a live run may wait for. */
export function isAwaited({ response, method }: Call): boolean {
  return response !== undefined && method !== LISTEN;
}

function answerSeq({ response }: Call): number {
  return response?.seq ?? Number.POSITIVE_INFINITY;
}

function mustSteps({ script, lines, flow }: Ordering): Step[] {
  const lineOf = new Map(lines.flatMap((line) => line.calls.map((call) => [call, line])));
  const before = goesOnWith(script.session);
  const shaken: Condition[] = [];
  return lines.map((line) => {
    const after = [...shaken, ...mustBefore(line, { lineOf, before, flow })];
    shaken.push(...handshake(line));
    return { line, after };
  });
}

interface Must {
  readonly lineOf: ReadonlyMap<Call, ClientLine>;
  readonly before: ReadonlyMap<Call, Earlier>;
  readonly flow: Flow;
}

function mustBefore(line: ClientLine, must: Must): Condition[] {
  const { calls, cancels } = line;
  const settled = (call: Call | undefined): Condition[] =>
    call ? [{ kind: 'settled', call }] : [];
  const sent = (other: ClientLine | undefined): Condition[] =>
    other ? [{ kind: 'sent', line: other }] : [];
  return [
    ...calls.flatMap((call) => settled(must.before.get(call)?.call)),
    ...cancels.flatMap((call) => sent(must.lineOf.get(call))),
    ...needsOf(line, must.flow),
  ];
}

/** What of a line everything after it waits for. */
function handshake(line: ClientLine): Condition[] {
  const opening = line.calls.filter(isOpening);
  const isInitialized = line.items.some(
    ({ message }) => 'method' in message && message.method === INITIALIZED,
  );
  const answers = opening
    .filter(({ response }) => response)
    .map((call): Condition => ({ kind: 'settled', call }));
  return isInitialized ? [...answers, { kind: 'sent', line }] : answers;
}
