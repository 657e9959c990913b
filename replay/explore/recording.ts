/**
 * Explores a recording on live servers: chooses its operations, asks whether they may be run, and
 * tells what came of it with the findings that are proved by it.
 */
import { fingerprint } from '../../model/canonical.ts';
import { type Entry, lastSeq } from '../../model/entry.ts';
import { type Finding, isTurnable } from '../../model/finding.ts';
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { isObject, member, textMember } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import type { Mask } from '../masks.ts';
import { recordedSessions } from '../recorded.ts';
import { without } from '../volatile.ts';
import { isHopeless } from './control.ts';
import { type Course, courseText, parseCourse, serial } from './course.ts';
import { type Exploration, type ExploreOptions, explore, untried } from './explore.ts';
import { liveExecutor } from './live.ts';
import { newMeetings } from './met.ts';
import {
  type Chosen,
  choose,
  type Numbered,
  numbered,
  operationsIn,
  type Source,
  sourcesOf,
} from './operations.ts';
import { redactedIn, refusalOf, refusalOfProbes, refusalOfServer } from './permission.ts';
import { ExploreRefusal } from './refusal.ts';
import { remembering } from './remember.ts';
import type { Answer } from './run.ts';
import type { ProbeSpec, Servers } from './servers.ts';
import { Spent, startClock } from './spent.ts';
import type { SeatOptions } from './world.ts';

export interface RecordingOptions
  extends SeatOptions,
    Pick<ExploreOptions, 'seed' | 'repeat' | 'budget' | 'onRun' | 'onProof' | 'ordered'> {
  readonly entries: readonly Entry[];
  readonly servers: Servers;
  /** What to call their description in sentences. */
  readonly file: string;
  /** Which operations; else all of servers that may be explored. */
  readonly pick?: Picked;
  readonly masks?: readonly Mask[];
  /** How long it may take, in ms; what is not done by then is told. */
  readonly longest: number;
  /** What the user says of his tools. */
  readonly footprints?: readonly FootprintRule[];
  /** Where what was run is kept, so that it can be gone on with. */
  readonly resume?: string;
}

export type Picked =
  | { readonly finding: Finding }
  | { readonly isChosen: (one: Numbered) => boolean }
  | { readonly course: string };

export interface Explored {
  readonly exploration: Exploration;
  readonly chosen: Chosen;
  /** All operations of the recording, by number. */
  readonly all: readonly Numbered[];
}

export async function exploreRecording(options: RecordingOptions): Promise<Explored> {
  using clock = startClock(options.longest);
  const { servers, pick, footprints = [] } = options;
  const { chosen, all, course } = chosenIn(options);
  const live = liveExecutor({
    ...options,
    signal: AbortSignal.any([options.signal, clock.signal]),
    chosen,
    met: newMeetings(chosen, footprints),
    serverOf: ({ session }) => {
      const server = servers.get(session.name);
      if (!server) throw new Error(`no server for ${session.name}`);
      return server;
    },
  });
  const key = fingerprint([
    RUN_FORM,
    courseText(serialOf(chosen)),
    course ?? null,
    options.seed,
    options.repeat,
  ]);
  const execute =
    options.resume === undefined ? live.execute : remembering(live.execute, options.resume, key);
  try {
    const exploration = await explore(chosen.problem, execute, {
      ...options,
      timeUsed: clock.used,
      masks: options.masks ?? [],
      together: true,
      first: pick !== undefined && !('isChosen' in pick),
      ...(course ? { course } : {}),
    });
    refuseUnlike(exploration, chosen, options);
    const { aborted } = options.signal;
    const isEnded = aborted && exploration.ended === 'budget';
    const told = isEnded ? { ...exploration, ended: 'interrupted' as const } : exploration;
    return { exploration: told, chosen, all };
  } catch (error) {
    if (!(error instanceof Spent)) throw error;
    if (!options.signal.aborted) throw tooShort();
    return { exploration: untried(chosen.problem), chosen, all };
  } finally {
    await live.close();
  }
}

