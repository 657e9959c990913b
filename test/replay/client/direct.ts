/** The stand-in client without the program around it, for recordings made in a test. */
import process from 'node:process';
import type { Entry } from '../../../model/entry.ts';
import {
  type ClientReport,
  connectCommand,
  connectUrl,
  type ReplayClientOptions,
  replayClient,
} from '../../../replay/client/index.ts';
import { recordedSessions, sessionOf } from '../../../replay/index.ts';

type Options = Partial<Omit<ReplayClientOptions, 'session' | 'connect'>>;

/** Replays the only session of these entries at a command, or at an address. */
export function replayWith(
  entries: readonly Entry[],
  target: readonly string[] | URL,
  options: Options = {},
): Promise<ClientReport> {
  return replayClient({
    session: sessionOf(recordedSessions(entries), undefined),
    connect: target instanceof URL ? connectUrl(target) : connectWords(target),
    overlap: 'recorded',
    timeout: 10_000,
    masks: [],
    secretOf: () => undefined,
    redact: (text) => ({ text, count: 0 }),
    ...options,
  });
}

export function connectWords([command = '', ...args]: readonly string[]) {
  return connectCommand({ command, args, environment: { PATH: process.env['PATH'] } });
}
