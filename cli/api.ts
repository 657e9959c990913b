/**
 * The running collector of a state folder, and its HTTP API as functions. The token is sent only
 * while the very process runs that wrote collector.json: any program may sit on a port later.
 */
import { readFile } from 'node:fs/promises';
import type { Blame } from '../analysis/index.ts';
import type { Use } from '../collector/tokens.ts';
import { SESSIONS_AT_ONCE, type Status } from '../model/api.ts';
import type { Finding } from '../model/finding.ts';
import { parseJson, textMember } from '../model/json.ts';
import type { Mark, RunMark } from '../model/mark.ts';
import { statePaths } from '../model/state.ts';
import type { SessionSummary } from '../model/summary.ts';
import { type Running, runningCollector } from '../tap/running-collector.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** The collector that runs for a state folder, or undefined. */
export async function findCollector(state: string): Promise<Running | undefined> {
  try {
    return runningCollector(state);
  } catch (error) {
    // A folder that may not be read is not an empty one.
    if (systemCode(error) === 'ENOENT') return undefined;
    const detail = `${state} cannot be read: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Name another with --state DIR.');
  }
}

/** The token of a state folder for one use; undefined when there is none yet. */
export async function tokenOf(state: string, use: Use): Promise<string | undefined> {
  const text = await readFile(`${statePaths(state).tokens}/${use}`, 'utf8').catch(() => undefined);
  return text?.trim();
}

export interface Api {
  status(): Promise<Status>;
  sessions(): Promise<readonly SessionSummary[]>;
  findings(sessions: readonly string[]): Promise<readonly Finding[]>;
  stuck(sessions: readonly string[]): Promise<readonly Blame[]>;
  /** A recording of these sessions. */
  recording(sessions: readonly string[]): Promise<Uint8Array>;
  /** The next entry lines of one session from `seq` on; none when there are no more. */
  lines(session: string, seq: number): Promise<readonly string[]>;
  remove(session: string): Promise<void>;
  marks(): Promise<readonly RunMark[]>;
  /** Marks a run; undefined takes its mark away. */
  mark(run: string, mark: Mark | undefined): Promise<void>;
}

interface Asking {
  readonly method?: string;
  /** How long an answer may take, in ms. */
  readonly patience?: number;
}

/** What is at hand, in ms; a collector that takes longer hangs. */
const QUICK = 8000;
/** What has to be read or worked out. */
const LONG = { patience: 60_000 };

/** The API of the collector at `address`, with the tokens of its state folder. */
export function apiOf(state: string, address: string): Api {
  const bytes = async (
    path: string,
    { method = 'GET', patience = QUICK }: Asking = {},
  ): Promise<Uint8Array> => {
    const token = await tokenOf(state, method === 'GET' ? 'read' : 'admin');
    const [response, body] = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token ?? ''}` },
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
      .then(async (answer) => [answer, new Uint8Array(await answer.arrayBuffer())] as const)
      .catch((error: unknown) => {
        throw unreachable(address, patience, error);
      });
    if (!response.ok) throw refused(address, response.status, body);
    return body;
  };
  const json = async <T>(path: string, asking?: Asking): Promise<T> =>
    JSON.parse(Buffer.from(await bytes(path, asking)).toString('utf8')) as T;
  return {
    status: () => json('/api/status'),
    sessions: () => json('/api/sessions'),
    findings: async (sessions) => json(`/api/findings?${listed(sessions)}`, LONG),
    // Unlike findings, what waits in a session does not hang on the others.
    stuck: async (sessions) => {
      const blames: Blame[] = [];
      for (const part of partsOf(sessions))
        blames.push(...(await json<readonly Blame[]>(`/api/stuck?${listed(part)}`, LONG)));
      return blames;
    },
    recording: async (sessions) => bytes(`/api/export?${listed(sessions)}`, LONG),
    lines: async (session, seq) => {
      const path = `/api/sessions/${encodeURIComponent(session)}/entries?from=${seq}`;
      const text = Buffer.from(await bytes(path)).toString('utf8');
      return text.split('\n').filter((line) => line !== '');
    },
    remove: async (session) => {
      await bytes(`/api/sessions/${encodeURIComponent(session)}`, { ...LONG, method: 'DELETE' });
    },
    marks: () => json('/api/marks'),
    mark: async (run, mark) => {
      const path = `/api/runs/${encodeURIComponent(run)}/mark`;
      if (mark === undefined) await bytes(path, { method: 'DELETE' });
      else await bytes(`${path}/${mark}`, { method: 'PUT' });
    },
  };
}

/** The sessions in as many parts as a collector needs to be asked about them all. */
export function partsOf(sessions: readonly string[]): (readonly string[])[] {
  const count = Math.ceil(sessions.length / SESSIONS_AT_ONCE);
  return Array.from({ length: count }, (_, at) =>
    sessions.slice(at * SESSIONS_AT_ONCE, (at + 1) * SESSIONS_AT_ONCE),
  );
}

function listed(sessions: readonly string[]): string {
  if (sessions.length > SESSIONS_AT_ONCE) throw tooMany();
  return `sessions=${sessions.map(encodeURIComponent).join(',')}`;
}

/** What the collector said instead of an answer: its own sentence, or only a status. */
function refused(address: string, status: number, body: Uint8Array): UserError {
  const parsed = parseJson(Buffer.from(body).toString('utf8'));
  const told = (name: string) => (parsed.ok ? textMember(parsed.value, name) : undefined);
  const detail = told('detail')?.replace(/\.$/, '') ?? `it answered with status ${status}`;
  if (told('code') === 'too-many-sessions') return tooMany();
  const hint = 'wiretape status says what runs there.';
  return new UserError('collector-failed', `The collector at ${address} refused: ${detail}.`, hint);
}

function tooMany(): UserError {
  const detail = `At most ${SESSIONS_AT_ONCE} sessions can be asked about at once.`;
  const hint = 'Name fewer, or a run of them; wiretape ls lists the sessions.';
  return new UserError('too-many-sessions', detail, hint);
}

function unreachable(address: string, patience: number, error: unknown): UserError {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  const reason = isLate ? `nothing came in ${patience / 1000} s` : systemReason(error);
  const hint = 'wiretape stop, then wiretape open, starts it again.';
  return new UserError(
    'collector-failed',
    `The collector at ${address} did not answer: ${reason}.`,
    hint,
  );
}
