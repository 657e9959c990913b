/**
 * A session whose messages are objects: what in-process taps see. Its text is ours, by
 * JSON.stringify (`fidelity: objects`). A fault of recording never reaches the caller.
 */
import { homedir } from 'node:os';
import process from 'node:process';
import type { Where } from '../model/crossing.ts';
import { isObject } from '../model/json.ts';
import { stateFolder } from '../model/state.ts';
import type { RedactionOptions } from '../model/user-rules.ts';
import { endWithProgram } from './at-exit.ts';
import { startClock } from './clock.ts';
import { rulesOf } from './config.ts';
import { configsHere } from './config-place.ts';
import { createCrossings } from './crossings.ts';
import { thisHost } from './host.ts';
import { kept } from './kept.ts';
import { largeLinesHere } from './large.ts';
import type { LiveSpans } from './otlp/live-spans.ts';
import type { OtlpOptions } from './otlp/settings.ts';
import { wantedSpans } from './otlp/wanted.ts';
import { ownVersion } from './own-version.ts';
import { reasonOf } from './system-error.ts';
import { type SessionOptions, startSession, type TapSession } from './tap-session.ts';

/** What every tap inside a program is told. */
export interface InProcessOptions
  extends Pick<SessionOptions, 'name' | 'workflow' | 'record' | 'capture' | 'otlp'> {
  /** The state folder; when left out, that of this process's user. */
  readonly state?: string;
  /** Secret values of it never stand in a recording; when left out, that of this process. */
  readonly environment?: SessionOptions['environment'];
  /** What is secret here, besides what the configurations say (docs/redaction.md). */
  readonly redaction?: RedactionOptions;
}

export type Peer = Where['from'];

export interface ObjectSession {
  /** `around`: what the SDK tells of a message besides; of one that came over HTTP, its request. */
  record(from: Peer, message: unknown, around?: unknown): void;
  /** Resolves when the session is recorded; the first reason counts, `closed` when none is named. */
  finish(reason?: string): Promise<void>;
}

/** A session of one connection; it begins with its first message. */
export function createObjectSession(options: InProcessOptions): ObjectSession {
  let recording: ReturnType<typeof pipesOf> | undefined;
  let finished: Promise<void> | undefined;
  return {
    record(from, message) {
      if (finished) return;
      recording ??= pipesOf(startInProcess(options));
      const { session, pipes } = recording;
      recordObject(session, message, (bytes, at) => {
        pipes[from].push(Buffer.concat([bytes, LF]), at, session.now());
      });
    },
    finish(reason = 'closed') {
      finished ??= recording?.session.finish(reason) ?? Promise.resolve();
      return finished;
    },
  };
}

/** A session of many short connections, each of which is an exchange of its own. */
export interface SharedSession {
  /** The next connection. */
  connect(): ObjectSession;
  finish(): Promise<void>;
}

export function createSharedSession(options: InProcessOptions): SharedSession {
  let started: TapSession | undefined;
  let finished: Promise<void> | undefined;
  let exchanges = 0;
  return {
    connect: () => {
      const exchange = ++exchanges;
      const session = (): TapSession => {
        started ??= startInProcess(options);
        return started;
      };
      return createExchanged(session, exchange, () => finished !== undefined);
    },
    finish() {
      finished ??= started?.finish('closed') ?? Promise.resolve();
      return finished;
    },
  };
}

/** One connection of a shared session; nothing is recorded of it once it is over. */
function createExchanged(
  sessionOf: () => TapSession,
  exchange: number,
  isFinished: () => boolean,
): ObjectSession {
  let signal: AbortSignal | undefined;
  let state: 'new' | 'waiting' | 'done' | 'over' = 'new';
  return {
    record(from, message, around) {
      if (isFinished() || state === 'over') return;
      signal ??= signalIn(around);
      const isRequest = isObject(message) && 'method' in message && 'id' in message;
      state = from === 'client' && isRequest ? 'waiting' : isAnswer(message) ? 'done' : state;
      const session = sessionOf();
      const where = { ...EXCHANGED[from], exchange };
      recordObject(session, message, (bytes, at) => {
        const body = createCrossings(session, where, largeLinesHere(session));
        body.push(bytes, at, session.now());
        body.end();
      });
    },
    async finish() {
      if (state !== 'new' && state !== 'over' && !isFinished()) {
        const unanswered = signal?.aborted ? 'client-closed' : 'server-closed';
        const ended = state === 'waiting' ? unanswered : 'complete';
        const session = sessionOf();
        session.recorder.add([
          { type: 'http', at: session.now(), exchange, phase: 'ended', ended },
        ]);
      }
      state = 'over';
    },
  };
}

function isAnswer(message: unknown): boolean {
  return isObject(message) && ('result' in message || 'error' in message);
}

/** What tells that the client of a request has closed its connection. */
function signalIn(around: unknown): AbortSignal | undefined {
  const { signal } = (around as { request?: { signal?: unknown } } | undefined)?.request ?? {};
  return signal instanceof AbortSignal ? signal : undefined;
}

const PIPED = {
  client: { from: 'client', channel: 'stdin' },
  server: { from: 'server', channel: 'stdout' },
} as const;
const EXCHANGED = {
  client: { from: 'client', channel: 'request' },
  server: { from: 'server', channel: 'response' },
} as const;
const LF = Buffer.from('\n');

function pipesOf(session: TapSession) {
  const large = largeLinesHere(session);
  const pipes = {
    client: createCrossings(session, PIPED.client, large),
    server: createCrossings(session, PIPED.server, large),
  };
  return { session, pipes };
}

/** Hands on the text of a message; one that has none is a gap. */
function recordObject(
  session: TapSession,
  message: unknown,
  push: (bytes: Buffer, at: number) => void,
): void {
  const at = session.now();
  try {
    push(Buffer.from(String(JSON.stringify(message))), at);
  } catch (error) {
    session.recorder.drop(session.recorder.reserve(), reasonOf(error));
  }
}

/** What the in-process taps leave to us: where to record, whose secrets to hide, what to say. */
export function inProcess({
  state: named,
  environment = process.env,
  redaction,
  ...rest
}: InProcessOptions) {
  const state = named ?? stateFolder(process.platform, process.env, homedir());
  const options: SessionOptions = {
    ...rest,
    state,
    environment,
    rules: rulesOf(configsHere(state), redaction),
    version: ownVersion(),
  };
  const say = (line: string): void => void process.stderr.write(`wiretape: ${line}\n`);
  const { record } = rest;
  const own = (tap: TapSession): TapSession =>
    endWithProgram(tap, () => {
      if (record !== undefined) say(unwritten(record, tap.id));
    });
  return { options: { ...options, live: liveOf(options, say) }, say, own };
}

/** One thread for all sessions of one `otlp`: a server may have a session for each connection. */
const threads = new WeakMap<OtlpOptions, LiveSpans | undefined>();

function liveOf(options: SessionOptions, say: (line: string) => void): LiveSpans | undefined {
  const { otlp } = options;
  if (otlp && !threads.has(otlp)) threads.set(otlp, wantedSpans(options, say));
  return otlp && threads.get(otlp);
}

function unwritten(record: string, session: string): string {
  return `${record} was not written: the program ended before its tap was closed. ${kept(session, record)}`;
}

function startInProcess(given: InProcessOptions): TapSession {
  const { options, say, own } = inProcess(given);
  const session = own(startSession(options, startClock(), say));
  session.open({ transport: 'in-process', fidelity: 'objects', host: thisHost() });
  return session;
}
