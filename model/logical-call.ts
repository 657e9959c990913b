/**
 * Logical calls: all rounds, retries and task polls of one intention.
 *
 * Rounds (SEP-2322): a result asks for input and gives a requestState; the client asks again with
 * another id, echoing it. Tasks: a result gives a task id that later tasks/* requests name. Retries:
 * the same request again after one that was cancelled or never answered.
 */
import { canonicalJson } from './canonical.ts';
import { isObject, member, textMember } from './json.ts';
import type { Call, SessionView, Ties } from './session.ts';

export interface LogicalCall {
  /** In the order they were asked; at least one. */
  readonly calls: readonly [Call, ...Call[]];
  readonly why: 'single' | 'rounds' | 'task' | 'retry';
}

/** Shared by the calls that tie to nothing, which are nearly all. */
const NO_TIES: Ties = Object.freeze({});
const COMPLETE: Ties = Object.freeze({ resultType: 'complete' });

/** What a request sends back. */
export function tiesOfRequest(params: unknown): Ties {
  const sentState = textMember(params, 'requestState');
  const task = textMember(params, 'taskId');
  const answers = member(params, 'inputResponses') !== undefined;
  if (sentState === undefined && task === undefined && !answers) return NO_TIES;
  return {
    ...(sentState === undefined ? undefined : { sentState }),
    ...(task === undefined ? undefined : { task }),
    ...(answers ? { answers } : undefined),
  };
}

/** The ties of a call with what its result gives. */
export function tiesOfResult(ties: Ties, result: unknown): Ties {
  const type = textMember(result, 'resultType');
  const givenState = textMember(result, 'requestState');
  const givenTask = textMember(result, 'task', 'taskId') ?? textMember(result, 'taskId');
  if (givenState === undefined && givenTask === undefined && ties === NO_TIES) {
    if (type === undefined) return NO_TIES;
    if (type === 'complete') return COMPLETE;
  }
  return {
    ...ties,
    ...(type === undefined ? undefined : { resultType: type }),
    ...(givenState === undefined ? undefined : { givenState }),
    ...(givenTask === undefined ? undefined : { givenTask }),
  };
}

/** The logical calls of a session, in the order of their first request. */
export function logicalCalls({ session, value }: SessionView): LogicalCall[] {
  const groups = new Map<Call, { calls: [Call, ...Call[]]; why: LogicalCall['why'] }>();
  const head = new Map<Call, Call>();
  const open: Open = { states: new Map(), tasks: new Map(), unanswered: new Map() };
  for (const call of session.calls) {
    const key = requestKey(call, value(call.request));
    const [before, why] = predecessor(call, key, open);
    const first = before === undefined ? call : (head.get(before) ?? before);
    head.set(call, first);
    const group = groups.get(first);
    if (group && why !== 'single') {
      group.calls.push(call);
      group.why = why;
    } else groups.set(call, { calls: [call], why: 'single' });
    remember(call, key, open);
  }
  return [...groups.values()];
}

interface Open {
  readonly states: Map<string, Call>;
  readonly tasks: Map<string, Call>;
  readonly unanswered: Map<string, Call>;
}

function predecessor(call: Call, key: string, open: Open): [Call | undefined, LogicalCall['why']] {
  const { sentState, answers, task } = call.ties;
  const round = sentState === undefined ? undefined : open.states.get(sentState);
  if (round) return [round, 'rounds'];
  const stateless = answers ? open.states.get(key) : undefined;
  if (stateless) return [stateless, 'rounds'];
  const polled = task === undefined ? undefined : open.tasks.get(task);
  if (polled) return [polled, 'task'];
  const retried = open.unanswered.get(key);
  if (retried && isGivenUp(retried, call)) return [retried, 'retry'];
  return [undefined, 'single'];
}

function isGivenUp(before: Call, now: Call): boolean {
  const givenUp = before.cancelled?.at ?? Number.POSITIVE_INFINITY;
  const answered = before.response?.at ?? Number.POSITIVE_INFINITY;
  return givenUp <= now.request.at && answered > now.request.at;
}

function remember(call: Call, key: string, open: Open): void {
  const { givenState, givenTask, resultType } = call.ties;
  if (givenState !== undefined) open.states.set(givenState, call);
  else if (resultType === 'input_required') open.states.set(key, call);
  if (givenTask !== undefined && !open.tasks.has(givenTask)) open.tasks.set(givenTask, call);
  if (call.cancelled) open.unanswered.set(key, call);
}

/** Members of a request that differ between the rounds of one intention. */
const ROUND_MEMBERS = new Set(['_meta', 'inputResponses', 'requestState']);

function requestKey(call: Call, request: unknown): string {
  const params = member(request, 'params');
  if (!isObject(params)) return `${call.from} ${call.method}`;
  const same = Object.fromEntries(
    Object.entries(params).filter(([name]) => !ROUND_MEMBERS.has(name)),
  );
  return `${call.from} ${call.method} ${canonicalJson(same)}`;
}
