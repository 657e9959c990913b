/**
 * The causes in the order they are tried: what rules a call out, what is certain, what may hide the
 * answer, and last the plain silence of a server.
 */
import type { Peer } from '../../model/entry.ts';
import { howEnded } from '../../model/exchanges.ts';
import type { Evidence } from '../../model/finding.ts';
import { member } from '../../model/json.ts';
import type { Call } from '../../model/session.ts';
import { duration, quoted } from '../moment.ts';
import type { Cause } from './blame.ts';
import { evidenceOf, type Signs, since } from './signs.ts';

export interface Verdict {
  readonly owes: Peer | 'nobody';
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  /** When the waiting ended, where it did: µs of the session's clock. */
  readonly until?: number;
}

export interface CauseRule {
  readonly name: Cause;
  readonly confirm?: string;
  /** `fine`: nobody waits for this call. undefined: another cause may explain it. */
  find(call: Call, signs: Signs): Verdict | 'fine' | undefined;
}

/** Younger signs of life say that a server is at work, in µs. */
const AT_WORK = 10_000_000;

const lateAnswer: CauseRule = {
  name: 'late-answer',
  find(call, { session }) {
    const { state, cancelled, response } = call;
    if (state !== 'late' || !cancelled || !response) return undefined;
    return {
      owes: 'nobody',
      sentence: `Nobody owes a move: ${call.from === 'client' ? 'the client' : 'the server'} cancelled at ${duration(cancelled.at)}, and the answer came at ${duration(response.at)}.`,
      evidence: [
        evidenceOf(session, cancelled, 'cancellation'),
        evidenceOf(session, response, 'answer'),
      ],
      until: response.at,
    };
  },
};

const changedId: CauseRule = {
  name: 'wrong-id',
  confirm: 'Compare the two ids in the raw text: 1 and "1" are two ids.',
  find(call, { session, typeChanged, clientSpoke }) {
    const anomaly = typeChanged.get(call);
    const { response } = call;
    if (!anomaly || !response || session.phase === 'ended') return undefined;
    // A client that went on, and did not give the call up, took the answer as it was.
    if (clientSpoke > response.seq && !call.cancelled) return 'fine';
    return {
      owes: 'server',
      sentence: `The server owes the next move: it answered at ${duration(response.at)}, but with an id of another type than ${idText(call.id)}; a client that compares types still waits.`,
      evidence: [evidenceOf(session, response, 'answer with another id')],
    };
  },
};

/** The modern era asks inside a result (SEP-2322): the client owes the next round. */
const asksForInput: CauseRule = {
  name: 'waits-for-client',
  find({ ties, response }, { session, clientSpoke }) {
    const asked = ties.resultType === 'input_required' && response;
    if (!asked || clientSpoke > asked.seq || session.phase === 'ended') return undefined;
    return {
      owes: 'client',
      sentence: `The client owes the next move: the server answered at ${duration(asked.at)} that it needs input first, and the client has sent nothing since.`,
      evidence: [evidenceOf(session, asked, 'result that asks for input')],
    };
  },
};

/** Over HTTP before 2026-07-28, where closing is no cancellation: who left has said nothing. */
const clientGone: CauseRule = {
  name: 'client-gone',
  confirm: 'Look at the client: did it time out, or end?',
  find({ state, exchangeEnd: end }, { session }) {
    if (end?.ended !== 'client-closed' || session.era === 'modern') return undefined;
    if (session.phase === 'ended' || session.resumedCount > 0) return undefined;
    if (state !== 'cancelled' && !(state === 'open' && end.isStream)) return undefined;
    const left = `it closed its connection at ${duration(end.at)}, before the answer came`;
    const sentence =
      state === 'open'
        ? `The client owes the next move: ${left}. It can still fetch the answer, behind the last event of the stream.`
        : `Nobody owes a move: the client gave up; ${left}, and nothing can bring it any more.`;
    return {
      owes: state === 'open' ? 'client' : 'nobody',
      sentence,
      evidence: [evidenceOf(session, end, 'end of the exchange')],
      until: end.at,
    };
  },
};

