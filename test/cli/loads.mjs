// Writes which modules a program loads into the file that LOADS names: `node --import FILE PROGRAM`.
// What a package requires of itself is not written, only that it was asked for.
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

// The hooks run in a thread, which loads this file too.
if (isMainThread) register(import.meta.url);

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  appendFileSync(process.env['LOADS'] ?? '', `${found.url}\n`);
  return found;
}
