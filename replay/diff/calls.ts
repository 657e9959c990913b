/**
 * One side of a comparison as its calls: what was asked of which server, what came of it, and when,
 * without what is volatile. Taken from whole sessions, or from the part of them that a run is.
 */
import { canonicalJson } from '../../model/canonical.ts';
import { reference } from '../../model/entry.ts';
import { groupBy } from '../../model/group.ts';
import { isObject, member } from '../../model/json.ts';
import { LISTS } from '../../model/methods.ts';
import { bootRanks, order, startOf } from '../../model/order.ts';
import { type Call, nameOf, type SessionView } from '../../model/session.ts';
import { stableParams, without } from '../volatile.ts';

/** A session, or of it what was asked from one seq to another, or as part of one trace. */
export interface Part {
  readonly view: SessionView;
  readonly from?: number;
  readonly to?: number;
  readonly trace?: string;
}

/** What is compared with another such: the sessions of one run or recording. */
export type Side = readonly Part[];

export interface ComparedSession {
  readonly part: Part;
  /** The name of the server, and which of its sessions this is, from 0, by when they started. */
  readonly name: string;
  readonly occurrence: number;
  /** In the order they were asked. */
  readonly calls: readonly ComparedCall[];
}

export interface ComparedCall {
  readonly call: Call;
  readonly reference: string;
  /** Of the answer, when one came. */
  readonly answerReference?: string;
  /** Who asked what of which tool, prompt or resource. */
  readonly about: string;
  /** The same with all that was asked for. Equal calls have equal keys. */
  readonly key: string;
  readonly params: unknown;
  /** `{result}` or `{error}`, without what catalogs tell; undefined when no answer came. */
  readonly answer: unknown;
  /**
   * When it may have run, in µs of the machine's clock: from when its request was passed on to when
   * its answer came, infinity when none did. Comparable between sessions of one boot.
   */
  readonly start: number;
  readonly end: number;
  readonly boot: string;
  /** The fingerprint of the key behind its placeholders of secrets. */
  readonly secretKey: string;
}

/** The sessions of a side by name, each name in the order they started. */
export function comparedSessions(side: Side): ComparedSession[] {
  const ranks = bootRanks(side.flatMap(({ view }) => view.session.head?.clock ?? []));
  const rankOf = ({ view }: Part): number => ranks.get(bootOf(view)) ?? 0;
  const sorted = [...side].sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      originOf(a.view) - originOf(b.view) ||
      order(a.view.session.id, b.view.session.id),
  );
  const byName = groupBy(sorted, ({ view }) => nameOf(view.session));
  return [...byName].flatMap(([name, parts]) =>
    parts.map((part, occurrence) => ({ part, name, occurrence, calls: callsOf(part) })),
  );
}

/** The calls that were asked within the part. */
function callsOf({ view, from = 0, to = Number.POSITIVE_INFINITY, trace }: Part): ComparedCall[] {
  return view.session.calls
    .filter((call) =>
      trace === undefined
        ? call.request.seq >= from && call.request.seq <= to
        : call.trace === trace,
    )
    .map((call) => comparedCall(view, call));
}

function comparedCall(view: SessionView, call: Call): ComparedCall {
  const { from, method, subject, request, response } = call;
  const params = stableParams(method, member(view.value(request), 'params'));
  const about = JSON.stringify([from, method, ...(subject === undefined ? [] : [subject])]);
  const origin = originOf(view);
  return {
    call,
    reference: referenceOf(call, request),
    ...(response ? { answerReference: referenceOf(call, response) } : {}),
    about,
    key: `${about} ${canonicalJson(params)}`,
    params,
    answer: response && answerOf(call, view.value(response)),
    start: origin + request.sent,
    end: response ? origin + response.at : Number.POSITIVE_INFINITY,
    boot: bootOf(view),
    secretKey: view.session.head?.redaction.key ?? '',
  };
}

function referenceOf({ session }: Call, { seq, item }: Call['request']): string {
  return reference(session, seq, item);
}

/** What a message answers. Definitions are compared by name, so lists of them are left out. */
function answerOf({ from, method }: Call, message: unknown): unknown {
  const error = member(message, 'error');
  if (error !== undefined && error !== null) return { error };
  const result = member(message, 'result');
  const list = from === 'client' ? LISTS[method] : undefined;
  if (!list || !isObject(result)) return { result };
  return { result: without(result, new Set([list.member])) };
}

function originOf({ session }: SessionView): number {
  return session.head ? startOf(session.head.clock) : 0;
}

function bootOf({ session }: SessionView): string {
  return session.head?.clock.boot ?? '';
}

/** `memory`, or `memory#2` for its second session. */
export function labelOf({
  name,
  occurrence,
}: Pick<ComparedSession, 'name' | 'occurrence'>): string {
  return occurrence === 0 ? name : `${name}#${occurrence + 1}`;
}

/** `tools/call create_note`; what the server asks of its client is marked. */
export function titleOf({ call: { from, method, subject } }: ComparedCall): string {
  const title = subject === undefined ? method : `${method} ${subject}`;
  return from === 'server' ? `${title} (of the server)` : title;
}

/** Orders times, infinity among them. */
export function byTime(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
