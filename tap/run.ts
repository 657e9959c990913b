/** Runs a started server to its end, with everything that records it. Loaded while it gets ready. */
import process from 'node:process';
import type { Writable } from 'node:stream';
import type { Host } from '../model/entry.ts';
import { codeOf } from '../model/error-code.ts';
import { contextIn } from '../model/trace-context.ts';
import { findHost } from './host.ts';
import { launchFiles, launchOf } from './launch.ts';
import type { LiveSpans } from './otlp/live-spans.ts';
import { connectPipes, type Pipes } from './pipes.ts';
import { printable } from './printable.ts';
import type { LineChange } from './propagation.ts';
import { openOutput } from './standard-stream.ts';
import type { Ended, Server, Started, StdioOptions } from './stdio.ts';
import { reasonOf } from './system-error.ts';
import { startSession, type TapSession } from './tap-session.ts';
import { endTree } from './tree.ts';

/** Passes on and records until the server has ended; see tapStdio. */
export async function runTap({ clock, server }: Started, options: StdioOptions): Promise<Ended> {
  const errors = openOutput(2);
  // Who has nobody to read his words still works; the pump of standard error tells the server.
  errors.on('error', () => {});
  const say = (line: string): void => void errors.write(`wiretape: ${printable(line)}\n`);
  const failOpen = (error: unknown): void =>
    say(`A fault of the tap: ${String(error)}. The traffic passes.`);
  process.on('uncaughtException', failOpen);
  const live = await liveOf(options, say);
  const session = startSession({ ...options, live }, clock, say);
  const opened = open(session, options);
  const noted = noteFiles(session, options);
  const ended = await endOf(server, session, errors, await changeOf(options));
  const final = ended instanceof Error ? notStarted(ended, session, options, say) : ended;
  await Promise.all([opened, noted]);
  await session.finish(final.signal ?? `exit ${final.code}`);
  await new Promise((resolve) => errors.write('', resolve));
  process.off('uncaughtException', failOpen);
  if (!(server instanceof Error)) server.close();
  return final;
}

async function endOf(
  server: Server | Error,
  session: TapSession,
  errors: Writable,
  change: LineChange | undefined,
): Promise<Ended | Error> {
  if (server instanceof Error) return server;
  if (server.process.pid === undefined) return server.ended;
  return connectAndWait(server, connectPipes(server.process, session, errors, change), session);
}

/** Who sends its spans: nobody, unless the user named a receiver. */
async function liveOf(
  options: StdioOptions,
  say: (line: string) => void,
): Promise<LiveSpans | undefined> {
  if (!options.otlp) return undefined;
  const { wantedSpans } = await import('./otlp/wanted.ts');
  return wantedSpans(options, say);
}

/** What is changed in what the client says: nothing, unless the user asked for it. */
async function changeOf({ propagate, environment }: StdioOptions): Promise<LineChange | undefined> {
  if (!propagate) return undefined;
  const { createLineChange, createPropagator } = await import('./propagation.ts');
  return createLineChange(createPropagator(propagate, environment['TRACEPARENT']));
}

/** Writes the opening entry: at once where the system tells the host at once. */
function open(session: TapSession, options: StdioOptions): Promise<void> | undefined {
  const launch = launchOf(options, session);
  const openWith = (host: Host | undefined): void =>
    session.open({
      transport: 'stdio',
      fidelity: 'bytes',
      launch,
      ...(host ? { host } : {}),
      ...traceOf(options),
    });
  const found = findHost();
  if (found instanceof Promise) return found.then(openWith);
  openWith(found);
  return undefined;
}

/** Notes the files of the launch once they are read, where that tells more than the opening entry. */
async function noteFiles(session: TapSession, options: StdioOptions): Promise<void> {
  const launch = await launchFiles(options, session);
  if (!launch.file && launch.config?.host === undefined) return;
  const text = `started from ${launch.file?.path ?? launch.config?.path ?? ''}`;
  session.recorder.add([{ type: 'note', at: session.now(), text, launch }]);
}

/** The trace that the server was started in, when its environment names one. */
function traceOf({ environment }: StdioOptions): { traceparent?: string } {
  const traceparent = environment['TRACEPARENT'];
  return traceparent !== undefined && contextIn(traceparent) ? { traceparent } : {};
}

/** Says and records that there never was a server, as a shell would: 127 not found, 126 refused. */
function notStarted(
  error: Error,
  session: TapSession,
  { command }: StdioOptions,
  say: (line: string) => void,
): Ended {
  const missing = codeOf(error) === 'ENOENT';
  const sentence = missing
    ? `The command ${command} was not found.`
    : `The command ${command} cannot be started: ${reasonOf(error)}.`;
  const code = missing ? 127 : 126;
  say(`${sentence} Check its name and PATH. [command-not-found]`);
  const at = session.now();
  session.recorder.add([
    { type: 'note', at, text: session.clean(sentence).text },
    { type: 'exit', at, code, signal: null },
  ]);
  return { code, signal: null };
}

/** Connects the pipes of a server until it has ended and everything it said has left. */
async function connectAndWait(
  server: Server,
  pipes: Pipes,
  session: TapSession,
): Promise<Ended | Error> {
  server.release();
  const ended = await server.ended;
  const at = session.now();
  const left = server.tree();
  if (left) await endTree(left);
  await pipes.drain(() => server.tree() !== undefined);
  if (!(ended instanceof Error)) session.recorder.add([{ type: 'exit', at, ...ended }]);
  return ended;
}
