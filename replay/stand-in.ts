/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A recorded server on two streams: what a host starts in the place of the real one.
 *
 * It reads lines and writes lines. It never runs, opens or writes anything that the recording
 * names, and it never repeats the recorded standard error.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../model/entry.ts';
import { createFramer, type Hash } from '../model/framing.ts';
import { idKey } from '../model/message.ts';
import { utf8 } from '../model/text.ts';
import type { Connect } from './client/connection.ts';
import { createPassOn, type PassOn } from './pass-on.ts';
import { createPlayer, type Player, type PlayOptions } from './player.ts';
import { type RecordedSession, recordedSessions, sessionOf } from './recorded.ts';
import { refusalText } from './refusal.ts';
import type { ReplayReport } from './report.ts';
import type { Outgoing, OutgoingMessage, ServerEnd } from './speak.ts';
import { type Transcript, transcript } from './transcript.ts';

export interface ServeOptions extends PlayOptions {
  readonly entries: Iterable<Entry>;
  /** Name, id or beginning of an id; may be left out when the recording has one session. */
  readonly session?: string;
  readonly input: Readable;
  readonly output: Writable;
  /**
   * A live server for what was not recorded, such as connectCommand gives; it is connected to at the
   * first such message. When left out, such a message is refused.
   */
  readonly live?: Connect;
  /** Called once, when the client or the recorded server has ended. */
  readonly onReport?: (report: ReplayReport) => void;
}

