/**
 * Sends spans in batches, one after the other, until they are taken or refused for ever.
 *
 * The queue of the SDK drops what it cannot hold and says nothing; here who adds spans asks first
 * whether there is room, and is told of each what became of it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { PartialSuccess } from '../../model/otel/partial-success.ts';
import type { Answer, Exporter } from './exporter.ts';

export interface Outgoing {
  readonly span: ReadableSpan;
  /** About how many characters its texts have. */
  readonly size: number;
  readonly settle: (isTaken: boolean) => void;
}

/** What the user is told: that the endpoint takes no spans, that it takes some again, how many it has rejected. */
export type Told =
  | { readonly kind: 'failing' | 'working'; readonly reason?: string }
  | { readonly kind: 'rejecting'; readonly reason: string; readonly count: number };

export interface Sender {
  /** Nothing more should be added. */
  readonly isFull: boolean;
  /** The last answer was none, or that nothing was taken. */
  readonly isFailing: boolean;
  /** The exporter waits to try the same again. */
  readonly isRetrying: boolean;
  add(one: Outgoing): void;
  /** Sends what waits at once, for the last time before its session ends. */
  hurry(): void;
  /** The exporter tries again what was not taken. */
  retrying(reason: string): void;
  /** A session is over: what was rejected since it was last told is told. */
  over(): void;
  /** Resolves when something was taken or refused, or the endpoint failed again. */
  change(): Promise<void>;
}

/** What an endpoint is given at once, what may wait, and how long spans wait for others, in ms. */
const BATCH = { spans: 512, size: 2 << 20 };
const QUEUE = { spans: 16_384, size: 32 << 20 };
const TOGETHER = 200;
/** First and longest pause after a failure, in ms. */
const PAUSES = { first: 1000, longest: 30_000 };

/** `tell` is called when the state of the endpoint changes. */
export function createSender(exporter: Exporter, tell: (told: Told) => void): Sender {
  const queue: Outgoing[] = [];
  const health = createHealth(tell);
  const changes = createChanges();
  let size = 0;
  let urgent = 0;
  let isRunning = false;
  let isRetrying = false;
  let waiting: AbortController | undefined;
  let isGathering = false;

  /** Waits for more, or for better times, unless somebody is in a hurry. */
  const wait = async (ms: number): Promise<void> => {
    waiting = new AbortController();
    await delay(ms, undefined, { signal: waiting.signal }).catch(() => {});
  };
  const gather = async (): Promise<void> => {
    isGathering = true;
    await wait(TOGETHER);
    isGathering = false;
  };
  const settle = (batch: readonly Outgoing[], isTaken: boolean): void => {
    queue.splice(0, batch.length);
    urgent -= batch.length;
    for (const one of batch) {
      size -= one.size;
      one.settle(isTaken);
    }
  };
  const react = async (batch: readonly Outgoing[], answer: Answer): Promise<void> => {
    health.after(answer);
    if (answer.kind !== 'later') settle(batch, answer.kind === 'taken');
    changes.ring();
    if (answer.kind === 'later') await wait(Math.max(answer.after ?? 0, health.pause()));
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    while (queue.length > 0) {
      if (queue.length < BATCH.spans && urgent <= 0) await gather();
      const batch = firstOf(queue);
      const answer = await exporter.send(batch.map(({ span }) => span));
      isRetrying = false;
      await react(batch, answer);
    }
    isRunning = false;
  };

  return {
    get isFull() {
      return queue.length >= QUEUE.spans || size >= QUEUE.size;
    },
    get isFailing() {
      return health.isFailing;
    },
    get isRetrying() {
      return isRetrying;
    },
    add(one) {
      queue.push(one);
      size += one.size;
      if (!isRunning) void run();
      else if (isGathering && queue.length >= BATCH.spans) waiting?.abort();
    },
    hurry() {
      urgent = queue.length;
      waiting?.abort();
    },
    retrying(reason) {
      isRetrying = true;
      health.fail(reason);
      changes.ring();
    },
    over: health.over,
    change: changes.next,
  };
}

/** Whether the endpoint takes spans; told when that changes. */
function createHealth(tell: (told: Told) => void) {
  let isFailing = false;
  let pause = PAUSES.first;
  const rejected = createRejected(tell);
  const fail = (reason: string): void => {
    if (!isFailing) tell({ kind: 'failing', reason });
    isFailing = true;
  };
  return {
    get isFailing() {
      return isFailing;
    },
    fail,
    over: rejected.over,
    after(answer: Answer) {
      if (answer.kind !== 'taken') return fail(answer.reason);
      if (isFailing) tell({ kind: 'working' });
      if (answer.partly) rejected.more(answer.partly);
      isFailing = false;
      pause = PAUSES.first;
    },
    /** How long to wait now, in ms. */
    pause() {
      const now = pause;
      pause = Math.min(2 * pause, PAUSES.longest);
      return now;
    },
  };
}

/** Told at first, in the end, and of a tap with many ends whenever it is twice as much. */
function createRejected(tell: (told: Told) => void) {
  let count = 0;
  let told: number | undefined;
  let ends = 0;
  let reason = '';
  const say = (): void => {
    told = count;
    tell({ kind: 'rejecting', count, reason });
  };
  return {
    more({ rejected, message }: PartialSuccess) {
      count += rejected;
      reason = message;
      if (told === undefined) say();
    },
    over() {
      if (told !== undefined && count > told && (ends === 0 || count >= 2 * told)) say();
      ends++;
    },
  };
}

function createChanges() {
  const waiters = new Set<() => void>();
  return {
    ring() {
      for (const resolve of waiters) resolve();
      waiters.clear();
    },
    next: () =>
      new Promise<void>((resolve) => {
        waiters.add(resolve);
      }),
  };
}

/** As many as go at once; at least one. */
function firstOf(queue: readonly Outgoing[]): readonly Outgoing[] {
  let size = 0;
  const end = queue.findIndex((one, at) => {
    size += one.size;
    return at > 0 && (at >= BATCH.spans || size > BATCH.size);
  });
  return queue.slice(0, end === -1 ? queue.length : end);
}
