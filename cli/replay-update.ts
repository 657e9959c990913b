/**
 * `--update`: a new recording of what a live server says, by a tap of ours in front of it. It is
 * written beside the state first, and takes the place of the file only when the run was whole.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { rulesHere } from './config.ts';
import { readRecordingFile, refuseOther, writeRecordingFile } from './recording-file.ts';
import { remark } from './terminal.ts';

export interface Update {
  /** The command that runs a server behind a tap. */
  commandFor(words: readonly string[]): readonly string[];
  /** The address of a tap in front of a server. */
  addressFor(upstream: URL): Promise<URL>;
  /** Writes the recording; to be called once the server is closed. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export async function recordingUpdate({
  file,
  name,
  state,
}: {
  readonly file: string | undefined;
  readonly name: string;
  readonly state: string;
}): Promise<Update | undefined> {
  if (file === undefined) return undefined;
  await refuseOther(file, '--update');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const record = join(state, `update-${randomBytes(6).toString('hex')}.tape.jsonl`);
  let closeTap = async (): Promise<void> => {};
  return {
    commandFor: (words) => [
      process.execPath,
      process.argv[1] ?? '',
      'tap',
      ...['--name', name, '--record', record, '--state', state, '--', ...words],
    ],
    async addressFor(upstream) {
      const [{ tapHttp }, { ownVersion }, rules] = await Promise.all([
        import('../tap/index.ts'),
        import('../tap/own-version.ts'),
        rulesHere(state),
      ]);
      const tap = await tapHttp({
        ...rules,
        upstream,
        listen: { host: '127.0.0.1', port: 0 },
        name,
        state,
        record,
        environment: process.env,
        version: ownVersion(),
        say: remark,
      });
      closeTap = () => tap.close();
      return new URL(tap.url);
    },
    async finish() {
      await closeTap();
      closeTap = async () => {};
      const { entries } = await readRecordingFile(record);
      await writeRecordingFile(file, entries);
    },
    async close() {
      await closeTap();
      await rm(record, { force: true });
    },
  };
}
