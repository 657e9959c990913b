/** `wiretape validate`: whether a file keeps to the recording format, and everything that does not. */
import type { Command } from 'commander';
import { groupBy } from '../model/group.ts';
import { endOfString } from '../model/json.ts';
import { decodeEntry } from '../model/line.ts';
import { type Problem, splitLines } from '../model/recording.ts';
import { addCommand, type CommonOptions } from './command.ts';
import { readRecordingFile, unpackedFile } from './recording-file.ts';
import { printJson, terminal, visible } from './terminal.ts';

export function registerValidate(program: Command): void {
  addCommand(program, 'validate', 'check that a file is a whole and sound recording')
    .argument('<file>', 'a recording')
    .action(validate);
}

async function validate(file: string, options: CommonOptions): Promise<void> {
  const recording = await readRecordingFile(file);
  const problems = [...recording.problems, ...lineProblems(await unpackedFile(file))];
  const sessionCount = groupBy(recording.entries, ({ session }) => session).size;
  const entryCount = recording.entries.length;
  if (problems.length > 0) process.exitCode = 1;
  if (options.json)
    return printJson({ valid: problems.length === 0, sessionCount, entryCount, problems });
  const { line, colors } = terminal();
  for (const { kind, detail } of problems) line(`${colors.red(kind)}  ${visible(detail)}`);
  const verdict = problems.length === 0 ? 'valid' : `not sound (${problems.length} faults)`;
  line(`${visible(file)}: ${verdict}, sessions: ${sessionCount}, entries: ${entryCount}`);
}

/** What a reader forgives and a writer must not do: lines that are not JSON, or name a field twice. */
function lineProblems(bytes: Uint8Array): Problem[] {
  return splitLines(bytes)
    .lines.slice(1)
    .flatMap((text, index): Problem[] => {
      const line = index + 2;
      const fault = decodeEntry(text).ok ? faultOf(text) : undefined;
      return fault ? [{ kind: 'not-an-entry', detail: `line ${line} ${fault}`, line }] : [];
    });
}

function faultOf(line: string): string | undefined {
  try {
    JSON.parse(line);
  } catch {
    return 'is not JSON as a whole';
  }
  const keys = topKeys(line);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  return twice === undefined ? undefined : `names the field ${twice} twice`;
}

/** The keys of the outermost object of a JSON text, in order, repeated ones included. */
function topKeys(line: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const end = endOfString(line, at);
      if (depth === 1 && /^\s*:/.test(line.slice(end + 1, end + 20)))
        keys.push(line.slice(at + 1, end));
      at = end;
    }
  }
  return keys;
}
