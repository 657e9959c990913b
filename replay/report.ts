/** What a replay was like: everything in which it was not the recording, named by recorded entry. */
import { reference } from '../model/entry.ts';
import type { Call } from '../model/session.ts';
import type { LiveReport } from './pass-on.ts';
import type { Placement } from './placement.ts';
import { isRequest, type Script, type Unplayable } from './script.ts';

/** A live message of the client that the recording does not have, or cannot answer. */
export interface Miss {
  readonly kind: 'request' | 'notification' | 'response' | 'invalid';
  /** As the client sent it, at most 200 characters. */
  readonly method?: string;
  readonly reason:
    | 'not-recorded'
    | 'used-up'
    | 'state-not-reached'
    | 'state-passed'
    | 'number-falls'
    | 'nothing-asked'
    | 'answer-lost'
    | 'not-json';
  /** The recorded entry that comes closest. */
  readonly nearest?: string;
  /** The first difference from it, as a JSON pointer into the message. */
  readonly pointer?: string;
  /** The recorded write that the client has not made yet, or has made already. */
  readonly write?: string;
  /**
   * Of a message that was not recorded: whether what differs was the caller's own choice in the
   * recording, or came from an earlier answer of the server.
   */
  readonly from?: 'caller' | 'answer';
  /** That answer. */
  readonly source?: string;
  /** It was passed on to a live server, and what came back is of today. */
  readonly origin?: 'live';
  /** What the client had said before, as far as it was recorded; the last ten, in order. */
  readonly past: readonly Matched[];
  /** All of this as one sentence. */
  readonly detail: string;
}

/** A recorded message of the client that it made again. */
export interface Matched {
  readonly entry: string;
  readonly kind: 'request' | 'notification' | 'response' | 'invalid';
  /** Of an answer: the method and the subject of the question. */
  readonly method?: string;
  readonly subject?: string;
}

/** A live message that was matched although it is not what was recorded. */
export interface Difference {
  readonly entry: string;
  readonly about: 'answer' | 'capabilities' | 'cancellation';
  readonly pointer: string;
}

/** A live message that got the answer of a recorded one which it does not equal. Never silent. */
export interface Degraded {
  /** The recorded message. */
  readonly entry: string;
  /**
   * `masked`: equal but for a masked value, which is of the class of the recorded one. `repeated`:
   * made more often than recorded, and given the last answer once more.
   */
  readonly how: 'masked' | 'repeated';
  /** Where the masked value stands, as a JSON pointer into the message. */
  readonly pointer?: string;
  readonly class?: string;
}

/** A fault that the user asked for, and that happened. */
export interface AppliedFault {
  readonly fault: string;
  /** The recorded request whose answer it changed. */
  readonly call: string;
  /** The answer was held back, and the server has said too little since to let it go. */
  readonly held?: true;
}

export interface ReplayReport {
  readonly name: string;
  readonly session: string;
  /** Whether the transcript of the replay is that of the recording. */
  readonly equal: boolean;
  /** How many messages of the client the recording has, and how many of them were made. */
  readonly recordedCount: number;
  readonly matchedCount: number;
  readonly misses: readonly Miss[];
  readonly differences: readonly Difference[];
  readonly degraded: readonly Degraded[];
  /** Recorded messages of the client that it never sent. */
  readonly unmade: readonly string[];
  /** Recorded messages of the server that never became due, and what each waited for. */
  readonly withheld: readonly { readonly entry: string; readonly waitsFor?: string }[];
  /** Requests that came before an answer which the recording has before them; not a difference. */
  readonly reordered: readonly { readonly entry: string; readonly after: string }[];
  /** What was recorded but cannot be played: lost entries, lines over the cap. */
  readonly unplayable: readonly Unplayable[];
  /** What the server did wrong because the user asked for it; the rest of the report is as without. */
  readonly faults: readonly AppliedFault[];
  /** What was passed on to a live server, if one was named. */
  readonly live?: LiveReport;
}

/** When requests came and were answered in the replay, counted from 1. */
export interface Moments {
  readonly asked: ReadonlyMap<Call, number>;
  readonly answered: ReadonlyMap<Call, number>;
}

export interface Findings {
  readonly misses: readonly Miss[];
  readonly differences: readonly Difference[];
  readonly degraded: readonly Degraded[];
  /** Progress that the client did not ask for this time. */
  readonly unwanted: readonly number[];
  readonly moments: Moments;
}

export function reportOf(script: Script, placement: Placement, findings: Findings): ReplayReport {
  const { session, client, unplayable } = script;
  const { misses, differences, degraded, moments } = findings;
  const id = session.session.id;
  const unmade = client.filter((item) => !placement.isMatched(item)).map((item) => item.reference);
  const withheld = [
    ...placement.withheld().map(({ step, waitsFor }) => ({
      entry: reference(id, step.seq),
      ...(waitsFor ? { waitsFor: waitsFor.reference } : {}),
    })),
    ...findings.unwanted.map((seq) => ({ entry: reference(id, seq) })),
  ];
  const parts = [misses, differences, degraded, unmade, withheld];
  return {
    name: session.name,
    session: id,
    equal: parts.every((part) => part.length === 0),
    recordedCount: client.length,
    matchedCount: client.length - unmade.length,
    misses: [...misses],
    differences: [...differences],
    degraded: [...degraded],
    unmade,
    withheld,
    reordered: reorderedOf(script, moments),
    unplayable,
    faults: [],
  };
}

/** Each request with the latest answer that it should have come after, and did not. */
function reorderedOf({ client }: Script, { asked, answered }: Moments): ReplayReport['reordered'] {
  const calls = client.filter(isRequest).flatMap(({ call }) => (asked.has(call) ? [call] : []));
  const byAnswer = calls.filter(({ response }) => response).sort((a, b) => seqOf(a) - seqOf(b));
  const found: { entry: string; after: string }[] = [];
  let next = 0;
  let latest: { call: Call; moment: number } | undefined;
  for (const call of calls) {
    for (let before = byAnswer[next]; before && seqOf(before) < call.request.seq; ) {
      const moment = answered.get(before) ?? Number.POSITIVE_INFINITY;
      if (!latest || moment > latest.moment) latest = { call: before, moment };
      before = byAnswer[++next];
    }
    if (latest && latest.moment > (asked.get(call) ?? 0)) {
      found.push({ entry: refOf(call), after: refOf(latest.call) });
    }
  }
  return found;
}

function seqOf({ response }: Call): number {
  return response?.seq ?? Number.POSITIVE_INFINITY;
}

export function refOf(call: Call): string {
  return reference(call.session, call.request.seq, call.request.item);
}
