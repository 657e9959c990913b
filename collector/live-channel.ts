/** One page's live connection: its token first, then which sessions change, as fast as it reads. */
import type { RawData, WebSocket } from 'ws';
import type { LiveMessage } from '../model/api.ts';
import type { SessionSummary } from '../model/summary.ts';
import { CLOSE } from './ingest-channel.ts';
import { type Live, namedOf } from './live.ts';

/** In ms, for the token to come. */
const TOKEN_PATIENCE = 5000;
/** While so many bytes wait to be read, changes are gathered, and only their newest state is sent. */
const UNREAD = 256 << 10;

/** `liveOf`: what a token may listen to; undefined when it may not read. */
export function servePage(socket: WebSocket, liveOf: (token: string) => Live | undefined): void {
  const changed = new Map<string, SessionSummary>();
  const removed = new Set<string>();
  const traces = new Set<string>();
  /** Spans came of more traces than were named. */
  let more = false;
  let wrapped: LiveMessage['wrapped'];
  let explored: LiveMessage['explored'];
  let unsubscribe: (() => void) | undefined;
  const timer = setTimeout(() => socket.close(CLOSE.unauthorised, 'no token came'), TOKEN_PATIENCE);

  const send = (): void => {
    if (socket.readyState !== socket.OPEN || socket.bufferedAmount > UNREAD) return;
    const lists = { changed: [...changed.values()], removed: [...removed] };
    const message: LiveMessage = {
      ...lists,
      ...(wrapped && { wrapped }),
      ...(explored && { explored }),
      ...((more || traces.size > 0) && { traces: more ? [] : namedOf(traces) }),
    };
    changed.clear();
    removed.clear();
    traces.clear();
    more = false;
    [wrapped, explored] = [undefined, undefined];
    socket.send(JSON.stringify(message), () => {
      if (changed.size + removed.size + traces.size > 0 || more || wrapped || explored) send();
    });
  };

  socket.on('message', (data: RawData) => {
    if (unsubscribe) return socket.close(CLOSE.unreadable, 'only the token is expected');
    clearTimeout(timer);
    const live = liveOf(String(data));
    if (!live) return socket.close(CLOSE.unauthorised, 'the token does not allow reading');
    unsubscribe = live.subscribe((message) => {
      for (const summary of message.changed) changed.set(summary.id, summary);
      for (const id of message.removed) {
        changed.delete(id);
        removed.add(id);
      }
      wrapped = message.wrapped ?? wrapped;
      explored = message.explored ?? explored;
      more ||= message.traces?.length === 0;
      for (const trace of message.traces ?? []) traces.add(trace);
      send();
    });
    // Tells the page that it will miss nothing from here on.
    send();
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(timer);
    unsubscribe?.();
  });
}
