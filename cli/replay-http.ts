/** `wiretape replay server --http`: a recorded server on a port of this machine, until it is told to end. */
import process from 'node:process';
import { Option } from 'commander';
import type { Entry } from '../model/entry.ts';
import {
  type HttpServing,
  type PlayOptions,
  type RecordedSession,
  type ReplayReport,
  recordedSessions,
  serveSessions,
  sessionsOfServer,
} from '../replay/index.ts';
import { portOf, toldToEnd } from './command.ts';
import { systemCode, UserError } from './error.ts';
import { writeReport } from './report-file.ts';
import { counted, remark } from './terminal.ts';

export function httpOption(): Option {
  const what = 'speak streamable HTTP instead, on this port of 127.0.0.1; 0: any that is free';
  return new Option('--http <port>', what).argParser(portOf);
}

interface HttpOptions extends PlayOptions {
  readonly http?: number;
  readonly session?: string;
  readonly report?: string;
  readonly strict?: boolean;
  /** The id of the session that is named so; throws when it cannot be played, or is not clear. */
  readonly choose: (session?: string) => string;
  readonly isFaithful: (report: ReplayReport) => boolean;
  readonly summary: (report: ReplayReport) => string;
}

/** Serves until a signal comes; then says what was not as recorded. */
export async function replayOverHttp(
  entries: Iterable<Entry>,
  options: HttpOptions,
): Promise<void> {
  const { http: port = 0, session, report: file, strict, choose, isFaithful, summary } = options;
  const found = sessionsOfServer(recordedSessions(entries), session);
  if (found.length === 0) choose(session);
  for (const one of found) choose(one.session.id);
  const serving = await listen(found, port, options);
  remark(`${found[0]?.name} is played at ${serving.url}`);
  await toldToEnd();
  await serving.close();
  const report = serving.report();
  if (file !== undefined) await writeReport(file, report);
  const unlike = report.sessions.filter((one) => !isFaithful(one));
  for (const one of unlike) remark(summary(one));
  // Looking for a login is no message for the server.
  const refused = report.refused.filter(({ why }) => why !== 'no-such-path');
  const [first] = refused;
  if (first) {
    const what = `${first.method} ${first.path} (${first.status} ${first.why})`;
    remark(`${counted(refused.length, 'request')} had no place in the recording; first ${what}.`);
  }
  const isEnded = options.onMiss === 'exit' && unlike.some(({ misses }) => misses.length > 0);
  if ((strict && unlike.length + refused.length > 0) || isEnded) process.exitCode = 1;
}

async function listen(
  sessions: readonly RecordedSession[],
  port: number,
  options: PlayOptions,
): Promise<HttpServing> {
  try {
    return await serveSessions(sessions, port, options);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const detail = `Port ${port} of 127.0.0.1 cannot be taken.`;
    throw new UserError('port-in-use', detail, 'Choose another with --http, or 0 for any.');
  }
}
