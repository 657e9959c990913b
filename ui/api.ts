/** The collector's HTTP contract (model/api.ts), as functions. It keeps nothing, and retries nothing. */

import type { Blame } from '../analysis/stuck/blame.ts';
import type { ApiError, Status } from '../model/api.ts';
import { parseReference } from '../model/entry.ts';
import type { Finding } from '../model/finding.ts';
import type { ForeignLog } from '../model/otel/foreign-log.ts';
import { decodeForeignLog } from '../model/otel/foreign-log-text.ts';
import type { ForeignSpan } from '../model/otel/foreign-span.ts';
import { decodeForeignSpan } from '../model/otel/foreign-span-text.ts';
import type { SessionSummary } from '../model/summary.ts';
import type { WrappedServer } from '../model/wrapped.ts';

export interface Api {
  readonly token: string;
  /** The address of the live feed. */
  readonly live: string;
  status(): Promise<Status>;
  sessions(): Promise<readonly SessionSummary[]>;
  wrapped(): Promise<readonly WrappedServer[]>;
  /**
   * What a reader that has so much still lacks of a session's column index. Fails with the code
   * `index-changed` when what it has no longer stands, and it must begin again.
   */
  index(session: string, known: Known): Promise<IndexPart>;
  /** The line of the entry that a message reference names. */
  entry(message: string): Promise<string>;
  /** Spans of others in a trace, and log records of those, after those that were given up to `last`, 0 at first. */
  spans(trace: string, last: number): Promise<SpanPage>;
  findings(sessions: readonly string[]): Promise<readonly Finding[]>;
  stuck(sessions: readonly string[]): Promise<readonly Blame[]>;
}

/** How much of an index a reader has; `rewrites` is what the part before said, if there was one. */
export interface Known {
  readonly rows: number;
  readonly strings: number;
  readonly rewrites: string | undefined;
}

export interface IndexPart {
  readonly part: Uint8Array;
  readonly rewrites: string | undefined;
}

export interface SpanPage {
  readonly items: readonly (ForeignSpan | ForeignLog)[];
  /** The same as was given when there are no more. */
  readonly last: number;
}

/** An answer that is none: `code` is the collector's, or `unreachable`. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: string;

  constructor({ code, detail }: ApiError) {
    super(detail);
    this.code = code;
  }
}

export function createApi(base: string, token: string): Api {
  const get = async (path: string): Promise<Response> => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(new URL(`api/${path}`, base), { headers }).catch(() => {
      throw new ApiFailure({ code: 'unreachable', detail: 'The collector does not answer.' });
    });
    if (!response.ok) throw new ApiFailure(await failureOf(response));
    return response;
  };
  const json = async <T>(path: string): Promise<T> => (await get(path)).json() as Promise<T>;
  const list = (sessions: readonly string[]): string => sessions.map(encodeURIComponent).join(',');
  return {
    token,
    live: new URL('api/live', base).href.replace(/^http/, 'ws'),
    status: () => json('status'),
    sessions: () => json('sessions'),
    wrapped: () => json('wrapped'),
    index: async (session, { rows, strings, rewrites }) => {
      const known = rewrites === undefined ? '' : `&rewrites=${rewrites}`;
      const path = `sessions/${encodeURIComponent(session)}/index?rows=${rows}&strings=${strings}${known}`;
      const response = await get(path);
      const part = new Uint8Array(await response.arrayBuffer());
      return { part, rewrites: response.headers.get('Wiretape-Rewrites') ?? undefined };
    },
    entry: async (message) => {
      const { session, seq } = parseReference(message) ?? { session: message, seq: 0 };
      return (await get(`sessions/${encodeURIComponent(session)}/entries/${seq}`)).text();
    },
    spans: async (trace, last) => {
      const response = await get(`spans?traces=${trace}&after=${last}`);
      const lines = (await response.text()).split('\n');
      return {
        items: lines.flatMap((line) => decodeForeignSpan(line) ?? decodeForeignLog(line) ?? []),
        last: Number(response.headers.get('Wiretape-Last') ?? last),
      };
    },
    findings: (sessions) => json(`findings?sessions=${list(sessions)}`),
    stuck: (sessions) => json(`stuck?sessions=${list(sessions)}`),
  };
}

async function failureOf(response: Response): Promise<ApiError> {
  try {
    const { code, detail } = (await response.json()) as Partial<ApiError>;
    if (typeof code === 'string' && typeof detail === 'string') return { code, detail };
  } catch {
    // Not from the collector: the status is all there is to say.
  }
  return {
    code: `http-${response.status}`,
    detail: `The collector answered with status ${response.status}.`,
  };
}
