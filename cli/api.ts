/**
 * The running collector of a state folder, and its HTTP API as functions. The token is sent only
 * while the very process runs that wrote collector.json: any program may sit on a port later.
 */
import { readFile } from 'node:fs/promises';
import type { Blame } from '../analysis/index.ts';
import type { Status } from '../model/api.ts';
import type { Finding } from '../model/finding.ts';
import { isObject, parseJson, textMember } from '../model/json.ts';
import { type Owner, statePaths } from '../model/state.ts';
import type { SessionSummary } from '../model/summary.ts';
import { systemReason, UserError } from './error.ts';
import { isRunning } from './process.ts';

/** What collector.json says of the process that serves a state folder. */
export interface Running extends Owner {
  readonly address: string;
  readonly version: string;
}

/** The collector that runs for a state folder, or undefined. */
export async function findCollector(state: string): Promise<Running | undefined> {
  const text = await readFile(statePaths(state).collector, 'utf8').catch(() => undefined);
  const parsed = parseJson(text ?? '');
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const { pid, started, address, version } = parsed.value;
  if (typeof pid !== 'number' || typeof address !== 'string' || !isLoopback(address))
    return undefined;
  const running = { pid, started: String(started), address, version: String(version) };
  return isRunning(running) ? running : undefined;
}

/** Only addresses of this machine are ever opened or asked. */
export function isLoopback(address: string): boolean {
  return /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(address);
}

/** The token of a state folder for one use; undefined when there is none yet. */
export async function tokenOf(state: string, use: 'read' | 'admin'): Promise<string | undefined> {
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
}

/** The API of the collector at `address`, with the tokens of its state folder. */
export function apiOf(state: string, address: string): Api {
  const bytes = async (path: string, method = 'GET'): Promise<Uint8Array> => {
    const token = await tokenOf(state, method === 'GET' ? 'read' : 'admin');
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token ?? ''}` },
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    }).catch((error: unknown) => {
      throw failed(address, systemReason(error));
    });
    const body = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw failed(address, reasonIn(body) ?? `status ${response.status}`);
    return body;
  };
  const json = async <T>(path: string): Promise<T> =>
    JSON.parse(Buffer.from(await bytes(path)).toString('utf8')) as T;
  return {
    status: () => json('/api/status'),
    sessions: () => json('/api/sessions'),
    findings: (sessions) => json(`/api/findings?${listed(sessions)}`),
    stuck: (sessions) => json(`/api/stuck?${listed(sessions)}`),
    recording: (sessions) => bytes(`/api/export?${listed(sessions)}`),
    lines: async (session, seq) => {
      const path = `/api/sessions/${encodeURIComponent(session)}/entries?from=${seq}`;
      const text = Buffer.from(await bytes(path)).toString('utf8');
      return text.split('\n').filter((line) => line !== '');
    },
    remove: async (session) => {
      await bytes(`/api/sessions/${encodeURIComponent(session)}`, 'DELETE');
    },
  };
}

function listed(sessions: readonly string[]): string {
  return `sessions=${sessions.map(encodeURIComponent).join(',')}`;
}

function reasonIn(body: Uint8Array): string | undefined {
  const parsed = parseJson(Buffer.from(body).toString('utf8'));
  return parsed.ok ? textMember(parsed.value, 'detail') : undefined;
}

function failed(address: string, reason: string): UserError {
  const hint = 'wiretape stop, then wiretape open, starts it again.';
  return new UserError(
    'collector-failed',
    `The collector at ${address} did not answer: ${reason}.`,
    hint,
  );
}
