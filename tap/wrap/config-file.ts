/**
 * Reads and replaces one configuration of a host.
 *
 * A configuration is replaced as a whole or not at all, and only while it still is what was read:
 * hosts write their files too. Symbolic links are followed, mode and owner stay.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { codeOf } from '../../model/error-code.ts';
import { utf8 } from '../../model/text.ts';
import { reasonOf } from '../system-error.ts';
import { WrapFault } from './fault.ts';

export interface ConfigFile {
  /** Where it was looked for. */
  readonly path: string;
  /** Where it is, once links are followed. */
  readonly target: string;
  readonly bytes: Buffer;
  /** Its text, without a byte order mark. */
  readonly text: string;
  readonly hasMark: boolean;
}

const MARK = '\ufeff';
const LARGEST = 64 * 1024 * 1024;

/** A configuration, or undefined where there is none. Throws WrapFault on what is no text. */
export async function readConfig(path: string): Promise<ConfigFile | undefined> {
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined) return undefined;
  const bytes = await bytesOf(path, target);
  const whole = bytes && utf8(bytes);
  if (bytes === undefined) return undefined;
  if (whole === undefined) throw invalid(path, 'it is not UTF-8');
  const hasMark = whole.startsWith(MARK);
  return { path, target, bytes, text: hasMark ? whole.slice(1) : whole, hasMark };
}

async function bytesOf(path: string, target: string): Promise<Buffer | undefined> {
  try {
    const found = await stat(target);
    // A pipe would never end, and a folder cannot be a configuration.
    if (!found.isFile()) return undefined;
    if (found.size > LARGEST) throw invalid(path, 'it is larger than 64 MiB');
    return await readFile(target);
  } catch (error) {
    if (error instanceof WrapFault || codeOf(error) === undefined) throw error;
    throw new WrapFault(
      'config-unreadable',
      `${path} cannot be read: ${reasonOf(error)}.`,
      'Make it readable for yourself.',
    );
  }
}

export function invalid(path: string, reason: string): WrapFault {
  const hint = 'It was left as it is; mend it and try again.';
  return new WrapFault('config-invalid', `${path} is no valid configuration: ${reason}.`, hint);
}

/** Puts a new text in the place of a configuration that was read before. */
export async function replaceConfig(config: ConfigFile, text: string): Promise<void> {
  const { path, target, hasMark } = config;
  const bytes = Buffer.from((hasMark ? MARK : '') + text);
  const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeLike(target, beside, bytes);
    if (!(await readFile(target)).equals(config.bytes)) throw changed(path);
    await rename(beside, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await unlink(beside).catch(() => {});
    if (error instanceof WrapFault || codeOf(error) === undefined) throw error;
    throw unwritable(path, reasonOf(error));
  }
}

/** Writes a new file with the mode and the owner of `model`, down to the disk. */
async function writeLike(model: string, path: string, bytes: Buffer): Promise<void> {
  const { mode, uid, gid } = await stat(model);
  const file = await open(path, 'wx', 0o600);
  try {
    const own = await file.stat();
    if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o7777);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename last. Systems that cannot do it need not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, constants.O_RDONLY);
    await handle.sync();
  } catch {
    // The new text is in place; only a power cut could still take it back.
  } finally {
    await handle?.close();
  }
}

/** Refuses a file that says by its mode that nobody may change it, even to root and by renaming. */
export async function checkWritable({ path, target }: ConfigFile): Promise<void> {
  const { mode } = await stat(target);
  if ((mode & 0o222) === 0) throw unwritable(path, 'it is read-only');
}

function unwritable(path: string, reason: string): WrapFault {
  const hint = 'It was left as it is; make it writable and try again.';
  return new WrapFault('config-unwritable', `${path} cannot be changed: ${reason}.`, hint);
}

function changed(path: string): WrapFault {
  const hint = 'What it wrote stands; run the command again.';
  return new WrapFault('config-changed', `${path} was changed by another program meanwhile.`, hint);
}
