/**
 * The live feed: says which sessions changed, at most ten times a second, and whether it is connected.
 * The first message is the token, since a WebSocket carries no header. It reconnects by itself, ever
 * more slowly; what happened meanwhile is for its user to fetch, who is told by `onOpen`.
 */
import type { LiveMessage } from '../model/api.ts';
import type { Api } from './api.ts';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;

export type LiveState = 'connecting' | 'connected' | 'lost';

export interface Live {
  readonly state: LiveState;
  /** Another number whenever something may have been explored: then findings may be other ones. */
  readonly explored: number;
  close(): void;
}

export interface LiveOptions {
  readonly api: Api;
  readonly onOpen: () => void;
  readonly onMessage: (message: LiveMessage) => void;
}

export function createLive({ api, onOpen, onMessage }: LiveOptions): Live {
  let state = $state<LiveState>('connecting');
  let explored = $state(0);
  let pause = FIRST_PAUSE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | undefined;
  let closed = false;

  function connect(): void {
    socket = new WebSocket(api.live);
    socket.addEventListener('open', () => {
      socket?.send(api.token);
      state = 'connected';
      pause = FIRST_PAUSE;
      explored++;
      onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      const message = parse(data);
      if (message?.explored) explored++;
      if (message) onMessage(message);
    });
    socket.addEventListener('close', () => {
      if (closed) return;
      state = 'lost';
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  }

  connect();
  return {
    get state() {
      return state;
    },
    get explored() {
      return explored;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

function parse(data: unknown): LiveMessage | undefined {
  try {
    const {
      changed = [],
      removed = [],
      ...more
    } = JSON.parse(String(data)) as Partial<LiveMessage>;
    return { changed, removed, ...more };
  } catch {
    return undefined;
  }
}
