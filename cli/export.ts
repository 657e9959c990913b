/** `wiretape export`: sessions as one recording or as spans, in a file or on stdout. */
import { type Command, Option } from 'commander';
import type { Parent } from '../model/otel/options.ts';
import { writeRecording } from '../model/recording.ts';
import type { WholeView } from '../model/session.ts';
import { findCollector } from './api.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { addOtelOptions, type OtelOptions, SPANS_ONLY, spanOptions } from './otel-options.ts';
import { writeRecordingFile } from './recording-file.ts';
import { gather, reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark } from './terminal.ts';

const FORMATS = ['tape', 'otlp', 'otlp-logs', 'otlp-metrics'] as const;

interface ExportOptions extends CommonOptions, OtelOptions {
  readonly output: string;
  readonly to: (typeof FORMATS)[number];
}

export function registerExport(command: Command): void {
  addCommonOptions(command)
    .argument('<session...>', 'ids, starts of ids, names, runs or files')
    .requiredOption('-o, --output <file>', 'where to; .gz compresses a recording, - is stdout')
    .addOption(
      new Option(
        '--to <format>',
        'a recording, or OpenTelemetry in JSON: spans, what check finds as log records, or metrics',
      )
        .choices(FORMATS)
        .default('tape'),
    );
  addOtelOptions(command).action(exportSessions);
}

async function exportSessions(words: string[], options: ExportOptions): Promise<void> {
  const { otelParent, otelPayloads, to } = options;
  if (to !== 'otlp' && (otelParent ?? otelPayloads) !== undefined)
    throw new UserError('wrong-usage', SPANS_ONLY, 'Add --to otlp.');
  const state = stateOf(options.state);
  const { entries, views, around, problems } = await gather(words, state);
  reportProblems(problems);
  if (to !== 'tape') {
    const { otlpLogsText, otlpMetricsText, otlpText, refuseRaw, writeOtlpFile } = await import(
      './export-otlp.ts'
    );
    if (otelPayloads !== undefined) refuseRaw(views);
    if (otelParent !== undefined) tellSent(views, otelParent);
    const chosen = { views, around, page: (await findCollector(state))?.address };
    const texts = {
      otlp: () => otlpText(chosen, spanOptions(options)),
      'otlp-logs': () => otlpLogsText(chosen, state),
      'otlp-metrics': () => otlpMetricsText(views),
    };
    const text = await texts[to]();
    if (options.output === '-') process.stdout.write(text);
    else await writeOtlpFile(options.output, text);
  } else if (options.output === '-') process.stdout.write(writeRecording(entries));
  else await writeRecordingFile(options.output, entries);
  if (options.output === '-') return;
  const sessions = views.map(({ session }) => session.id);
  if (options.json)
    printJson({ file: options.output, sessions, entryCount: entries.length, problems });
  else
    remark(
      `${options.output}: ${counted(sessions.length, 'session')}, ${counted(entries.length, 'entry', 'entries')}.`,
    );
}

/** A span that was sent keeps its trace, or its backend would have it twice. */
function tellSent(views: readonly WholeView[], parent: Parent): void {
  const sent = views.filter(({ session }) => (session.head?.otlp?.parent ?? parent) !== parent);
  if (sent.length === 0) return;
  const sessions = counted(sent.length, 'session that was', 'sessions that were');
  remark(
    `--otel-parent ${parent} does not hold for ${sessions} sent live: the spans stay as sent.`,
  );
}
