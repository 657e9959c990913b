/** Everything in which a live run was not the recording, named by recorded entry. */
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import { LISTEN } from '../../model/methods.ts';
import type { Anomaly, Call, NotificationSeen, SessionView } from '../../model/session.ts';
import { agree, createSecrets } from '../placeholders.ts';
import { MISS_CODE } from '../refusal.ts';
import { refOf } from '../report.ts';
import type { Script } from '../script.ts';
import { stableParams } from '../volatile.ts';
import {
  type Agrees,
  CLASSES,
  type Difference,
  differencesAt,
  differencesOf,
} from './difference.ts';
import type { Drive } from './drive.ts';
import type { ClientLine } from './lines.ts';

/** What can be wrong with a run, the gravest first; the classes of differences stand in the middle. */
export const DIVERGENCES = [
  'not-sent',
  'unanswered',
  'answered',
  'not-asked',
  'asked',
  'protocol',
  ...CLASSES,
  'notifications',
] as const;

type DivergenceClass = (typeof DIVERGENCES)[number];

export interface Divergence {
  readonly class: DivergenceClass;
  /** The recorded entry it is about; none where it is about the session. */
  readonly entry?: string;
  readonly method?: string;
  readonly subject?: string;
  /** Into the answer, or into the question of the server. */
  readonly difference?: Difference;
  readonly recorded?: unknown;
  readonly live?: unknown;
  /** A sentence without its full stop, where there are no two values to show. */
  readonly detail?: string;
}

export interface Compared {
  readonly divergences: readonly Divergence[];
  /** The answers that were compared, by the entry of their request. */
  readonly answers: readonly string[];
  readonly questions: readonly string[];
  /** What was sent and not compared, and why. */
  readonly skipped: readonly { readonly entry: string; readonly why: string }[];
}

export interface Scope {
  readonly script: Script;
  readonly lines: readonly ClientLine[];
  /** Only one call was meant: what the server does besides is not compared. */
  readonly only?: Call;
}

/** Compares a run with the recording; masks come later. */
export function compareRun({ script, lines, only }: Scope, run: Drive): Compared {
  const agrees = agreesIn(run);
  const calls = only ? [only] : lines.flatMap((line) => line.calls);
  const sent = calls.filter((call) => run.pairs.live(call));
  const answers = sent.map((call) => compareAnswer(script.session, run, call, agrees));
  const asked = script.session.session.calls.filter(
    (call) => call.from === 'server' && run.pairs.live(call) && isOf(call, only),
  );
  const divergences = [
    ...unsent(run, only),
    ...answers.flatMap(({ divergences }) => divergences),
    ...asked.flatMap((question) => compareQuestion(script.session, run, question, agrees)),
    ...strays(run),
    ...(only ? [] : [...unasked(run), ...notificationCounts(script.session, run)]),
    ...protocolFaults(script.session, run),
  ];
  return {
    divergences: divergences.sort((a, b) => rank(a) - rank(b)),
    answers: answers.flatMap(({ compared }) => compared ?? []),
    questions: asked.map(refOf),
    skipped: answers.flatMap(({ skipped }) => skipped ?? []),
  };
}

function rank({ class: name }: Divergence): number {
  return DIVERGENCES.indexOf(name);
}

function isOf({ parent }: Call, only: Call | undefined): boolean {
  return only === undefined || parent === only;
}

/** Values agree when the live one is the recorded one, as it is called in this run. */
function agreesIn({ bindings }: Drive): Agrees {
  const secrets = createSecrets();
  return (recorded, live) => {
    if (recorded === live) return true;
    if (typeof recorded !== 'string' && typeof recorded !== 'number') return false;
    const now = bindings.rewritten(recorded);
    if (now === live) return true;
    const trial = secrets.trial();
    if (!agree(now, live, trial)) return false;
    trial.keep();
    return true;
  };
}

interface Answer {
  readonly divergences: readonly Divergence[];
  readonly compared?: string;
  readonly skipped?: { readonly entry: string; readonly why: string };
}

function compareAnswer(recorded: SessionView, run: Drive, call: Call, agrees: Agrees): Answer {
  const entry = refOf(call);
  const about = aboutOf(call);
  const live = run.pairs.live(call);
  const late = lateBecause(run, call);
  if (call.cancelled) return skipped(entry, 'it was given up');
  if (call.method === LISTEN) return skipped(entry, 'it stays open');
  if (!call.response) {
    if (live?.response)
      return {
        divergences: [{ class: 'answered', ...about, detail: 'it is answered now, and was not' }],
        compared: entry,
      };
    const why =
      late === undefined ? 'it was answered neither then nor now' : `as recorded: ${late}`;
    return skipped(entry, why);
  }
  if (!live?.response) {
    return {
      divergences: [{ class: 'unanswered', ...about, detail: late ?? 'no answer' }],
      compared: entry,
    };
  }
  const then = recorded.value(call.response);
  if (then === undefined) return skipped(entry, 'its recorded answer was not kept whole');
  const now = run.live.value(live.response);
  const found = differencesOf(then, now, agrees);
  return {
    divergences: found.map((difference) => divergenceOf(about, difference)),
    compared: entry,
  };
}

