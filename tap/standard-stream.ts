/**
 * Our standard input, output and error as streams that never block: `process.stdout` writes
 * synchronously into pipes, so that one reader who stalls would stop everything else.
 */
import { createReadStream, createWriteStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { devNull } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { isatty, ReadStream, WriteStream } from 'node:tty';

export function openInput(fd: number): Readable {
  if (isPipe(fd)) return new Socket({ fd, readable: true, writable: false });
  if (isatty(fd)) return new ReadStream(fd);
  return createReadStream('', { fd, autoClose: false });
}

export function openOutput(fd: number): Writable {
  if (isPipe(fd)) return new Socket({ fd, readable: false, writable: true });
  if (isatty(fd)) return new WriteStream(fd);
  return createWriteStream('', { fd, autoClose: false });
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/**
 * Closes one of the first three descriptors so that its peer sees the end, and puts the null
 * device in its place: the next file we open must not become our standard output.
 */
export function closeStandard(stream: Readable | Writable): void {
  if (!(stream instanceof Socket)) return;
  stream.once('close', () => {
    try {
      openSync(devNull, 'r+');
    } catch {
      // Then the number stays free, and only a stray write of a library could meet it.
    }
  });
  stream.destroy();
}
