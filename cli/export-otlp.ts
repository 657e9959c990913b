/** Sessions as a file of OpenTelemetry spans: one OTLP request in JSON, as collectors take it. */
import { writeFile } from 'node:fs/promises';
import { startOf } from '../model/order.ts';
import { otlpJson } from '../model/otel/otlp-json.ts';
import { toSpans } from '../model/otel/to-spans.ts';
import type { WholeView } from '../model/session.ts';
import { summaryOf } from '../model/summary.ts';
import { type Run, workflows } from '../model/workflow.ts';
import { ownVersion } from '../tap/own-version.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** The text of the file; what nobody gave a trace shares that of its run. */
export function otlpText(views: readonly WholeView[]): string {
  const runs = workflows(views.map(({ session }) => summaryOf(session))).flatMap(
    (workflow) => workflow.runs,
  );
  const sessions = views.map((view) => toSpans(view, { runAt: runsOf(view, runs) }));
  return `${JSON.stringify(otlpJson(sessions, ownVersion()))}\n`;
}

/** The run of a moment of a session; between runs it is the session's own. */
function runsOf({ session }: WholeView, all: readonly Run[]): (at: number) => string {
  const own = all.filter(({ sessions, by }) => by === 'pause' && sessions.includes(session.id));
  const start = session.head ? startOf(session.head.clock) : 0;
  return (at) =>
    own.find(({ from, to }) => start + at >= from && start + at <= to)?.id ?? session.id;
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
