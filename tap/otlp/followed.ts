/** One session, followed through its journal while it is written: its spans, sent as they are complete. */
import { type Entry, lastSeq } from '../../model/entry.ts';
import { decodeEntry } from '../../model/line.ts';
import { resourceOf } from '../../model/otel/attributes.ts';
import { seqOf } from '../../model/otel/confirmed.ts';
import { type Payloads, type UrlOf, urlIn } from '../../model/otel/options.ts';
import type { Attributes, Span } from '../../model/otel/span.ts';
import { createSpanStream } from '../../model/otel/span-stream.ts';
import { type JournalReader, readGrowing } from '../journal-reader.ts';
import { collectorAddress } from '../running-collector.ts';
import { type Confirming, createConfirming } from './confirming.ts';
import type { Following, Said } from './live-spans.ts';
import type { Outgoing, Sender } from './sender.ts';

export interface Followed {
  /** The journal has grown. */
  grown(): void;
  /** The journal was emptied, behind this entry. */
  restarted(seq: number): void;
  /** Reads the rest and sends it, until it was taken or will not be soon: whether all was taken. */
  finish(): Promise<boolean>;
}

export interface Means {
  readonly sender: Sender;
  readonly payloads: Payloads | undefined;
  /** A span as it is sent, with what is known of its session. */
  readonly outgoing: (span: Span, resource: Attributes) => Omit<Outgoing, 'settle'>;
  /** Tells what was confirmed. */
  readonly tell: (said: Said) => void;
}

/** So many bytes are read at once. */
const PIECE = 64 << 10;
/** How often a session that goes on tells what was confirmed, in ms: each time is an entry. */
const TOLD_EVERY = 5000;

export function follow({ id, state, path, readTo }: Following, means: Means): Followed {
  const { sender, outgoing, tell, payloads } = means;
  let urlOf: UrlOf | undefined;
  const stream = createSpanStream(id, { payloads, urlOf: (message) => urlOf?.(message) });
  const confirming = createConfirming();
  let reader: JournalReader | undefined;
  let upTo = 0;
  let restart: number | undefined;
  let isOver = false;
  let reading = Promise.resolve();

  const say = (): void => {
    const open = [...stream.open].map(({ request }) => request.seq);
    tell({ id, ...confirming.said(upTo, isOver ? open : [0, ...open]) });
  };
  const saySoon = atMostEvery(TOLD_EVERY, say);
  const settle = (seq: number, isTaken: boolean): void => {
    if (isTaken) confirming.taken(seq);
    else confirming.leftOut(seq);
    if (isTaken && !isOver) saySoon();
  };
  const send = (spans: readonly Span[]): void => {
    const resource = spans.length === 0 ? {} : resourceOf(stream.session);
    for (const span of spans) {
      const seq = seqOf(span);
      confirming.waits(seq);
      if (sender.isFull && sender.isFailing) confirming.leftOut(seq);
      else sender.add({ ...outgoing(span, resource), settle: (taken) => settle(seq, taken) });
    }
  };
  const take = (entry: Entry): void => {
    send(stream.take(entry));
    upTo = lastSeq(entry);
    Atomics.store(readTo, 0, upTo);
  };
  const read = async (): Promise<void> => {
    reader ??= await readGrowing(path);
    for (;;) {
      if (restart !== undefined) reader.goBehind(restart);
      restart = undefined;
      // The journal keeps what waits for a healthy endpoint.
      while (sender.isFull && !sender.isFailing) await sender.change();
      const lines = await reader.next(PIECE);
      if (lines.length === 0) return;
      // Collectors come and go while a session lasts.
      urlOf = pageOf(state);
      for (const line of lines) {
        const decoded = decodeEntry(utf8.decode(line));
        if (decoded.ok) take(decoded.entry);
      }
    }
  };
  const readMore = (): void => {
    // There is no journal yet, or none any more.
    reading = reading.then(read).catch(() => {});
  };

  return {
    grown: readMore,
    restarted(seq) {
      restart = seq;
    },
    async finish() {
      readMore();
      await reading;
      isOver = true;
      send(stream.finish());
      await flush(sender, confirming, say);
      await reader?.close();
      return confirming.isAll;
    },
  };
}

const utf8 = new TextDecoder();

/** The page of the collector that runs now. */
function pageOf(state: string): UrlOf | undefined {
  const address = collectorAddress(state);
  return address === undefined ? undefined : urlIn(address);
}

/** Tells after each answer, since the last of them may come too late. */
async function flush(sender: Sender, confirming: Confirming, say: () => void): Promise<void> {
  sender.hurry();
  while (confirming.waiting > 0 && !sender.isRetrying) {
    await sender.change();
    say();
    if (sender.isFailing) break;
  }
  say();
}

function atMostEvery(ms: number, act: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      act();
    }, ms);
  };
}
