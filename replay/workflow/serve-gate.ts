/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The gate on a socket: stand-in processes connect to it, and only pass on what they hear. The
 * players are here, so that one process sees all of the workflow.
 */
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import { utf8 } from '../../model/text.ts';
import { SessionChoice } from '../recorded.ts';
import type { ServerEnd } from '../speak.ts';
import { clientFramer, SPACING, wireBytes } from '../stand-in.ts';
import type { Ear } from '../transport.ts';
import { createFrames, encodeFrame, type Frame } from './frames.ts';
import type { Play, Seat } from './play.ts';
import type { Pace } from './queue.ts';

export interface GateServer {
  /** Resolves when no stand-in is connected, at the latest after so many milliseconds. */
  left(patience: number): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GateOptions {
  readonly play: Pick<Play, 'take'>;
  /** Where to listen; nothing is there yet. */
  readonly socket: string;
  /** Puts a real server in the place of a recorded one. */
  readonly seatFor?: (seat: Seat) => Seat;
}

/** A stand-in sends no more at a time. */
const LONGEST_FRAME = 1 << 20;

/** Rejects with the system's error when it cannot listen there. */
export async function serveGate({ play, socket: path, seatFor }: GateOptions): Promise<GateServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, (name) => (seatFor ?? itself)(play.take(name)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  // The folder is for this user alone, and so is this.
  if (process.platform !== 'win32') await chmod(path, 0o600);
  const left = async (patience: number): Promise<void> => {
    const signal = AbortSignal.timeout(patience);
    for (const socket of sockets) {
      await once(socket, 'close', { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) {
        // What is on its way still arrives; who does not take it is not waited for.
        socket.end();
        setTimeout(() => socket.destroy(), LEAVE).unref();
      }
    });
  return { left, close, [Symbol.asyncDispose]: close };
}

/** Milliseconds that a stand-in has to leave. */
const LEAVE = 500;

const itself = (seat: Seat): Seat => seat;

/** One stand-in process, until it or the recorded server is gone. */
function serve(socket: Socket, take: (name: string) => Seat): void {
  const frames = createFrames(LONGEST_FRAME);
  const lines = clientFramer();
  const ear = earOf(socket);
  let seat: Seat | undefined;

  const hear = ({ kind, bytes }: Frame): void => {
    if (kind === 'written') ear.written();
    else if (kind === 'hello' && !seat) {
      try {
        seat = take(bytes.toString('utf8'));
      } catch (error) {
        if (!(error instanceof SessionChoice)) throw error;
        socket.end(encodeFrame('refused', Buffer.from(error.message)));
        return;
      }
      seat.open(ear);
    } else if (kind === 'bytes' && seat) say(seat, lines.push(bytes, 0, 0));
    else if (kind === 'end' && seat) {
      say(seat, lines.end());
      seat.end();
    } else if (!socket.writableEnded) socket.destroy();
  };

  socket.on('data', (chunk) => {
    const heard = frames(chunk);
    if (!heard) socket.destroy();
    for (const frame of heard ?? []) hear(frame);
  });
  // How a killed process leaves.
  socket.on('error', () => {});
  socket.on('close', () => {
    ear.gone();
    seat?.close();
  });
}

function say(seat: Seat, lines: ReturnType<ReturnType<typeof clientFramer>['end']>): void {
  for (const { bytes } of lines) seat.say(utf8(bytes) ?? '\ufffd');
}

interface SocketEar extends Ear {
  written(): void;
  gone(): void;
}

function earOf(socket: Socket): SocketEar {
  const waiting: (() => void)[] = [];
  const close = (how?: ServerEnd): void => {
    const bytes = how && Buffer.from(JSON.stringify({ code: how.code, signal: how.signal }));
    if (!socket.writableEnded) socket.end(encodeFrame('end', bytes));
  };
  return {
    hear(said) {
      if (said.kind === 'end') return close(said);
      if (socket.destroyed || socket.writableEnded) return undefined;
      const written = new Promise<void>((resolve) => waiting.push(resolve));
      socket.write(encodeFrame('bytes', wireBytes(said)));
      return written;
    },
    close: () => close(),
    written: () => waiting.shift()?.(),
    gone() {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

/**
 * Time between what two servers say, so that a host which reads them from two pipes sees which was
 * first; and see SPACING.
 */
export function spaced(): Pace {
  let earliest = 0;
  return (last, next) => {
    const notified = last.said.kind === 'message' && last.said.notifies;
    const notifies = next.said.kind === 'message' && next.said.notifies;
    const now = performance.now();
    const left = earliest - now;
    const isClose = last.place !== next.place || (notified && !notifies);
    const pause = isClose && left > 0 ? left : 0;
    earliest = now + pause + SPACING;
    return pause > 0 ? new Promise((resolve) => setTimeout(resolve, pause)) : undefined;
  };
}
