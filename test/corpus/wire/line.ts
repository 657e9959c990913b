/**
 * Lines: what lies between a client and a server, with the tap in it. Here the pipes of a process.
 *
 * Each pipe keeps its order, and each message takes its time to the tap and on to its reader, so that
 * what the tap saw first need not be what a reader knew first.
 */
import type { Chance, Clock } from '../acts.ts';
import type { Mark, Recorder } from './recorder.ts';

export type Body = { readonly [key: string]: unknown };

/** Where a server answers one request. */
export interface Reply {
  send(message: Body, mark?: Mark): void;
  /** Nothing more comes for this request. */
  end(): void;
  /** The connection goes without an answer, where there is one of its own. */
  break(): void;
  /** The client reads it no more. */
  readonly isClosed: boolean;
}

export interface ServerSide {
  receive(message: Body, reply: Reply, line: Line): void;
}

export interface Line {
  readonly transport: 'stdio' | 'http';
  /** From the client; the reply is where its answer will come. */
  send(message: Body, mark: Mark): { abandon(): void };
  /** From the server, about no request of the client's. */
  push(message: Body, mark?: Mark): void;
  /** Who hears what comes for the client. */
  onMessage(hear: (message: Body, mark: Mark) => void): void;
  close(): void;
}

export interface LineParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly recorder: Recorder;
  readonly server: ServerSide;
}

/** One direction of a pipe: what is written first is read first. */
export function orderedPipe(clock: Clock): (micros: number, then: () => void) => void {
  let last = 0;
  return (micros, then) => {
    last = Math.max(clock.now() + micros, last);
    clock.after(last - clock.now(), then);
  };
}

export function stdioLine({ clock, chance, recorder, server }: LineParts): Line {
  let hear: (message: Body, mark: Mark) => void = () => {};
  const [toTap, toServer] = [orderedPipe(clock), orderedPipe(clock)];
  const [backToTap, toClient] = [orderedPipe(clock), orderedPipe(clock)];
  let isOpen = true;
  const speak = (message: Body, mark: Mark = { session: recorder.session }): void =>
    backToTap(chance.between(20, 150), () => {
      if (!isOpen) return;
      const onward = recorder.message('server', message, {}, mark);
      toClient(onward + chance.between(20, 200), () => hear(message, mark));
    });
  const line: Line = {
    transport: 'stdio',
    send(message, mark) {
      toTap(chance.between(20, 150), () => {
        if (!isOpen) return;
        const onward = recorder.message('client', message, {}, mark);
        const reply: Reply = { send: speak, end() {}, break() {}, isClosed: false };
        toServer(onward + chance.between(20, 300), () => server.receive(message, reply, line));
      });
      return { abandon: () => {} };
    },
    push: speak,
    onMessage: (heard) => {
      hear = heard;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      recorder.put({ draft: (at) => ({ type: 'exit', at, code: 0, signal: null }) });
      recorder.put({ draft: (at) => ({ type: 'end', at, reason: 'exit' }) });
    },
  };
  return line;
}
