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
import type { Outgoing, OutgoingMessage } from './speak.ts';
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
  report(): ReplayReport;
  transcript(): Transcript;
  /** Stops reading, and ends as if the client had closed its side. */
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
  const done = serve(player, input, output).then(async () => {
    await passOn?.close();
    const report = player.report();
    onReport?.(report);
    return report;
  });
  const close = async (): Promise<void> => {
    input.destroy();
    await done;
  };
  return {
    done,
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

async function serve(player: Player, input: Readable, output: Writable): Promise<void> {
  // A client that no longer reads has gone; its side of the input tells the same.
  const gone = new Promise<'gone'>((resolve) => {
    output.on('error', () => resolve('gone'));
    output.on('close', () => resolve('gone'));
  });
  const late = createLate();
  const say = (said: readonly Outgoing[]) => Promise.race([write(said, output, late), gone]);
  const framer = clientFramer();
  try {
    if ((await say(player.start())) !== 'more') return;
    for await (const lines of framesOf(input, framer)) {
      const said = lines.flatMap(({ bytes }) => player.receiveText(utf8(bytes) ?? '\ufffd'));
      if ((await say(said)) !== 'more') return;
    }
    await Promise.race([late.said(), gone]);
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

/** Writes in order; waits where the reader is slow. `over`: the recorded server ended. */
async function write(
  said: readonly Outgoing[],
  output: Writable,
  late: Late,
): Promise<'more' | 'over'> {
  let parts: Uint8Array[] = [];
  let notified = false;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(parts);
    parts = [];
    if (bytes.length > 0 && !output.write(bytes)) await once(output, 'drain');
  };
  for (const one of said) {
    if (one.kind === 'message' && one.delay !== undefined) {
      late.add(one.delay, () => output.write(bytesToSay(one)));
      continue;
    }
    const notifies = one.kind === 'message' && one.notifies;
    if (notified && !notifies) {
      await flush();
      await sleep(SPACING);
    }
    notified = notifies;
    if (one.kind === 'end') {
      await flush();
      output.end();
      return 'over';
    }
    parts.push(wireBytes(one));
  }
  await flush();
  return 'more';
}

/** What a client of the recorded server reads. */
export function wireBytes(said: Exclude<Outgoing, { kind: 'end' }>): Uint8Array {
  return said.kind === 'bytes' ? said.bytes : bytesToSay(said);
}

/** A message as a line; what was sent over HTTP may have line ends, which in JSON are white space. */
function bytesToSay({ text, eof }: OutgoingMessage): Uint8Array {
  const line = text.replaceAll('\n', ' ');
  return Buffer.from(eof ? line : `${line}\n`);
}

/** What is said later than it is due, because of a fault. */
interface Late {
  add(delay: number, say: () => void): void;
  /** Resolves when all of it was said. */
  said(): Promise<void>;
  /** Says no more. */
  stop(): void;
}

function createLate(): Late {
  const stopped = new AbortController();
  const waiting: Promise<void>[] = [];
  return {
    add(delay, say) {
      const { signal } = stopped;
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
