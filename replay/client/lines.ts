/** The recorded lines of a client, as they are sent again: one text with its messages. */
import { reference } from '../../model/entry.ts';
import type { Call } from '../../model/session.ts';
import { type ClientItem, isAnswer, isCancel, isRequest, type Script } from '../script.ts';

export interface ClientLine {
  readonly seq: number;
  readonly reference: string;
  /** As it was recorded. */
  readonly text: string;
  readonly items: readonly ClientItem[];
  /** The requests in it. */
  readonly calls: readonly Call[];
  /** The requests of the server that it answers. */
  readonly answers: readonly Call[];
  /** The requests that it gives up. */
  readonly cancels: readonly Call[];
}

/** The lines of a client in recorded order; lines that were no message are none. */
export function linesOf({ session, client }: Script): ClientLine[] {
  const texts = new Map(
    session.entries.flatMap((entry) => (entry.type === 'message' ? [[entry.seq, entry.text]] : [])),
  );
  const bySeq = new Map<number, ClientItem[]>();
  for (const item of client) {
    const known = bySeq.get(item.ref.seq);
    if (known) known.push(item);
    else bySeq.set(item.ref.seq, [item]);
  }
  return [...bySeq].map(([seq, items]) => ({
    seq,
    reference: reference(session.session.id, seq),
    text: texts.get(seq) ?? '',
    items,
    calls: items.filter(isRequest).map(({ call }) => call),
    answers: items.filter(isAnswer).map(({ call }) => call),
    cancels: items.flatMap(({ message, call }) => (call && isCancel(message) ? [call] : [])),
  }));
}

/** Lines of the client that were recorded but are no messages, and are not sent again. */
export function unsendable({ session }: Script): string[] {
  return session.entries.flatMap((entry) =>
    entry.type === 'frame' && entry.from === 'client' && entry.why !== 'empty'
      ? [reference(entry.session, entry.seq)]
      : [],
  );
}
