/** A message that the recording does not have, told so that its reader knows what to do. */
import { type RequestMessage, subjectOf } from '../model/message.ts';
import type { NotFound, Wanted } from './consumption.ts';
import type { LiveSession } from './live-session.ts';
import { nearestOf } from './nearest.ts';
import { type Matched, type Miss, refOf } from './report.ts';
import type { ClientItem } from './script.ts';

export interface About extends Partial<Omit<NotFound, 'ok' | 'reason' | 'nearest'>> {
  readonly reason: Miss['reason'];
  readonly wanted?: Wanted;
  /** The recorded entry that stands closest, when that is known. */
  readonly nearest?: ClientItem | string;
}

export function missOf(state: LiveSession, kind: Miss['kind'], about: About): Miss {
  const { reason, wanted, write, pointer } = about;
  const closest = closestOf(state, about);
  const found = {
    ...(wanted && wanted.kind !== 'other' ? { method: cut(wanted.method) } : {}),
    ...(pointer === undefined ? {} : { pointer }),
    ...closest,
    ...(write ? { write: refOf(write) } : {}),
  };
  const detail = plain(sentence(reason, found, titleOf(kind, wanted)));
  return { kind, reason, ...found, past: pastOf(state), detail };
}

/** Text that a peer chose, without what a terminal would obey or hide. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

function closestOf(state: LiveSession, about: About): Found {
  const { nearest, reason, wanted } = about;
  if (typeof nearest === 'string') return { nearest };
  if (nearest) return { nearest: nearest.reference };
  if (reason !== 'not-recorded' || !wanted) return {};
  const found = nearestOf(state.script, wanted, state.secrets);
  if (!found) return { from: 'caller' };
  const { item, pointer, recorded } = found;
  // Every name of a tool or prompt stands in a list, from which the caller chose.
  const isChoice = pointer === '/params/name';
  const source = isChoice ? undefined : state.origins.sourceOf(item, recorded);
  return {
    nearest: item.reference,
    ...(pointer === undefined ? {} : { pointer }),
    ...(source === undefined ? { from: 'caller' } : { from: 'answer', source }),
  };
}

/** How much of what went before is told. */
const MOST_PAST = 10;

/** The last messages of the client that were matched, in the order in which it made them. */
function pastOf({ said }: LiveSession): Matched[] {
  const past: Matched[] = [];
  for (let at = said.length - 1; at >= 0 && past.length < MOST_PAST; at--) {
    const item = said[at]?.item;
    if (item) past.unshift(matchedOf(item));
  }
  return past;
}

/** A miss with what the client had said just before it, as one sentence without its full stop. */
export function toldWithPast({ detail, past }: Miss): string {
  const named = past.slice(-3).map(({ entry, kind, method = kind, subject }) => {
    return `${subject === undefined ? method : `${method} ${subject}`} (${entry})`;
  });
  if (named.length === 0) return `${detail}; nothing recorded was said before it`;
  return plain(`${detail}; before it came ${named.join(', ')}`);
}

function matchedOf({ reference, message, call }: ClientItem): Matched {
  const isNamed = message.kind === 'request' || message.kind === 'notification';
  const method = isNamed ? message.method : call?.method;
  const subject = isNamed ? subjectOf(message.method, message.params) : call?.subject;
  return {
    entry: reference,
    kind: message.kind,
    ...(method === undefined ? {} : { method: cut(method) }),
    ...(subject === undefined ? {} : { subject: cut(subject) }),
  };
}

type Found = Pick<Miss, 'nearest' | 'pointer' | 'write' | 'from' | 'source'>;

function sentence(reason: Miss['reason'], found: Found, title: string): string {
  const { nearest, pointer, write } = found;
  switch (reason) {
    case 'not-json':
      return 'a line of the client is no JSON text';
    case 'nothing-asked':
      return nearest === undefined
        ? 'the client answers a request that was not made'
        : `the client answers ${nearest}, which has no answer in the recording`;
    case 'answer-lost':
      return `the answer to ${nearest} is none of what was recorded whole`;
    case 'used-up':
      return `${title} was made more often than recorded; the last one is ${nearest}`;
    case 'state-not-reached':
      return `${title} is recorded as ${nearest}, after the write ${write}, which was not made yet`;
    case 'state-passed':
      return `${title} is recorded as ${nearest}, before the write ${write}, which was made already`;
    case 'number-falls':
      return `${title} is recorded as ${nearest}, but the number at ${pointer} falls where the recorded ones rise`;
    case 'not-recorded':
      return notRecorded(found, title);
  }
}

function notRecorded({ nearest, pointer, source }: Found, title: string): string {
  if (nearest === undefined) return `the recording has no ${title}`;
  const where = `the recording has no such ${title}; the nearest is ${nearest}, which differs first at ${pointer}`;
  return source === undefined
    ? `${where}: the caller asked something else`
    : `${where}: the recorded value came from the answer ${source}`;
}

/** The method and what it is about, shortened: a client may send anything. */
function titleOf(kind: Miss['kind'], wanted: Wanted | undefined): string {
  if (!wanted || wanted.kind === 'other') return kind === 'invalid' ? 'message' : kind;
  const { method, params } = wanted as Pick<RequestMessage, 'method' | 'params'>;
  const subject = subjectOf(method, params);
  return cut(subject === undefined ? method : `${method} ${subject}`);
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
