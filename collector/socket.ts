/**
 * The socket that taps of this user ship to: a file in a 0700 folder, never a port, since any
 * process could sit on a port and take what taps send.
 *
 * A socket file that a dead collector left is removed; one that answers is somebody else's.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import process from 'node:process';
import { CollectorError } from './error.ts';
import { type Arrivals, serveTap } from './ingest-channel.ts';
import { makePrivateFolder } from './private.ts';
import { acceptUpgrades } from './upgrade.ts';

/**
 * The most bytes of one batch. An entry keeps up to 8 MiB of what a peer said, and JSON writes a
 * control character in six bytes.
 */
export const BATCH_BYTES = 64 << 20;

export interface IngestSocket {
  close(): Promise<void>;
}

/** Listens on `path`. Rejects with `socket-in-use` when another collector does. */
export async function listenForTaps(path: string, arrivals: Arrivals): Promise<IngestSocket> {
  const isFile = process.platform !== 'win32';
  if (isFile) {
    await makePrivateFolder(dirname(path));
    if (await answers(path)) {
      throw new CollectorError(
        'socket-in-use',
        `Another collector listens on ${path}.`,
        'Stop it with `wiretape stop`, or choose another folder with --state.',
      );
    }
    await rm(path, { force: true });
  }
  const server = createServer((_, response) => response.writeHead(404).end());
  const endAll = acceptUpgrades(server, {
    channels: {
      '/ingest': { maxPayload: BATCH_BYTES, serve: (socket) => serveTap(socket, arrivals) },
    },
    refusal: ({ headers }) =>
      headers.origin === undefined
        ? undefined
        : { code: 'wrong-origin', detail: 'Pages have no access here.' },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  if (isFile) await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
        server.closeAllConnections();
      }),
  };
}

/** Whether somebody listens on this socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    const settle = (answered: boolean): void => {
      probe.destroy();
      resolve(answered);
    };
    probe.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