const streamOver: CauseRule = {
  name: 'stream-over',
  confirm: 'See whether the client asks for the stream again, with Last-Event-ID.',
  find({ state, exchangeEnd: end, from }, { session }) {
    if (state !== 'open' || from === 'server' || !end?.isStream) return undefined;
    if (session.resumedCount > 0) return undefined;
    return {
      owes: 'client',
      sentence: `The client owes the next move: the stream ended at ${duration(end.at)} without the answer (${quoted(howEnded(end))}), and the client has not gone on behind its last event.`,
      evidence: [evidenceOf(session, end, 'end of the exchange')],
    };
  },
};

const notWaiting: CauseRule = {
  name: 'server-silent',
  find: ({ state, from }, { session }) => {
    if (state === 'open') return undefined;
    return state === 'abandoned' && from === 'client' && session.exit ? undefined : 'fine';
  },
};

const processGone: CauseRule = {
  name: 'process-gone',
  confirm: 'Start the same command by hand and send the same request.',
  find(call, { session, unread }) {
    const { exit } = session;
    if (!exit) return undefined;
    if (call.from === 'server') return 'fine';
    // The answer may be in a line that was not kept whole.
    if (since(call, unread.server)) return undefined;
    const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
    const words = lastWords(session);
    return {
      owes: 'nobody',
      sentence: `Nobody can answer: the server's process ended at ${duration(exit.at)} ${how}, and the call was open.${words.sentence}`,
      evidence: [evidenceOf(session, exit, 'exit'), ...words.evidence],
    };
  },
};

const pipeFull: CauseRule = {
  name: 'pipe-full',
  confirm: 'See whether the process is stopped or busy: it takes nothing from its pipe.',
  find({ from, request }, { session }) {
    const full = session.fullPipes[from];
    if (!full || request.seq < full.seq) return undefined;
    const peer = from === 'client' ? 'server' : 'client';
    return {
      owes: peer,
      sentence: `The ${peer} owes the next move: it takes no bytes. The request came at ${duration(request.at)} and waits, as its pipe is full.`,
      evidence: [evidenceOf(session, full.note, 'note that the pipe is full')],
    };
  },
};

const waitsForClient: CauseRule = {
  name: 'waits-for-client',
  confirm: 'Answer the request of the server by hand; the call then goes on.',
  find(call, { session, askedFor, askedLast, toldWithAnother }) {
    if (call.from === 'server') {
      if (toldWithAnother.has(call)) return 'fine';
      return {
        owes: 'client',
        sentence: `The client owes the next move: the server asked ${call.method} at ${duration(call.request.at)}, unanswered.`,
        evidence: [],
      };
    }
    const question = askedFor.get(call) ?? askedLast;
    if (!question) return undefined;
    return {
      owes: 'client',
      sentence: `The client owes the next move: the server asked ${question.method} at ${duration(question.request.at)}, unanswered.`,
      evidence: [evidenceOf(session, question.request, 'unanswered request of the server')],
    };
  },
};

const wrongId: CauseRule = {
  name: 'wrong-id',
  confirm: 'Compare the ids of the request and of the answer in the raw text.',
  find(call, { session, stray, view }) {
    const peer = call.from === 'client' ? 'server' : 'client';
    const answer = since(call, stray[peer]);
    if (!answer) return undefined;
    const id = idText(member(view.value(answer), 'id'));
    return {
      owes: peer,
      sentence: `The ${peer} owes the next move: since the request with id ${idText(call.id)} it sent an answer with id ${id}, for which no call waits.`,
      evidence: [evidenceOf(session, answer, 'answer with another id')],
    };
  },
};

