/** Starting a collector: in this process, or in one of its own that outlives this one. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Collector, Exporting } from '../collector/index.ts';
import type { Entry } from '../model/entry.ts';
import type { Origin } from '../model/finding.ts';
import { ownVersion } from '../tap/own-version.ts';
import type { Running } from '../tap/running-collector.ts';
import { findCollector, tokenOf } from './api.ts';
import { saidHere } from './config.ts';
import { UserError } from './error.ts';
import { redactionHere } from './redact-here.ts';

export interface Collecting {
  readonly state: string;
  readonly port: number;
  /** Served read-only, instead of a store. */
  readonly recordings?: readonly Entry[];
  readonly origin?: Origin;
  readonly exporting?: Exporting;
}

/** Starts a collector in this process; rejects with a CollectorError when it cannot be. */
export async function startHere({
  state,
  port,
  recordings,
  origin,
  exporting,
}: Collecting): Promise<Collector> {
  const [{ startCollector }, { wrapped, watchWrapped }] = await Promise.all([
    import('../collector/index.ts'),
    import('../tap/wrap/current.ts'),
  ]);
  const page = pageFolder();
  const said = saidHere(state);
  // What cannot be read now is told now; later there may be nobody to tell.
  await said();
  return startCollector({
    state,
    port,
    said,
    version: ownVersion(),
    wrappings: {
      list: () => wrapped(state),
      watch: (changed) => watchWrapped(state, changed),
    },
    ...(page === undefined ? {} : { ui: page }),
    // What is only looked at takes nothing in, and leaves the state folder as it is.
    ...(recordings ? { recordings } : { otlp: { redaction: await redactionHere(state) } }),
    ...(origin ? { origin } : {}),
    ...(exporting ? { exporting } : {}),
  });
}

/** The built page: beside dist/cli, or in dist/ when this runs from the sources. */
function pageFolder(): string | undefined {
  const places = ['../ui', '../dist/ui'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find(
    (place) => existsSync(`${place}/index.html`) && !existsSync(`${place}/main.ts`),
  );
}

/** What a collector in a process of its own tells the one that started it. */
export type Told =
  | { readonly address: string }
  | { readonly failed: { readonly code: string; readonly message: string; readonly hint: string } };

/** The collector of a state folder: the one that runs, else a new one that outlives this process. */
export async function findOrStart(state: string, port: number | undefined): Promise<Running> {
  const running = await findCollector(state);
  if (running) return running;
  const told = await startDetached(state, port);
  // Somebody else may have been quicker; then theirs is the one.
  const started = await findCollector(state);
  if (started) return started;
  const hint = 'wiretape serve shows what happens.';
  if (told && 'failed' in told) throw Object.assign(new Error(told.failed.message), told.failed);
  throw new UserError('collector-failed', 'The collector ended before it was ready.', hint);
}

/** Starts `wiretape serve` and waits until it is ready or has ended. */
async function startDetached(state: string, port: number | undefined): Promise<Told | undefined> {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const args = [
    main,
    'serve',
    '--state',
    state,
    ...(port === undefined ? [] : ['--port', String(port)]),
  ];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
  });
  const ended = once(child, 'exit').then(() => undefined);
  const told = once(child, 'message').then(([message]) => message as Told);
  const first = await Promise.race([told, ended]);
  if (child.connected) child.disconnect();
  child.unref();
  return first;
}

/** The address that opens the page: the token is in the part that browsers do not send. */
export async function pageAddress(state: string, address: string): Promise<string> {
  return `${address}/#token=${(await tokenOf(state, 'read')) ?? ''}`;
}
