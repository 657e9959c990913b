/** `wiretape export`: sessions as one recording or as spans, in a file or on stdout. */
import { type Command, Option } from 'commander';
import { writeRecording } from '../model/recording.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { writeRecordingFile } from './recording-file.ts';
import { gather, reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark } from './terminal.ts';

const FORMATS = ['tape', 'otlp'] as const;

interface ExportOptions extends CommonOptions {
  readonly output: string;
  readonly to: (typeof FORMATS)[number];
}

export function registerExport(command: Command): void {
  addCommonOptions(command)
    .argument('<session...>', 'ids, starts of ids, names, runs or files')
    .requiredOption('-o, --output <file>', 'where to; .gz compresses a recording, - is stdout')
    .addOption(
      new Option('--to <format>', 'a recording, or OpenTelemetry spans in JSON')
        .choices(FORMATS)
        .default('tape'),
    )
    .action(exportSessions);
}

async function exportSessions(words: string[], options: ExportOptions): Promise<void> {
  const { entries, views, problems } = await gather(words, stateOf(options.state));
  reportProblems(problems);
  if (options.to === 'otlp') {
    const { otlpText, writeOtlpFile } = await import('./export-otlp.ts');
    const text = otlpText(views);
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
