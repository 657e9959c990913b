/**
 * Live spans: a thread of their own reads what a tap records and sends the spans of what is over.
 *
 * The traffic pays for a bell and no more: the journal is the queue. An endpoint that is absent,
 * slow or refusing costs it nothing either; what was not sent in time is left to whoever exports the
 * recording, which says what was confirmed. The SDK is loaded in the thread, and by nobody else.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { LiveSpans as Head, SpansConfirmed } from '../../model/entry.ts';
import type { Payloads } from '../../model/otel/options.ts';
import type { JournalFile } from '../journal-file.ts';
import { printable } from '../printable.ts';
import { reasonOf } from '../system-error.ts';
import type { Told } from './sender.ts';
import { type OtlpOptions, senderEnvironment, tracesUrl } from './settings.ts';

export interface LiveSpans {
  /** What sessions say of it in their opening entry. */
  readonly head: Head;
  follow(session: FollowedSession): LiveSession;
}

export interface FollowedSession {
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** Its state folder, whose collector has the page. */
  readonly state: string;
  readonly journal: JournalFile;
  /** Called now and then while the session goes on. */
  readonly onConfirmed: (spans: SpansConfirmed) => void;
}

export interface LiveSession {
  /** The journal has grown. */
  grown(): void;
  /** Whether the thread needs nothing of the journal up to this entry any more. */
  isRead(seq: number): boolean;
  /** The journal was emptied, behind this entry. */
  restarted(seq: number): void;
  /** Nothing more is recorded: what was confirmed in the end. Takes at most so many ms. */
  finish(within: number): Promise<SpansConfirmed | undefined>;
}

/** A session as its thread gets it; `readTo` holds the last entry that was read. */
export interface Following {
  readonly id: string;
  readonly state: string;
  readonly path: string;
  readonly readTo: Int32Array;
}

export type ToThread =
  | { readonly kind: 'follow'; readonly session: Following }
  | { readonly kind: 'grown' | 'finish' | 'leave'; readonly id: string }
  | { readonly kind: 'restarted'; readonly id: string; readonly seq: number };

/** What the thread says of a session. */
export type Said = { readonly id: string } & Omit<SpansConfirmed, 'endpoint'>;

export type FromThread =
  | { readonly kind: 'confirmed'; readonly said: Said }
  | { readonly kind: 'finished'; readonly id: string; readonly isAll: boolean }
  | { readonly kind: 'told'; readonly told: Told };

/** Entries that come within this time are read together, in ms. */
const TOGETHER = 25;
/** What the thread may take, in MiB; without it everything else goes on. */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

/** What all sessions of the thread have in common. */
export interface Setting {
  readonly version: string;
  readonly payloads: Payloads | undefined;
}

export interface LiveSpansOptions {
  readonly otlp: OtlpOptions;
  /** The version of wiretape. */
  readonly version: string;
  /** Tells the user one line. */
  readonly say: (line: string) => void;
}

/** What is heard of one session. */
interface Heard {
  confirmed(said: Said): void;
  over(isAll: boolean): void;
}

interface Thread {
  readonly sessions: Map<string, Heard>;
  /** It is no more. */
  readonly isBroken: boolean;
  /** The user knows that the endpoint takes no spans. */
  readonly isTold: boolean;
  post(message: ToThread): void;
}

export function createLiveSpans(options: LiveSpansOptions): LiveSpans {
  const { otlp, say } = options;
  const endpoint = tracesUrl(otlp).origin;
  const thread = createThread(options, endpoint);
  return {
    head: { endpoint, parent: otlp.parent ?? 'remote' },
    follow: (session) => followIn(thread, session, { endpoint, say }),
  };
}