/** What is run, of what is recorded; throws an ExploreRefusal where it may not be. */
function chosenIn(
  options: RecordingOptions,
): Omit<Explored, 'exploration'> & { readonly course: Course | undefined } {
  const { servers, pick, file, secretOf, footprints = [] } = options;
  const refusalFor = (one: Numbered): ExploreRefusal | undefined =>
    refusalOf(one, servers, file) ?? redactedIn(one, secretOf);
  const unknown = refusalOfProbes(recordedSessions(options.entries), servers, file);
  if (unknown) throw unknown;
  const sources = sourcesOf(recordedSessions(withProbes(options.entries, servers)));
  const all = numbered(sources, footprints);
  const course = pick && 'course' in pick ? courseIn(pick.course, all) : undefined;
  const wanted = wantedIn(all, servers, { pick, course });
  const served = all.filter(
    (one) => servers.has(one.source.session.name) && redactedIn(one, secretOf) === undefined,
  );
  const found = choose(all, wanted, {
    readable: served,
    isExact: course !== undefined,
    isAllowed: (one) => refusalFor(one) === undefined,
    placeOf: ({ session }) => {
      const server = servers.get(session.name);
      return server?.reset.kind === 'copy' ? server.reset.key : server?.name;
    },
  });
  const chosen = { ...found, probes: [...found.probes, ...declaredProbes(sources, servers)] };
  for (const one of chosen.operations) {
    const refusal = refusalFor(one);
    if (refusal) throw refusal;
  }
  if (chosen.operations.length === 0) throw nothing(all, options);
  if (pick && 'finding' in pick) refuseFixed(pick.finding, chosen);
  return { chosen, all, course };
}

/** Another number whenever a run that was kept would have to say more, or something else. */
const RUN_FORM = 2;

/** Settings are equal where these are: what is run, and what chance it is given. */
function serialOf({ operations }: Chosen): Course {
  return serial(operations.map(({ number }) => number));
}

function courseIn(text: string, all: readonly Numbered[]): Course {
  const course = parseCourse(text);
  if (course?.flat().every((number) => number <= all.length)) return course;
  const detail = course
    ? `The recording has ${all.length} operations, and ${text} names others.`
    : `${text} is no schedule.`;
  throw new ExploreRefusal(
    'schedule-refused',
    detail,
    'Copy it as it was printed, such as 3,7,4+9.',
  );
}

function wantedIn(
  all: readonly Numbered[],
  servers: Servers,
  { pick, course }: { readonly pick: Picked | undefined; readonly course: Course | undefined },
): readonly Numbered[] {
  if (course) {
    const numbers = new Set(course.flat());
    return all.filter(({ number }) => numbers.has(number));
  }
  if (pick && 'finding' in pick) return operationsIn(pick.finding, all);
  if (pick && 'isChosen' in pick) return all.filter(pick.isChosen);
  return all.filter(({ source }) => servers.has(source.session.name));
}

function nothing(all: readonly Numbered[], { servers, file }: RecordingOptions): ExploreRefusal {
  const [first] = all;
  const isServed = all.some(({ source }) => servers.has(source.session.name));
  if (first && !isServed) return refusalOfServer(first.source.session.name, servers, file);
  const detail =
    all.length === 0
      ? 'The recording has no call of a tool that was answered.'
      : 'None of the chosen calls can be run in another order: there is nothing but reads, or nothing.';
  return new ExploreRefusal('nothing-to-explore', detail, 'wiretape show lists what was recorded.');
}

function tooShort(): ExploreRefusal {
  return new ExploreRefusal(
    'time-over',
    'What was given for it was spent before any other order, or calls together, had been compared with the recorded order, so nothing is known.',
    'Give it more with --for SECONDS and --budget RUNS.',
  );
}

/** Of a finding whose calls have one order only nothing would be shown by running it. */
function refuseFixed(finding: Finding, { problem }: Chosen): void {
  if (isTurnable(finding) && problem.conflicts.length > 0) return;
  throw new ExploreRefusal(
    'nothing-to-explore',
    `There is nothing to turn around in ${finding.rule} ${finding.fingerprint}: its calls could only run in the order they were recorded in.`,
    `To make sure: ${finding.confirm}`,
  );
}

