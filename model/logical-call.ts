/**
 * Logical calls: all rounds, retries and task polls of one intention.
 *
 * Rounds (SEP-2322): a result asks for input and gives a requestState; the client asks again with
 * another id, echoing it, or, when none was given, just asks the same with answers. Tasks: a result
 * gives a task id that later requests name. Retries: the same request again after its sender had
 * cancelled it and before an answer came.
 */
import { canonicalJson } from './canonical.ts';
import { isObject, member, textMember } from './json.ts';
import { createRecent } from './recent.ts';
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
export function logicalCalls(view: SessionView): LogicalCall[] {
  const groups = new Map<Call, Group>();
  const past = createPast(view);
  for (const call of view.session.calls) {
    const before = past.before(call);
    const group = before && groups.get(before.call);
    if (group) {
      group.calls.push(call);
      group.why = before.why;
      groups.set(call, group);
    } else groups.set(call, { calls: [call], why: 'single' });
    past.add(call);
  }
  return [...new Set(groups.values())];
}

/** For each call that goes on with an earlier one of its intention, that one and why. */
export function earlierCalls(view: SessionView): Map<Call, Before> {
  const before = new Map<Call, Before>();
  for (const { calls, why } of logicalCalls(view)) {
    for (const [at, call] of calls.entries()) {
      const earlier = calls[at - 1];
      if (earlier) before.set(call, { call: earlier, why });
    }
  }
  return before;
}

export interface Before {
  readonly call: Call;
  readonly why: LogicalCall['why'];
}

/** The same, call by call. */
export interface Earlier {
  /** The call that this one goes on with, when it is asked. */
  of(call: Call): Call | undefined;
  /** Remembers what a call that is over gave. */
  over(call: Call): void;
}

/** Keeps nothing of what ties to nothing, and of what does the newest so many of each kind. */
export function createEarlier(view: SessionView, most: number): Earlier {
  const past = createPast(view, most);
  const groups = new WeakMap<Call, { last: Call }>();
  return {
    of(call) {
      const first = past.before(call)?.call;
      if (!first) return undefined;
      const group = groups.get(first) ?? { last: first };
      const earlier = group.last;
      group.last = call;
      groups.set(first, group).set(call, group);
      return earlier;
    },
    over: past.add,
  };
}

interface Group {
  readonly calls: [Call, ...Call[]];
  why: LogicalCall['why'];
}

interface Past {
  /** The earlier call that this one goes on with, and how that shows. */
  before(call: Call): Before | undefined;
  add(call: Call): void;
}

/** What later calls may go on with. */
function createPast(view: SessionView, most = Number.POSITIVE_INFINITY): Past {
  const byState = createRecent<string, Call>(most);
  const byTask = createRecent<string, Call>(most);
  /** Calls that asked for input without a state, and calls given up, by what they asked for. */
  const asking = createSame(view, most);
  const givenUp = createSame(view, most);
  return {
    before(call) {
      const { sentState, answers, task } = call.ties;
      const round =
        (sentState === undefined ? undefined : byState.get(sentState)) ??
        (answers ? asking.find(call) : undefined);
      if (round) return { call: round, why: 'rounds' };
      const owner = task === undefined ? undefined : byTask.get(task);
      if (owner) return { call: owner, why: 'task' };
      const retried = givenUp.find(call);
      return retried && isGivenUp(retried, call) ? { call: retried, why: 'retry' } : undefined;
    },
    add(call) {
      const { givenState, givenTask, resultType } = call.ties;
      if (givenState !== undefined) byState.set(givenState, call);
      else if (resultType === 'input_required') asking.add(call);
      if (givenTask !== undefined) byTask.set(givenTask, byTask.get(givenTask) ?? call);
      if (call.cancelled) givenUp.add(call);
    },
  };
}

function isGivenUp(before: Call, now: Call): boolean {
  const givenUp = before.cancelled?.at ?? Number.POSITIVE_INFINITY;
  const answered = before.response?.at ?? Number.POSITIVE_INFINITY;
  return givenUp <= now.request.at && answered > now.request.at;
}

interface Same {
  add(call: Call): void;
  /** The last call added that asked for the same thing. */
  find(call: Call): Call | undefined;
}

/**
 * Calls by what they ask for. The whole request is read only where method and subject are equal,
 * since writing it in canonical form costs as much as reading it.
 */
function createSame({ value }: SessionView, most: number): Same {
  const abouts = createRecent<string, true>(most);
  const byRequest = createRecent<string, Call>(most);
  return {
    add(call) {
      abouts.set(aboutOf(call), true);
      byRequest.set(requestOf(call, value(call.request)), call);
    },
    find(call) {
      if (!abouts.get(aboutOf(call))) return undefined;
      return byRequest.get(requestOf(call, value(call.request)));
    },
  };
}

function aboutOf({ from, method, subject }: Call): string {
  return JSON.stringify([from, method, subject]);
}

/** Members of a request that differ between the rounds of one intention. */
const ROUND_MEMBERS = new Set(['_meta', 'inputResponses', 'requestState']);

function requestOf(call: Call, request: unknown): string {
  const params = member(request, 'params');
  if (!isObject(params)) return aboutOf(call);
  const same = Object.entries(params).filter(([name]) => !ROUND_MEMBERS.has(name));
  return `${aboutOf(call)} ${canonicalJson(Object.fromEntries(same))}`;
}
