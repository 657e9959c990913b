/** Sessions as a file of OpenTelemetry spans, log records or metrics: OTLP requests in JSON, one a line. */
import { writeFile } from 'node:fs/promises';
import { causesOf } from '../analysis/causes.ts';
import { type Finding, sessionsOf } from '../model/finding.ts';
import { groupBy } from '../model/group.ts';
import { judged } from '../model/judgement.ts';
import { withCauses } from '../model/otel/causes.ts';
import { findingsJson, type SessionFindings, spansOfMessages } from '../model/otel/finding-logs.ts';
import { toMetrics } from '../model/otel/metrics.ts';
import { type ToSpans, urlIn } from '../model/otel/options.ts';
import { otlpJson, otlpMetricsJson } from '../model/otel/otlp-json.ts';
import { runAtOf, runStarts } from '../model/otel/runs.ts';
import type { SessionSpans } from '../model/otel/span.ts';
import { toSpans } from '../model/otel/to-spans.ts';
import { nameOf, type WholeView } from '../model/session.ts';
import { type SessionSummary, summaryOf } from '../model/summary.ts';
import { suppress } from '../model/suppression.ts';
import { workflows } from '../model/workflow.ts';
import { ownVersion } from '../tap/own-version.ts';
import { footprintsHere, suppressionsHere } from './config.ts';
import { systemCode, systemReason, UserError } from './error.ts';
import { judgementsHere } from './judgements.ts';

/** Sessions of which spans are made, and what stands around them. */
export interface Chosen {
  readonly views: readonly WholeView[];
  /** Sessions that may be part of the same runs, those of `views` among them or not. */
  readonly around: readonly SessionSummary[];
  /** The address of the collector, which has the page. */
  readonly page?: string | undefined;
}

/** The text of the file; what nobody gave a trace shares that of its run. */
export function otlpText(chosen: Chosen, options: ToSpans): string {
  const { views } = chosen;
  const inRuns = runsOf(chosen);
  const sessions = views.map((view) => toSpans(view, { ...options, ...inRuns(view) }));
  const requests = requestsOf(withCauses(sessions, causesOf(views)));
  return requests.map((request) => `${request}\n`).join('');
}

/** In characters: the OpenTelemetry Collector takes 20 MiB at once, and others less. */
const LARGEST = 4 << 20;

function requestsOf(sessions: readonly SessionSpans[]): string[] {
  const request = JSON.stringify(otlpJson(sessions, ownVersion()));
  const count = sessions.reduce((sum, { spans }) => sum + spans.length, 0);
  if (request.length <= LARGEST || count < 2) return [request];
  return [
    ...requestsOf(between(sessions, 0, count >> 1)),
    ...requestsOf(between(sessions, count >> 1, count)),
  ];
}

/** The spans from one place to another, counted over all sessions. */
function between(sessions: readonly SessionSpans[], from: number, to: number): SessionSpans[] {
  let before = 0;
  return sessions.flatMap((session) => {
    const spans = session.spans.slice(Math.max(0, from - before), Math.max(0, to - before));
    before += session.spans.length;
    return spans.length === 0 ? [] : [{ ...session, spans }];
  });
}

/** What analysis finds, each beside the span of the message that shows it first. */
export async function otlpLogsText(chosen: Chosen, state: string): Promise<string> {
  const { views } = chosen;
  const { analyse } = await import('../analysis/index.ts');
  const found = analyse(views, { footprints: await footprintsHere(state) });
  const ids = new Set(views.map(({ session }) => session.id));
  const all = judged(found, await judgementsHere(state), ids);
  const { findings } = suppress(all, await suppressionsHere(state), Date.now());
  const told = groupBy(
    findings.filter(({ suppressed }) => !suppressed),
    (finding) => sessionsOf(finding)[0],
  );
  const inRuns = runsOf(chosen);
  const sessions = views.flatMap((view) => {
    const own = told.get(view.session.id);
    return own ? [findingsOf(view, own, inRuns(view))] : [];
  });
  return `${JSON.stringify(findingsJson(sessions, ownVersion()))}\n`;
}

function findingsOf(
  view: WholeView,
  found: readonly Finding[],
  runs: Pick<ToSpans, 'runAt' | 'urlOf'>,
): SessionFindings {
  const { session } = view;
  const spans = toSpans(view, runs);
  const messages = spansOfMessages(
    spans,
    found.map(({ evidence }) => evidence[0].message),
  );
  const findings = found.map((finding) => {
    const { message } = finding.evidence[0];
    const url = runs.urlOf?.(message);
    return { finding, session: session.id, span: messages.get(message), url };
  });
  return { resource: spans.resource, findings };
}

/** How long operations and sessions took, of all that is recorded of each server. */
export function otlpMetricsText(views: readonly WholeView[]): string {
  const metrics = toMetrics(views.map((view) => toSpans(view)));
  return `${JSON.stringify(otlpMetricsJson(metrics, ownVersion(), 'cumulative'))}\n`;
}

/**
 * What spans say of the runs that a session is part of. What else is part of them decides their ids,
 * so it counts whether it was chosen or not.
 */
function runsOf({ views, around, page }: Chosen) {
  const own = new Map(views.map(({ session }) => [session.id, summaryOf(session)]));
  const all = [...own.values(), ...around.filter(({ id }) => !own.has(id))];
  const runs = workflows(all).flatMap((workflow) => workflow.runs);
  return ({ session }: WholeView): Pick<ToSpans, 'runAt' | 'urlOf'> => {
    const starts = runStarts(own.get(session.id) ?? summaryOf(session), runs);
    const runAt = runAtOf(session.id, starts);
    return page === undefined ? { runAt } : { runAt, urlOf: urlIn(page) };
  };
}

/** What was recorded raw has its secrets in it, and stays where it is. */
export function refuseRaw(views: readonly WholeView[]): void {
  const raw = views.find(({ session }) => session.head?.capture === 'raw');
  if (!raw) return;
  throw new UserError(
    'not-redacted',
    `${nameOf(raw.session)} was recorded with --capture raw, so its payloads may hold secrets.`,
    'Leave out --otel-payloads, or that session.',
  );
}

/** A file that is there already is left alone. */
export async function writeOtlpFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const hint = 'Name another file with -o.';
    if (systemCode(error) === 'EEXIST')
      throw new UserError('file-exists', `${file} exists and was left alone.`, hint);
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, hint);
  }
}
