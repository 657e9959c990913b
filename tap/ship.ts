/**
 * Ships a session to the collector, from its journal and never from the forwarding path.
 *
 * A collector that is absent, hung, slow or refusing costs the traffic nothing: lines stay in the
 * journal, memory stays bounded, and shipping goes on from the last acknowledgement. What is not
 * acknowledged at the end stays in the journal, and the next collector takes it in.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Link } from './collector-link.ts';
import { findSocket } from './collector-place.ts';
import type { JournalFile } from './journal-file.ts';
import type { JournalReader } from './journal-reader.ts';
import type { LiveSession } from './otlp/live-spans.ts';

export interface Shipping {
  /** The journal has grown. */
  grown(): void;
  /**
   * Ships what is left, and waits at most so many ms for the last acknowledgement, and only if
   * connected. Whether everything is durable.
   */
  finish(within: number): Promise<boolean>;
}

export interface ShippingOptions {
  readonly session: string;
  readonly state: string;
  readonly journal: JournalFile;
  /** The last place given to an entry. */
  readonly lastSeq: () => number;
  /** The journal is wanted whole in the end, so what is acknowledged stays in it. */
  readonly keepsAll: boolean;
  /** Who reads it besides. */
  readonly live: Pick<LiveSession, 'isRead' | 'restarted'> | undefined;
}

/** First and longest pause between two attempts to connect, in ms. */
const PAUSES = { first: 250, longest: 1000 };
/** So many bytes are read and sent at once. */
const BATCH = 256 << 10;
/** So many bytes may wait for a collector that reads slowly. */
const UNREAD = 1 << 20;
/** Lines that come within this time travel together, in ms. */
const TOGETHER = 25;
/** A journal of this size begins anew once all of it is acknowledged: sessions live for days. */
const LONG = 16 << 20;

/** Starts shipping in a later turn. */
export function startShipping(options: ShippingOptions): Shipping {
  const { session, state, journal, lastSeq, keepsAll, live } = options;
  const over = new AbortController();
  const bell = createBell();
  let link: Link | undefined;
  let isEnding = false;

  const connectAndShip = async (): Promise<void> => {
    let pause = PAUSES.first;
    while (!over.signal.aborted) {
      // What goes wrong here is not the traffic's concern: the journal keeps everything.
      if (await connectOnce().catch(() => false)) pause = PAUSES.first;
      await rest(pause, over.signal);
      pause = Math.min(2 * pause, PAUSES.longest);
    }
  };

  /** Ships over one connection until it ends; whether there was one. */
  const connectOnce = async (): Promise<boolean> => {
    const path = await findSocket(state);
    if (path === undefined) return false;
    // Without a collector none of this is ever loaded.
    const [{ openLink }, { readGrowing }] = await Promise.all([
      import('./collector-link.ts'),
      import('./journal-reader.ts'),
    ]);
    link = await openLink({ path, state, session, onChange: bell.ring });
    if (!link) return false;
    const reader = await readGrowing(journal.path);
    reader.goBehind(link.acknowledged);
    await shipOver(link, reader).finally(() => reader.close());
    return true;
  };

  const shipOver = async (open: Link, reader: JournalReader): Promise<void> => {
    const { generation } = journal;
    while (open.isOpen && journal.generation === generation && !over.signal.aborted) {
      const lines = open.waiting > UNREAD ? [] : await reader.next(BATCH);
      if (lines.length > 0) {
        open.send(lines);
        continue;
      }
      const isNeeded = keepsAll || !(live?.isRead(lastSeq()) ?? true);
      if (!isNeeded && journal.size > LONG && open.acknowledged === lastSeq()) {
        journal.restart();
        reader.goBehind(open.acknowledged);
        live?.restarted(open.acknowledged);
      }
      await bell.next();
      if (!isEnding) await rest(TOGETHER, over.signal);
    }
    open.close();
  };

  setImmediate(() => void connectAndShip()).unref();
  return {
    grown: bell.ring,
    async finish(within) {
      isEnding = true;
      const until = performance.now() + within;
      const isDone = (): boolean => (link?.acknowledged ?? -1) >= lastSeq();
      bell.ring();
      while (link?.isOpen && !isDone() && performance.now() < until) await delay(5);
      over.abort();
      bell.ring();
      link?.close();
      return isDone();
    },
  };
}

/** Waits, but keeps no process alive for it. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ref: false, signal }).catch(() => {});
}

interface Bell {
  ring(): void;
  /** Resolves with the next ring, or at once when it rang since the last one. */
  next(): Promise<void>;
}

function createBell(): Bell {
  let rang = false;
  let answer: (() => void) | undefined;
  return {
    ring() {
      rang = true;
      answer?.();
      answer = undefined;
    },
    async next() {
      if (!rang) {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      }
      rang = false;
    },
  };
}
