/** The file that `--report` names: what a replay was like, as one JSON document. */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCode, systemReason, UserError } from './error.ts';

/** Refuses a place that cannot be written to, before long work is done for it. */
export async function refusePlace(file: string, option: string): Promise<void> {
  const refusal = (why: string): UserError =>
    new UserError(
      'unwritable-folder',
      `${file} cannot be written: ${why}.`,
      `Choose another file with ${option}.`,
    );
  try {
    const isFolder = await isFolderAt(file);
    if (isFolder) throw refusal('it is a folder');
    await access(isFolder === undefined ? dirname(resolve(file)) : file, constants.W_OK);
  } catch (error) {
    throw error instanceof UserError ? error : refusal(systemReason(error));
  }
}

/** Undefined: nothing is there. */
async function isFolderAt(file: string): Promise<boolean | undefined> {
  try {
    return (await stat(file)).isDirectory();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeReport(file: string, report: unknown): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another file with --report.');
  }
}