function refuseUnlike(
  { failing, failure }: Exploration,
  { problem, operations }: Chosen,
  { file }: RecordingOptions,
): void {
  if (!isHopeless(problem, failing)) return;
  const first = operations.find(({ number }) => number === failing[0]);
  const { name } = first?.source.session ?? {};
  const isSilent = failure !== undefined && 'unanswered' in failure;
  throw new ExploreRefusal(
    'not-reproduced',
    `None of the ${failing.length} calls that succeeded when they were recorded does so now: ${first?.operation.tool} of ${name} ${wordsOfFailure(failure)}.`,
    isSilent
      ? `See how ${name} is started in ${file}, and try that yourself.`
      : `Give ${name} the state in which the recording began, with a reset by copy; docs/explore.md says how.`,
  );
}

/** So much of what a server says of its failure is shown. */
const LONGEST_FAILURE = 200;

function wordsOfFailure(failure: Answer | undefined): string {
  if (!failure) return 'fails';
  if ('unanswered' in failure) return `was not answered: ${inOneLine(failure.unanswered)}`;
  const said =
    'error' in failure
      ? textMember(failure.error, 'message')
      : textMember([member(failure.result, 'content')].flat()[0], 'text');
  return `was answered with an error${said === undefined ? '' : `: ${inOneLine(said)}`}`;
}

function inOneLine(text: string): string {
  const start = text.slice(0, LONGEST_FAILURE).replace(/\s/g, ' ').trim().replace(/\.$/, '');
  return text.length > LONGEST_FAILURE ? `${start}…` : start;
}

/** The entries with the calls that the user declared as probes, as if the client had made them last. */
function withProbes(entries: readonly Entry[], servers: Servers): readonly Entry[] {
  const sessions = recordedSessions(entries);
  const named = new Set<string>();
  const more = sessions.flatMap(({ session, name, entries: own, value }): Entry[] => {
    const probes = servers.get(name)?.probes ?? [];
    if (named.has(name)) return [];
    named.add(name);
    const last = own.at(-1);
    if (!last) return [];
    const isHttp = own.some((entry) => 'exchange' in entry);
    const asked = session.calls.findLast(({ method }) => method === 'tools/call');
    const meta = asked && member(value(asked.request), 'params', '_meta');
    return probes.map((probe, at): Entry => {
      const request = requestOf(probe, at, meta);
      return {
        type: 'message',
        session: session.id,
        seq: lastSeq(last) + 1 + at,
        at: last.at,
        sent: last.at,
        from: 'client',
        ...(isHttp ? { channel: 'request', exchange: EXCHANGE + at } : { channel: 'stdin' }),
        text: JSON.stringify(request),
        value: request,
      } as Entry;
    });
  });
  return more.length === 0 ? entries : [...entries, ...more];
}

/** Beyond every exchange that was recorded. */
const EXCHANGE = 1_000_000_000;

/** `meta`: what every request of a stateless client says of itself. */
function requestOf({ tool, arguments: args = {} }: ProbeSpec, at: number, meta: unknown): object {
  const own = isObject(meta) ? { _meta: without(meta, new Set([META.progressToken])) } : {};
  const params = { name: tool, arguments: args, ...own };
  return { jsonrpc: '2.0', id: `wiretape-probe-${at + 1}`, method: 'tools/call', params };
}

function declaredProbes(sources: readonly Source[], servers: Servers): Chosen['probes'] {
  const named = new Set<string>();
  return sources.flatMap((source) => {
    const { name } = source.session;
    const count = named.has(name) ? 0 : (servers.get(name)?.probes.length ?? 0);
    named.add(name);
    const lines = count === 0 ? [] : source.lines.slice(-count);
    return lines.map((line) => ({ name: line.calls[0]?.subject ?? 'probe', source, line }));
  });
}