export interface Serving {
  /** Resolves when the client has closed its side, or the recorded server has ended by itself. */
  readonly done: Promise<ReplayReport>;
  /** How the recorded server ended, or a fault in its place; undefined while it has not. */
  ended(): ServerEnd | undefined;
  report(): ReplayReport;
  transcript(): Transcript;
  /** Stops reading, gives up what was not written or is late, and ends as if the client had closed its side. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A longer line of the client is no message that any recording could hold. */
const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Milliseconds between a notification and what is no notification. Clients of the MCP SDKs lose
 * progress that they read together with the answer, and a recorded server, which never has to
 * think, would always give them both at once. It changes when a message comes, never which or where.
 */
export const SPACING = 10;

/**
 * Speaks for a recorded server. Throws a SessionChoice when the session is not there, or not clear,
 * and what createPlayer throws.
 */
export function serveRecording(options: ServeOptions): Serving {
  const { entries, session, input, output, onReport } = options;
  const recorded = sessionOf(recordedSessions(entries), session);
  const passOn = options.live && passOnTo(options.live, recorded, output);
  const player = createPlayer(recorded, passOn ? { ...options, passOn } : options);
  const left = new AbortController();
  let ended: ServerEnd | undefined;
  const done = serve(player, { input, output, left }).then(async (how) => {
    if (typeof how === 'object') ended = how;
    await passOn?.close();
    const report = player.report();
    onReport?.(report);
    return report;
  });
  const close = async (): Promise<void> => {
    left.abort();
    input.destroy();
    await done;
  };
  return {
    done,
    ended: () => ended,
    report: () => player.report(),
    transcript: () => transcript([player.transcript()]),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function passOnTo(connect: Connect, { session }: RecordedSession, output: Writable): PassOn {
  const questions = session.calls.filter(({ from }) => from === 'server');
  return createPassOn({
    connect,
    say: (text) => {
      if (output.writable) output.write(`${text}\n`);
    },
    refusal: refusalText,
    taken: new Set(questions.map(({ id }) => idKey(id))),
  });
}

interface Streams {
  readonly input: Readable;
  readonly output: Writable;
  /** Aborted when nobody reads any more, or we were told to end. */
  readonly left: AbortController;
}

/** Milliseconds in which what is late still comes when the client has closed its side. */
const LATEST = 1000;

async function serve(
  player: Player,
  { input, output, left }: Streams,
): Promise<ServerEnd | 'more' | 'gone'> {
  const { signal } = left;
  // A client that no longer reads has gone; its side of the input tells the same.
  const leave = () => left.abort();
  output.on('error', leave).on('close', leave);
  const gone = new Promise<'gone'>((resolve) => {
    signal.addEventListener('abort', () => resolve('gone'), { once: true });
  });
  const late = createLate(signal);
  const say = (said: readonly Outgoing[]) =>
    Promise.race([write(said, { output, late, gone }), gone]);
  const framer = clientFramer();
  try {
    let how = await say(player.start());
    if (how !== 'more') return how;
    for await (const lines of framesOf(input, framer)) {
      const said = lines.flatMap(({ bytes }) => player.receiveText(utf8(bytes) ?? '\ufffd'));
      how = await say(said);
      if (how !== 'more') return how;
    }
    const latest = sleep(LATEST, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([late.said(), gone, latest]);
    return how;
  } finally {
    late.stop();
  }
}

type Framer = ReturnType<typeof createFramer>;

/** Takes apart what a client says. */
export function clientFramer(): Framer {
  return createFramer(LONGEST_LINE, runningHash);
}

/** The lines of a stream, chunk by chunk; ends with it, and where it breaks. */
async function* framesOf(
  input: Readable,
  framer: Framer,
): AsyncGenerator<ReturnType<Framer['end']>> {
  try {
    for await (const chunk of input) yield framer.push(chunk as Uint8Array, 0, 0);
  } catch {
    // A broken pipe is how a killed client ends.
  }
  yield framer.end();
}

interface Reader {
  readonly output: Writable;
  readonly late: Late;
  readonly gone: Promise<'gone'>;
}

/** Writes in order; waits where the reader is slow. Gives how the recorded server ended, where it did. */
async function write(
  said: readonly Outgoing[],
  { output, late, gone }: Reader,
): Promise<ServerEnd | 'more' | 'gone'> {
  let parts: Uint8Array[] = [];
  let notified = false;
  const flush = async (): Promise<unknown> => {
    const bytes = Buffer.concat(parts);
    parts = [];
    const isTaken = bytes.length === 0 || output.write(bytes);
    return isTaken ? undefined : await Promise.race([once(output, 'drain'), gone]);
  };
  for (const one of said) {
    if (one.kind === 'message' && one.delay !== undefined) {
      late.add(one.delay, () => output.write(bytesToSay(one)));
      continue;
    }
    const notifies = one.kind === 'message' && one.notifies;
    if (notified && !notifies) {
      if ((await flush()) === 'gone') return 'gone';
      await sleep(SPACING);
    }
    notified = notifies;
    if (one.kind === 'end') {
      if ((await flush()) !== 'gone') output.end();
      return one;
    }
    parts.push(wireBytes(one));
  }
  return (await flush()) === 'gone' ? 'gone' : 'more';
}

/** What a client of the recorded server reads. */
export function wireBytes(said: Exclude<Outgoing, ServerEnd>): Uint8Array {
  return said.kind === 'bytes' ? said.bytes : bytesToSay(said);
}

/** A message as a line; what was sent over HTTP may have line ends, which in JSON are white space. */
function bytesToSay({ text, eof }: OutgoingMessage): Uint8Array {
  const line = text.replaceAll('\n', ' ');
  return Buffer.from(eof ? line : `${line}\n`);
}

/** What is said later than it is due, because of a fault. */
interface Late {
  /** Aborted when no more is said. */
  readonly signal: AbortSignal;
  add(delay: number, say: () => void): void;
  /** Resolves when all of it was said. */
  said(): Promise<void>;
  /** Says no more. */
  stop(): void;
}

function createLate(left: AbortSignal): Late {
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, left]);
  const waiting: Promise<void>[] = [];
  return {
    signal,
    add(delay, say) {
      waiting.push(sleep(delay, undefined, { signal }).then(say, () => {}));
    },
    async said() {
      await Promise.all(waiting);
    },
    stop: () => stopped.abort(),
  };
}

export function runningHash(): Hash {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}
