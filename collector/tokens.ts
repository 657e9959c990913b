/**
 * Tokens and what they allow: 256 random bits each, in files of 0600, one for each use.
 *
 * The tenant is that of the token, never what a request says. Today a collector has one tenant.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder, writePrivateFile } from './private.ts';

export type Use = 'read' | 'write' | 'admin';
export const USES = ['read', 'write', 'admin'] as const satisfies readonly Use[];
export type Tokens = Readonly<Record<Use, string>>;

export interface Grant {
  readonly tenant: string;
  readonly use: Use;
}

/** The tenant of whoever runs a collector of their own. */
export const LOCAL = 'local';

export function newTokens(): Tokens {
  return { read: newToken(), write: newToken(), admin: newToken() };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The tokens of a folder; those that are missing are made. */
export async function loadTokens(folder: string): Promise<Tokens> {
  await makePrivateFolder(folder);
  const [read, write, admin] = await Promise.all(USES.map((use) => loadToken(join(folder, use))));
  return { read: read ?? '', write: write ?? '', admin: admin ?? '' };
}

const TOKEN = /^[\w-]{43}$/;

/** Whoever makes a token first wins, should a tap and a collector start at once. */
async function loadToken(path: string): Promise<string> {
  const found = await readFile(path, 'utf8').catch(() => '');
  if (TOKEN.test(found.trim())) return found.trim();
  const made = `${path}.new`;
  await writePrivateFile(made, newToken());
  try {
    if (found !== '') await rm(path);
    await link(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(made, { force: true });
  }
  return (await readFile(path, 'utf8')).trim();
}

/** What a token allows, found in the same time whichever token it is. */
export type Grants = (token: string) => Grant | undefined;

export function grantsOf(tokens: Tokens, tenant: string): Grants {
  const known = USES.map((use) => ({ use, hash: hashed(tokens[use]) }));
  return (token) => {
    const hash = hashed(token);
    let found: Grant | undefined;
    for (const one of known) {
      if (timingSafeEqual(one.hash, hash)) found = { tenant, use: one.use };
    }
    return found;
  };
}

function hashed(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whoever may administer may also read; the right to write is apart, since taps have it. */
export function allows({ use }: Grant, wanted: Use): boolean {
  return use === wanted || (use === 'admin' && wanted === 'read');
}
