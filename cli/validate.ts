/**
 * `wiretape validate`: whether a file keeps to the recording format, and everything that does not; or
 * whether a configuration of ours can be used.
 */
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { groupBy } from '../model/group.ts';
import { decodeEntry } from '../model/line.ts';
import { type Problem, splitLines } from '../model/recording.ts';
import { CONFIG_NAME } from '../tap/config-place.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { readRecordingFile, unpackedFile } from './recording-file.ts';
import { stateOf } from './state.ts';
import { counted, printJson, terminal, visible } from './terminal.ts';

export function registerValidate(command: Command): void {
  addCommonOptions(command)
    .argument('<file>', 'a recording, or a wiretape.config.jsonc')
    .action(validate);
}

async function validate(file: string, options: CommonOptions): Promise<void> {
  if (basename(file) === CONFIG_NAME) return await validateConfig(file, options);
  const recording = await readRecordingFile(file);
  const problems = [...recording.problems, ...lineProblems(await unpackedFile(file))];
  const sessionCount = groupBy(recording.entries, ({ session }) => session).size;
  const entryCount = recording.entries.length;
  if (problems.length > 0) process.exitCode = 1;
  if (options.json)
    return printJson({ valid: problems.length === 0, sessionCount, entryCount, problems });
  const { line, colors } = terminal();
  for (const { kind, detail } of problems) line(`${colors.red(kind)}  ${visible(detail)}`);
  const verdict =
    problems.length === 0 ? 'valid' : `not sound (${counted(problems.length, 'fault')})`;
  line(`${visible(file)}: ${verdict}, sessions: ${sessionCount}, entries: ${entryCount}`);
}

/** Says what a configuration holds. One that cannot be used throws a ConfigFault, which says where. */
async function validateConfig(file: string, { json, state }: CommonOptions): Promise<void> {
  const [{ readRedaction }, { readFootprintRules, readSuppressionRules }] = await Promise.all([
    import('../tap/config.ts'),
    import('./config-parts.ts'),
  ]);
  const path = resolve(file);
  const isUsers = dirname(path) === stateOf(state);
  const redaction = readRedaction([{ path, isUsers }]);
  const footprints = readFootprintRules([{ path, isUsers }]);
  const suppressions = readSuppressionRules([{ path, isUsers }]);
  const counts = {
    nameCount: redaction?.names.length ?? 0,
    shapeCount: redaction?.shapes.length ?? 0,
    variableCount: redaction?.variables.length ?? 0,
    footprintCount: footprints.length,
    suppressionCount: suppressions.length,
  };
  if (json) return printJson({ valid: true, ...counts });
  const { nameCount, shapeCount, variableCount, footprintCount, suppressionCount } = counts;
  const held = `names: ${nameCount}, shapes: ${shapeCount}, variables: ${variableCount}, footprints: ${footprintCount}, suppressions: ${suppressionCount}`;
  terminal().line(`${visible(file)}: valid, ${held}`);
}

/** What a reader forgives and a writer must not do: a message that is no JSON text. */
function lineProblems(bytes: Uint8Array): Problem[] {
  return splitLines(bytes)
    .lines.slice(1)
    .flatMap((text, index): Problem[] => {
      const line = index + 2;
      const decoded = decodeEntry(text);
      const isForged =
        decoded.ok && decoded.entry.type === 'frame' && text.startsWith('{"type":"message"');
      const detail = `line ${line} says message, and its text is not one JSON text`;
      return isForged ? [{ kind: 'not-an-entry', detail, line }] : [];
    });
}
