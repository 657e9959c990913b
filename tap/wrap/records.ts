/**
 * What was wrapped, when, and how it was written before: `wrapped.json` in the state folder.
 *
 * It holds no environment and no arguments, so no secrets. Losing it loses little: a wrapped entry
 * is known by its launcher, and `unwrap` then only has to guess quotes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { isObject, parseJson } from '../../model/json.ts';
import type { HostId, Scope } from './hosts.ts';
import type { Original } from './rewrite.ts';

export interface Wrapped {
  readonly host: HostId;
  readonly scope: Scope;
  readonly file: string;
  /** The keys in the file that lead to the servers. */
  readonly keys: readonly string[];
  readonly name: string;
  /** ISO 8601. */
  readonly when: string;
  readonly original: Original;
}

/** The records of a state folder, oldest first; what they tell of may have been changed by others. */
export async function readRecords(state: string): Promise<Wrapped[]> {
  const text = await readFile(recordsOf(state), 'utf8').catch(() => '');
  const parsed = parseJson(text);
  const list = parsed.ok && isObject(parsed.value) ? parsed.value['wrapped'] : undefined;
  return Array.isArray(list) ? list.filter(isWrapped) : [];
}

/** Keeps these records in place of all others. */
export async function keepRecords(state: string, records: readonly Wrapped[]): Promise<void> {
  await mkdir(state, { recursive: true, mode: 0o700 });
  await putFile(recordsOf(state), `${JSON.stringify({ wrapped: records }, null, 2)}\n`, 0o600);
}

/** Whether two records, or an entry and its record, are of one entry. */
export function isSameEntry(a: EntryPlace, b: EntryPlace): boolean {
  return a.file === b.file && a.name === b.name && a.keys.join('\0') === b.keys.join('\0');
}

/**
 * What names an entry in the arguments of its launcher: of its place, so that it needs no record and
 * tells nobody a path.
 */
export function entryId({ file, keys, name }: EntryPlace): string {
  const place = JSON.stringify([file, ...keys, name]);
  return createHash('sha256').update(place).digest('hex').slice(0, 12);
}

export type EntryPlace = Pick<Wrapped, 'file' | 'keys' | 'name'>;

/** Writes a file of ours as a whole: readers see the old one or the new one. */
export async function putFile(path: string, text: string, mode: number): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(beside, text, { mode, flag: 'wx' });
    await chmod(beside, mode);
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw error;
  }
}

/** Where they stand. */
export function recordsOf(state: string): string {
  return `${state}/wrapped.json`;
}

function isWrapped(value: unknown): value is Wrapped {
  if (!isObject(value)) return false;
  const { host, scope, file, keys, name, when, original } = value;
  const texts = [host, scope, file, name, when];
  return (
    texts.every((one) => typeof one === 'string') &&
    Array.isArray(keys) &&
    keys.every((key) => typeof key === 'string') &&
    isObject(original) &&
    typeof original['command'] === 'string' &&
    typeof original['literal'] === 'string' &&
    typeof original['hadArgs'] === 'boolean'
  );
}
