/** The file that `--report` names: what a replay was like, as one JSON document. */
import { writeFile } from 'node:fs/promises';
import { systemReason, UserError } from './error.ts';

export async function writeReport(file: string, report: unknown): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another file with --report.');
  }
}