const notJson: CauseRule = {
  name: 'not-json',
  confirm:
    'Look at what the server prints: stdout is for messages only, everything else belongs on stderr.',
  find(call, { session, junk, told }) {
    const line = call.from === 'client' ? since(call, junk) : undefined;
    const news = told.get(call);
    if (!line || (news && news.seq > line.seq)) return undefined;
    return {
      owes: 'server',
      sentence:
        'The server owes the next move: since the request it wrote to stdout what is not JSON; the answer may be in there, but no client can take it.',
      evidence: [evidenceOf(session, line, 'not JSON')],
    };
  },
};

const unreadable: CauseRule = {
  name: 'unreadable',
  find(call, { session, unread }) {
    const hole = since(call, session.gaps);
    const line = since(call, unread[call.from === 'client' ? 'server' : 'client']);
    const place = hole ?? line;
    if (!place) return undefined;
    const what = hole ? `${hole.count} entries were lost` : 'a line came that was not kept whole';
    return {
      owes: 'nobody',
      sentence: `It cannot be told who owes the next move: since the request ${what}, and the answer may be in there.`,
      evidence: [evidenceOf(session, place, hole ? 'lost entries' : 'line that was not kept')],
    };
  },
};

const notStarted: CauseRule = {
  name: 'not-started',
  confirm: 'Start the same command by hand: what does it wait for before it reads its first line?',
  find(call, { session, now }) {
    const silent = session.lastFrom.server === undefined;
    if (call.from === 'server' || (!silent && call.method !== 'initialize')) return undefined;
    const words = lastWords(session);
    const sentence = silent
      ? `The server owes the next move: it has not started. No byte came from it in ${duration(now)}.`
      : `The server owes the next move: it has not started. initialize was passed on at ${duration(call.request.sent)} and is unanswered.`;
    return { owes: 'server', sentence: sentence + words.sentence, evidence: words.evidence };
  },
};

const serverWorking: CauseRule = {
  name: 'server-working',
  find(call, { session, told, now }) {
    const news = told.get(call);
    if (call.from === 'server' || !news || now - news.at > AT_WORK) return undefined;
    return {
      owes: 'server',
      sentence: `The server owes the next move and is at work: it last told of this call ${duration(now - news.at)} ago.`,
      evidence: [evidenceOf(session, news, 'last progress')],
    };
  },
};

const serverSilent: CauseRule = {
  name: 'server-silent',
  confirm:
    'Send the same request to the same server alone; if it answers then, look at what else ran.',
  find(call, { session, told, now }) {
    const news = told.get(call);
    const words = lastWords(session);
    const took =
      session.head?.transport === 'stdio'
        ? 'its pipe took the request'
        : 'the request was passed on';
    const quiet = news
      ? `it last told of this call ${duration(now - news.at)} ago`
      : `it has said nothing of it for ${duration(now - call.request.sent)}`;
    return {
      owes: 'server',
      sentence: `The server owes the next move: ${took} at ${duration(call.request.sent)}, and ${quiet}.${words.sentence}`,
      evidence: [...(news ? [evidenceOf(session, news, 'last progress')] : []), ...words.evidence],
    };
  },
};

export const CAUSES: readonly CauseRule[] = [
  lateAnswer,
  changedId,
  asksForInput,
  clientGone,
  streamOver,
  notWaiting,
  processGone,
  pipeFull,
  waitsForClient,
  wrongId,
  notJson,
  unreadable,
  notStarted,
  serverWorking,
  serverSilent,
];

/** What the server last wrote to stderr, as a sentence and its evidence. */
function lastWords(session: Signs['session']): { sentence: string; evidence: Evidence[] } {
  const last = session.stderr.findLast(({ text }) => text.trim() !== '');
  if (!last) return { sentence: '', evidence: [] };
  return {
    sentence: ` Its last line on stderr, at ${duration(last.at)}: ${quoted(last.text)}.`,
    evidence: [evidenceOf(session, last, 'last line of stderr')],
  };
}

function idText(id: unknown): string {
  return quotedId(JSON.stringify(id) ?? 'none');
}

const quotedId = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
