/** Sessions as a file of OpenTelemetry spans: one OTLP request in JSON, as collectors take it. */
import { writeFile } from 'node:fs/promises';
import { otlpJson } from '../model/otel/otlp-json.ts';
import { runAtOf, runStarts } from '../model/otel/runs.ts';
import { toSpans } from '../model/otel/to-spans.ts';
import type { WholeView } from '../model/session.ts';
import { summaryOf } from '../model/summary.ts';
import { workflows } from '../model/workflow.ts';
import { ownVersion } from '../tap/own-version.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** The text of the file; what nobody gave a trace shares that of its run. */
export function otlpText(views: readonly WholeView[]): string {
  const summaries = views.map(({ session }) => summaryOf(session));
  const runs = workflows(summaries).flatMap((workflow) => workflow.runs);
  const sessions = views.map((view) => {
    const runAt = runAtOf(view.session.id, runStarts(summaryOf(view.session), runs));
    return toSpans(view, { runAt });
  });
  return `${JSON.stringify(otlpJson(sessions, ownVersion()))}\n`;
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
