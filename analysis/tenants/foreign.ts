/**
 * Answers that one caller got and that are those of another.
 *
 * Equal answers to two callers prove nothing: they may share what they see. That a server answers
 * each caller by itself shows where one got the same answer again after another had got a different
 * one to the same request. If the other is then given just what only the first was ever given, it was
 * not meant for him. The answers to each request are walked twice, whoever asked.
 */
import { groupBy } from '../../model/group.ts';
import { isObject, member } from '../../model/json.ts';
import { startOf } from '../../model/order.ts';
import { type Call, nameOf, type WholeView } from '../../model/session.ts';
import { textsIn } from '../footprint/leaves.ts';
import { deedOf } from '../footprint/verbs.ts';
import type { Contexts } from './contexts.ts';

export interface Read {
  readonly view: WholeView;
  readonly call: Call;
  readonly context: string;
  /** The result as one text, without what differs in each answer. */
  readonly answer: string;
  /** When its request was sent on and its answer read, in µs of the machine's clock. */
  readonly start: number;
  readonly end: number;
}

export interface Foreign {
  /** The answer that went to the wrong caller, and the one before that he got by right. */
  readonly wrong: Read;
  readonly right: Read;
  /** The first time that its owner got it. */
  readonly owner: Read;
  /** What of it names its owner. */
  readonly text: string;
}

export function foreignAnswers(
  sessions: readonly { view: WholeView; contexts: Contexts }[],
): Foreign[] {
  const reads = sessions.flatMap(readsOf);
  if (new Set(reads.map(({ context }) => context)).size < 2) return [];
  return [...groupBy(reads, requestOf).values()].flatMap(foreignIn);
}

const READS = new Set(['resources/read', 'prompts/get', 'resources/list', 'tools/call']);

function readsOf({ view, contexts }: { view: WholeView; contexts: Contexts }): Read[] {
  const { session } = view;
  if (!contexts.isKnown || !session.head) return [];
  const start = startOf(session.head.clock);
  return session.calls.flatMap((call) => {
    const context = contexts.of(call)?.context;
    const { response, request, outcome } = call;
    if (context === undefined || !response || outcome !== 'result' || !isRead(call)) return [];
    const answer = textOf(member(view.value(response), 'result'));
    return [{ view, call, context, answer, start: start + request.sent, end: start + response.at }];
  });
}

function isRead({ method, from, subject = '' }: Call): boolean {
  if (from !== 'client' || !READS.has(method)) return false;
  if (method !== 'tools/call') return true;
  const { kind } = deedOf(subject);
  return kind === 'R' || kind === 'L' || /^who_?am_?i$/i.test(subject);
}

function textOf(result: unknown): string {
  if (!isObject(result)) return '';
  const { _meta, ttlMs, ...rest } = result;
  return JSON.stringify(rest);
}

/** One request to one server, under hashes of one key. */
function requestOf({ view, call }: Read): string {
  const { head } = view.session;
  const params = member(view.value(call.request), 'params');
  const asked = isObject(params) ? { ...params, _meta: undefined } : undefined;
  const place = [
    head?.upstream ?? view.session.server?.name ?? nameOf(view.session),
    head?.redaction.key,
    head?.clock.boot,
  ];
  return JSON.stringify([...place, call.method, asked]);
}

function foreignIn(unsorted: readonly Read[]): Foreign[] {
  const reads = [...unsorted].sort((a, b) => a.start - b.start);
  const owners = ownersIn(reads);
  if (owners.size === 0) return [];
  const right = new Map<string, Read>();
  return reads.flatMap((read) => {
    const owner = owners.get(read.answer);
    if (!owner || owner.context === read.context) {
      right.set(read.context, read);
      return [];
    }
    const own = right.get(read.context);
    const text = own && nameIn(read.answer, own.answer);
    return own && text !== undefined ? [{ wrong: read, right: own, owner, text }] : [];
  });
}

/** Answers that one caller got again after another had got a different one; each with its first time. */
function ownersIn(reads: readonly Read[]): Map<string, Read> {
  const first = new Map<string, Read>();
  const owners = new Map<string, Read>();
  /** The last few answers that differ, or went to different callers. */
  let latest: Read[] = [];
  for (const read of reads) {
    const known = first.get(read.answer);
    if (!known) first.set(read.answer, read);
    else if (known.context === read.context && latest.some((one) => isBetween(known, one, read)))
      owners.set(read.answer, known);
    latest = [...latest.filter((one) => !isSame(one, read)).slice(-KEPT), read];
  }
  return owners;
}

const KEPT = 8;

function isSame(a: Read, b: Read): boolean {
  return a.context === b.context && a.answer === b.answer;
}

/** Whether another caller got another answer after one and before the same one again. */
function isBetween(known: Read, other: Read, again: Read): boolean {
  return (
    other.context !== again.context &&
    other.answer !== again.answer &&
    other.start > known.end &&
    other.end < again.start
  );
}

/** A word that can name one of many: with a digit, or an address; and not a time. */
const NAMING =
  /^(?=[^\d]{0,40}\d)(?![\d:.,TZ+-]{1,40}$)[\w.@:/-]{6,64}$|^[\w.+-]{1,64}@[\w.-]{3,64}$/;
const WORDS = 2000;

/** The first word that names somebody or something in one answer and does not stand in the other. */
function nameIn(answer: string, other: string): string | undefined {
  const words = textsIn(JSON.parse(answer)).flatMap((text) => text.split(/[\s"'<>()[\]{},;]+/));
  return words.slice(0, WORDS).find((word) => NAMING.test(word) && !other.includes(word));
}