/** Why there is no answer; a question of the server that nobody answers keeps it waiting, its own first. */
function lateBecause({ unanswered, live, pairs }: Drive, call: Call): string | undefined {
  const why = unanswered.get(call);
  const asked = live.session.calls.filter(
    ({ from, state }) => from === 'server' && state === 'open',
  );
  const open = asked.find(({ parent }) => parent && parent === pairs.live(call)) ?? asked[0];
  if (why === undefined || !open) return why;
  const isThere = pairs.recorded(open)?.response !== undefined;
  const fault = isThere ? 'was not sent' : 'the recording does not have';
  return `${why}; the server waits for the answer to ${open.method}, which ${fault}`;
}

function skipped(entry: string, why: string): Answer {
  return { divergences: [], skipped: { entry, why } };
}

type About = Pick<Divergence, 'entry' | 'method' | 'subject'>;

function aboutOf(call: Call): About {
  const { method, subject } = call;
  return { entry: refOf(call), method, ...(subject === undefined ? {} : { subject }) };
}

function divergenceOf(about: About, difference: Difference): Divergence {
  const { class: name, recorded, live } = difference;
  return { class: name, ...about, difference, recorded, live };
}

function compareQuestion(
  recorded: SessionView,
  { pairs, live }: Drive,
  question: Call,
  agrees: Agrees,
): Divergence[] {
  const now = pairs.live(question);
  if (!now) return [];
  const asked = ({ value }: SessionView, { method, request }: Call): unknown =>
    stableParams(method, member(value(request), 'params')) ?? {};
  const found = differencesAt(['params'], asked(recorded, question), asked(live, now), agrees);
  return found.map((difference) => divergenceOf(aboutOf(question), difference));
}

function strays({ strayQuestions }: Drive): Divergence[] {
  return strayQuestions.map(({ method, code }) => ({
    class: 'asked',
    method,
    detail:
      code === MISS_CODE
        ? `the server asked ${method}, which the recording does not have; it got an error`
        : `the server asked ${method} once more than recorded; it got the same answer again`,
  }));
}

function unasked({ unasked: questions }: Drive): Divergence[] {
  return questions.map((question) => ({
    class: 'not-asked',
    ...aboutOf(question),
    detail: `the server did not ask ${question.method}`,
  }));
}

/** A line that answers a question is not sent because the question was not asked, which is said apart. */
function unsent({ unsent: left }: Drive, only: Call | undefined): Divergence[] {
  return left
    .filter(({ line }) => line.answers.length === 0 && (!only || line.calls.includes(only)))
    .map(({ line, why }) => {
      const [call] = line.calls;
      return {
        class: 'not-sent',
        entry: line.reference,
        ...(call ? aboutOf(call) : {}),
        detail: why,
      };
    });
}

/** How many notifications of each kind came; of progress only whether any did, by call. */
function notificationCounts({ session }: SessionView, { live, pairs }: Drive): Divergence[] {
  const keyOf = ({ method, subject }: NotificationSeen): string =>
    subject === undefined ? method : `${method} ${subject}`;
  const counted = (all: readonly NotificationSeen[]): Map<string, number> => {
    const own = all.filter(({ from, method }) => from === 'server' && method !== PROGRESS);
    return new Map([...groupBy(own, keyOf)].map(([key, list]) => [key, list.length]));
  };
  const [then, now] = [counted(session.notifications), counted(live.session.notifications)];
  const counts = [...new Set([...then.keys(), ...now.keys()])].flatMap((key): Divergence[] => {
    const [recorded, came] = [then.get(key) ?? 0, now.get(key) ?? 0];
    return recorded === came ? [] : [{ class: 'notifications', method: key, recorded, live: came }];
  });
  const progress = session.calls.flatMap((call): Divergence[] => {
    const other = pairs.live(call);
    if (call.from !== 'client' || !other || !call.progress === !other.progress) return [];
    const [recorded, came] = [call.progress?.length ?? 0, other.progress?.length ?? 0];
    return [{ class: 'notifications', ...aboutOf(call), recorded, live: came, detail: 'progress' }];
  });
  return [...counts, ...progress];
}

const PROGRESS = 'notifications/progress';

/** What a correct server would not do, where it does more of it than in the recording. */
const FAULTS: Readonly<Partial<Record<Anomaly['kind'], string>>> = {
  malformed: 'a line that is no message',
  'unknown-response': 'an answer to nothing that was asked',
  'second-response': 'a second answer to one request',
  'id-type-changed': 'an answer whose id is of another type',
};

function protocolFaults({ session }: SessionView, { live }: Drive): Divergence[] {
  const counted = (all: readonly Anomaly[]): Map<Anomaly['kind'], number> =>
    new Map(
      [
        ...groupBy(
          all.filter(({ from }) => from === 'server'),
          ({ kind }) => kind,
        ),
      ].map(([kind, list]) => [kind, list.length]),
    );
  const [then, now] = [counted(session.anomalies), counted(live.session.anomalies)];
  return [...now].flatMap(([kind, count]): Divergence[] => {
    const [what, before] = [FAULTS[kind], then.get(kind) ?? 0];
    if (what === undefined || count <= before) return [];
    return [{ class: 'protocol', recorded: before, live: count, detail: what }];
  });
}
