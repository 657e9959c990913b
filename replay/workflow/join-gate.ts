/** The stand-in process: what a host starts in the place of a server. It passes on, and knows nothing. */
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { ServerEnd } from '../speak.ts';
import { createFrames, encodeFrame, type Frame } from './frames.ts';

export interface JoinOptions {
  readonly socket: string;
  /** Which server to speak for: a name, or the id of a session. */
  readonly name: string;
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * over: the recorded server, or its client, is through; `end`: how the server ended by itself.
 * gone: the gate left in the middle.
 */
export type Joined =
  | { readonly how: 'over'; readonly end?: Pick<ServerEnd, 'code' | 'signal'> }
  | { readonly how: 'gone' | 'no-gate' }
  | { readonly how: 'refused'; readonly why: string };

/** More of the client is not put into one frame. */
const LONGEST_PART = 1 << 16;

/** A recorded line may be of any length. */
const LONGEST_FRAME = 0xffff_ffff;

/** Resolves when there is nothing more to pass on. */
export function joinGate({ socket: path, name, input, output }: JoinOptions): Promise<Joined> {
  const socket = connect(path);
  const frames = createFrames(LONGEST_FRAME);
  let joined: Joined = { how: 'no-gate' };

  const hear = ({ kind, bytes }: Frame): void => {
    if (kind === 'refused') joined = { how: 'refused', why: bytes.toString('utf8') };
    // Our own gate wrote it.
    if (kind === 'end') {
      joined = { how: 'over', ...(bytes.length > 0 ? { end: JSON.parse(bytes.toString()) } : {}) };
    }
    if (kind !== 'bytes') return;
    // A client that reads nothing is not listened to either.
    if (!output.write(bytes)) input.pause();
    socket.write(encodeFrame('written'));
  };

  socket.once('connect', () => {
    joined = { how: 'gone' };
    socket.write(encodeFrame('hello', Buffer.from(name)));
    input.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += LONGEST_PART) {
        socket.write(encodeFrame('bytes', chunk.subarray(at, at + LONGEST_PART)));
      }
    });
    const end = () => socket.write(encodeFrame('end'));
    input.once('end', end).once('error', end);
    output.on('drain', () => input.resume());
    // A client that is gone for our words is gone.
    output.once('error', () => socket.destroy());
  });
  socket.on('data', (chunk) => {
    for (const frame of frames(chunk) ?? []) hear(frame);
  });
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('close', () => {
      input.destroy();
      output.end(() => resolve(joined));
      output.once('error', () => resolve(joined));
    });
  });
}