/** The thread begins with the first message to it. */
function createThread({ otlp, version, say }: LiveSpansOptions, endpoint: string): Thread {
  const sessions = new Map<string, Heard>();
  let worker: Worker | undefined;
  let isBroken = false;
  let isTold = false;

  const tell = (told: Told): void => {
    say(sentence(told, endpoint));
    if (told.kind !== 'rejecting') isTold = told.kind === 'failing';
  };
  const breakOff = (error: unknown): void => {
    isBroken = true;
    say(`Spans are not sent any more: ${plain(reasonOf(error))}. ${KEPT} ${CODE}`);
    for (const session of sessions.values()) session.over(false);
  };
  const hear = (message: FromThread): void => {
    if (message.kind === 'told') tell(message.told);
    else if (message.kind === 'confirmed') sessions.get(message.said.id)?.confirmed(message.said);
    else sessions.get(message.id)?.over(message.isAll);
  };
  return {
    sessions,
    get isBroken() {
      return isBroken;
    },
    get isTold() {
      return isTold || isBroken;
    },
    post(message) {
      if (isBroken) return;
      worker ??= startThread(otlp, version).on('message', hear).on('error', breakOff);
      worker.postMessage(message);
    },
  };
}

function followIn(
  thread: Thread,
  { id, name, state, journal, onConfirmed }: FollowedSession,
  { endpoint, say }: { readonly endpoint: string; readonly say: (line: string) => void },
): LiveSession {
  const readTo = new Int32Array(new SharedArrayBuffer(4));
  const { generation } = journal;
  let resolveOver = (_isAll: boolean): void => {};
  const over = new Promise<boolean>((resolve) => {
    resolveOver = resolve;
  });
  let last: SpansConfirmed | undefined;
  let bell: NodeJS.Timeout | undefined;
  const is = { followed: false, left: false, ending: false };

  const ring = (kind: 'grown' | 'finish'): void => {
    if (is.left) return;
    const session = { id, state, path: journal.path, readTo };
    if (!is.followed) thread.post({ kind: 'follow', session });
    is.followed = true;
    // Another file took the place of one that was removed: what went with it is in no span.
    is.left = journal.generation !== generation;
    thread.post({ kind: is.left ? 'leave' : kind, id });
  };
  thread.sessions.set(id, {
    confirmed({ upTo, without }) {
      last = { endpoint, upTo, without };
      if (!is.ending) onConfirmed(last);
    },
    over: resolveOver,
  });
  return {
    grown() {
      bell ??= setTimeout(() => {
        bell = undefined;
        ring('grown');
      }, TOGETHER).unref();
    },
    isRead: (seq) => thread.isBroken || is.left || Atomics.load(readTo, 0) >= seq,
    restarted: (seq) => thread.post({ kind: 'restarted', id, seq }),
    async finish(withinMs) {
      is.ending = true;
      clearTimeout(bell);
      ring('finish');
      const isOver = thread.isBroken || is.left;
      const isAll = !isOver && (await within(withinMs, over));
      thread.sessions.delete(id);
      if (!isAll && !thread.isTold) {
        say(`Not all spans of ${name} were sent to ${endpoint}. ${KEPT} ${CODE}`);
      }
      return last;
    },
  };
}

/** What is answered in time; false when nothing is. */
async function within(ms: number, answer: Promise<boolean>): Promise<boolean> {
  const bound = new AbortController();
  const late = delay(ms, false, { signal: bound.signal }).catch(() => false);
  return await Promise.race([answer, late]).finally(() => bound.abort());
}

function startThread(otlp: OtlpOptions, version: string): Worker {
  const file = import.meta.url.endsWith('.ts') ? './span-thread.ts' : './span-thread.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { version, payloads: otlp.payloads } satisfies Setting,
    // It knows what it is told and nothing else of our environment, and writes to no stream of ours.
    env: senderEnvironment(otlp),
    stdout: true,
    stderr: true,
    resourceLimits: MEMORY,
  });
  worker.unref();
  return worker;
}

const KEPT = 'What is recorded has them.';
const CODE = '[otlp-failed]';

function sentence(told: Told, endpoint: string): string {
  const { reason = '' } = told;
  const why = reason === '' ? '' : `: ${plain(reason)}`;
  if (told.kind === 'rejecting') {
    if (told.count === 0) return `${endpoint} takes spans, with a warning${why}.`;
    const spans = `${told.count} ${told.count === 1 ? 'span' : 'spans'}`;
    return `${endpoint} has rejected ${spans}${why}. ${KEPT} ${CODE}`;
  }
  if (told.kind === 'working') return `${endpoint} takes spans again.`;
  return `${endpoint} takes no spans${why}. ${KEPT} ${CODE}`;
}

/** Words of an endpoint, on one line of a terminal. */
function plain(words: string): string {
  return printable(words.slice(0, 400));
}
