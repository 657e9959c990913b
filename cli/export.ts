/** `wiretape export`: sessions as one recording, in a file or on stdout. */
import type { Command } from 'commander';
import { writeRecording } from '../model/recording.ts';
import { addCommand, type CommonOptions } from './command.ts';
import { writeRecordingFile } from './recording-file.ts';
import { gather, reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark } from './terminal.ts';

interface ExportOptions extends CommonOptions {
  readonly output: string;
}

export function registerExport(program: Command): void {
  addCommand(program, 'export', 'write sessions as one recording')
    .argument('<session...>', 'ids, starts of ids, names, runs or files')
    .requiredOption('-o, --output <file>', 'where to; .gz compresses, - is stdout')
    .action(exportSessions);
}

async function exportSessions(words: string[], options: ExportOptions): Promise<void> {
  const { entries, views, problems } = await gather(words, stateOf(options.state));
  reportProblems(problems);
  if (options.output === '-') {
    process.stdout.write(writeRecording(entries));
    return;
  }
  await writeRecordingFile(options.output, entries);
  const sessions = views.map(({ session }) => session.id);
  if (options.json)
    printJson({ file: options.output, sessions, entryCount: entries.length, problems });
  else
    remark(
      `${options.output}: ${counted(sessions.length, 'session')}, ${counted(entries.length, 'entry', 'entries')}.`,
    );
}
