/** The stand-in client without the program around it, for recordings made in a test. */
import process from 'node:process';
import type { Entry } from '../../../model/entry.ts';
import type { Call } from '../../../model/session.ts';
import {
  type ClientReport,
  connectCommand,
  connectUrl,
  listedTools,
  type ReplayClientOptions,
  replayClient,
} from '../../../replay/client/index.ts';
import { type RecordedSession, recordedSessions, sessionOf } from '../../../replay/index.ts';

type Options = Partial<Omit<ReplayClientOptions, 'session' | 'connect' | 'only'>> & {
  readonly only?: (session: RecordedSession) => Call;
};

/** Replays the only session of these entries at a command, or at an address. */
export function replayWith(
  entries: readonly Entry[],
  target: readonly string[] | URL,
  { only, ...options }: Options = {},
): Promise<ClientReport> {
  const session = sessionOf(recordedSessions(entries), undefined);
  return replayClient({
    session,
    connect:
      target instanceof URL ? connectUrl(target, listedTools(session)) : connectWords(target),
    overlap: 'recorded',
    timeout: 30_000,
    masks: [],
    secretOf: () => undefined,
    redact: (text) => ({ text, count: 0 }),
    ...(only ? { only: only(session) } : {}),
    ...options,
  });
}

export function connectWords([command = '', ...args]: readonly string[]) {
  return connectCommand({ command, args, environment: { PATH: process.env['PATH'] } });
}
