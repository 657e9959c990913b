/** Sessions as a file of OpenTelemetry spans or metrics: one OTLP request in JSON, as collectors take it. */
import { writeFile } from 'node:fs/promises';
import { causesOf } from '../analysis/causes.ts';
import { startOf } from '../model/order.ts';
import { withCauses } from '../model/otel/causes.ts';
import { toMetrics } from '../model/otel/metrics.ts';
import type { ToSpans } from '../model/otel/options.ts';
import { otlpJson, otlpMetricsJson } from '../model/otel/otlp-json.ts';
import { toSpans } from '../model/otel/to-spans.ts';
import { nameOf, type Session, type WholeView } from '../model/session.ts';
import { summaryOf } from '../model/summary.ts';
import { type Run, workflows } from '../model/workflow.ts';
import { ownVersion } from '../tap/own-version.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** The text of the file; what nobody gave a trace shares that of its run. `page`: of the collector. */
export function otlpText(
  views: readonly WholeView[],
  options: ToSpans,
  page: string | undefined,
): string {
  const runs = workflows(views.map(({ session }) => summaryOf(session))).flatMap(
    (workflow) => workflow.runs,
  );
  const untraced = runs.filter(({ by }) => by === 'pause');
  const sessions = views.map((view) => {
    const { session } = view;
    const shownIn = runOf(session, runs);
    const runAt = runOf(session, untraced);
    return toSpans(view, {
      ...options,
      runAt: (at) => runAt(at) ?? session.id,
      urlOf: (message, at) => urlOf(page, shownIn(at), message),
    });
  });
  return `${JSON.stringify(otlpJson(withCauses(sessions, causesOf(views)), ownVersion()))}\n`;
}

/** How long operations and sessions took, of all that is recorded of each server. */
export function otlpMetricsText(views: readonly WholeView[]): string {
  const metrics = toMetrics(views.map((view) => toSpans(view)));
  return `${JSON.stringify(otlpMetricsJson(metrics, ownVersion(), 'cumulative'))}\n`;
}

/** The run of a moment of a session; between runs there is none. */
function runOf(session: Session, all: readonly Run[]): (at: number) => string | undefined {
  const own = all.filter(({ sessions }) => sessions.includes(session.id));
  const start = session.head ? startOf(session.head.clock) : 0;
  return (at) => own.find(({ from, to }) => start + at >= from && start + at <= to)?.id;
}

function urlOf(page: string | undefined, run: string | undefined, message: string) {
  if (page === undefined || run === undefined) return undefined;
  return `${page}/#/run/${run}?sel=${message}`;
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
