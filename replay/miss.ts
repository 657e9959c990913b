/** A message that the recording does not have, told so that its reader knows what to do. */
import { type RequestMessage, subjectOf } from '../model/message.ts';
import type { Call } from '../model/session.ts';
import type { Wanted } from './consumption.ts';
import { nearestOf } from './nearest.ts';
import type { Secrets } from './placeholders.ts';
import { type Miss, refOf } from './report.ts';
import type { ClientItem, Script } from './script.ts';

export interface About {
  readonly reason: Miss['reason'];
  readonly wanted?: Wanted;
  readonly script?: Script;
  readonly secrets?: Secrets;
  /** The recorded entry that stands closest, when that is known. */
  readonly nearest?: ClientItem | string;
  readonly write?: Call;
}

export function missOf(kind: Miss['kind'], about: About): Miss {
  const { reason, wanted, write } = about;
  const closest = closestOf(about);
  const found = {
    ...(wanted && wanted.kind !== 'other' ? { method: cut(wanted.method) } : {}),
    ...closest,
    ...(write ? { write: refOf(write) } : {}),
  };
  const detail = plain(sentence(reason, found, titleOf(kind, wanted)));
  return { kind, reason, ...found, detail };
}

/** Text that a peer chose, without what a terminal would obey or hide. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

function closestOf(about: About): Pick<Miss, 'nearest' | 'pointer'> {
  const { nearest, reason, wanted, script, secrets } = about;
  if (typeof nearest === 'string') return { nearest };
  if (nearest) return { nearest: nearest.reference };
  if (reason !== 'not-recorded' || !wanted || !script || !secrets) return {};
  const found = nearestOf(script, wanted, secrets);
  if (!found) return {};
  const { item, pointer } = found;
  return { nearest: item.reference, ...(pointer === undefined ? {} : { pointer }) };
}

type Found = Pick<Miss, 'nearest' | 'pointer' | 'write'>;

function sentence(
  reason: Miss['reason'],
  { nearest, pointer, write }: Found,
  title: string,
): string {
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
    case 'not-recorded':
      if (nearest === undefined) return `the recording has no ${title}`;
      return `the recording has no such ${title}; the nearest is ${nearest}, which differs first at ${pointer}`;
  }
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
