/** The recorded lines of a client, as they are sent again: one text with its messages. */
import { reference } from '../../model/entry.ts';
import type { Call } from '../../model/session.ts';
import type { RecordedSession } from '../recorded.ts';
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
export function linesOf(script: Script): ClientLine[] {
  const { session, client } = script;
  const texts = new Map(
    session.entries.flatMap((entry) => (entry.type === 'message' ? [[entry.seq, entry.text]] : [])),
  );
  const bySeq = new Map<number, ClientItem[]>();
  for (const item of client) {
    const known = bySeq.get(item.ref.seq);
    if (known) known.push(item);
    else bySeq.set(item.ref.seq, [item]);
  }
  const said = [...bySeq].map(([seq, items]) => ({
    seq,
    reference: reference(session.session.id, seq),
    text: texts.get(seq) ?? '',
    items,
    calls: items.filter(isRequest).map(({ call }) => call),
    answers: items.filter(isAnswer).map(({ call }) => call),
    cancels: items.flatMap(({ message, call }) => (call && isCancel(message) ? [call] : [])),
  }));
  return [...said, ...closingLines(script)].sort((a, b) => a.seq - b.seq);
}

/**
 * Requests of the stateless era that were given up by closing their exchange, as the line that says
 * so on a pipe; over HTTP closing is how it is done again.
 */
function closingLines({ session, client }: Script): ClientLine[] {
  const said = new Set(client.flatMap(({ message, call }) => (isCancel(message) ? call : [])));
  return session.session.calls.flatMap((call): ClientLine[] => {
    if (call.from !== 'client' || !call.cancelled || said.has(call)) return [];
    const { seq } = call.cancelled;
    const params = { requestId: call.id };
    const text = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    const name = reference(session.session.id, seq);
    return [{ seq, reference: name, text, items: [], calls: [], answers: [], cancels: [call] }];
  });
}

/** Lines of the client that were recorded but are no messages, and are not sent again. */
export function unsendable({ entries }: RecordedSession): string[] {
  return entries.flatMap((entry) =>
    entry.type === 'frame' && entry.from === 'client' && entry.why !== 'empty'
      ? [reference(entry.session, entry.seq)]
      : [],
  );
}
