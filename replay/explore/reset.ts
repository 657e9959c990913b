/** A fresh start for a run: a new process, a folder copied anew, or a command of the user. */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Answer } from './run.ts';

export type Reset =
  | { readonly kind: 'process' }
  /** `key`: equal for servers that share a folder; `was`: what the recording calls it. */
  | {
      readonly kind: 'copy';
      readonly key: string;
      /** What is in it at the start; else nothing. */
      readonly from?: string;
      readonly was: string;
    }
  | { readonly kind: 'hook'; readonly run: (signal: AbortSignal) => Promise<void> };

export type CopyReset = Extract<Reset, { kind: 'copy' }>;

/** The folders of one run, by their keys. */
export interface Folders {
  of(key: string): string;
  remove(): Promise<void>;
}

export async function copyFolders(resets: readonly CopyReset[]): Promise<Folders> {
  const root = await mkdtemp(join(await realpath(tmpdir()), 'wiretape-explore-'));
  const places = new Map<string, string>();
  for (const { key, from } of resets) {
    if (places.has(key)) continue;
    const to = join(root, `${places.size + 1}`);
    places.set(key, to);
    if (from === undefined) await mkdir(to);
    else await cp(from, to, { recursive: true, verbatimSymlinks: true });
  }
  return {
    of: (key) => places.get(key) ?? root,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** So many files are hashed; what a server leaves beyond is not looked at. */
const MOST_FILES = 10_000;

/** What stands in a folder: each file with the hash of its lines, in any order unless it is asked for. */
export async function folderHash(folder: string, ordered: boolean): Promise<Answer> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).slice(0, MOST_FILES);
  const hashes = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const text = await readFile(path, 'latin1');
      const lines = ordered ? text : text.split('\n').sort().join('\n');
      return [relative(folder, path), createHash('sha256').update(lines).digest('hex')] as const;
    }),
  );
  return { result: Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
