/**
 * The HTTP contract between collector and page, and between tap and collector.
 *
 * Every route needs `Authorization: Bearer TOKEN`. Bodies are JSON unless said otherwise.
 * Errors are `ApiError` with a fitting status.
 *
 *   GET    /api/status                                   Status
 *   GET    /api/workflows                                Workflow[]         (newest first, with their runs)
 *   GET    /api/sessions                                 SessionSummary[]   (newest first)
 *   GET    /api/sessions/:id                             SessionSummary
 *   DELETE /api/sessions/:id                             administration token
 *   GET    /api/sessions/:id/index?rows=N&strings=M      binary part of model/columns.ts (application/octet-stream)
 *                                                        (a header Wiretape-Rewrites; given back as &rewrites=K,
 *                                                        409 `index-changed` says that the rows must be asked from 0)
 *   GET    /api/sessions/:id/entries?from=SEQ&limit=N    entry lines (application/x-ndjson); at most 10,000 and
 *                                                        16 MiB, so ask again from behind the last until none come
 *   GET    /api/sessions/:id/entries/:seq                one entry line (text/plain)
 *   GET    /api/wrapped                                  WrappedServer[]    (of model/wrapped.ts: of this machine's hosts, now)
 *   GET    /api/findings?sessions=A,B                    Finding[]          (of these and of all whose times meet theirs)
 *   GET    /api/stuck?sessions=A,B                       Blame[] of analysis/stuck.ts
 *   GET    /api/marks                                    RunMark[] of model/mark.ts
 *   PUT    /api/runs/:id/mark/good (or bad)              administration token
 *   DELETE /api/runs/:id/mark                            administration token
 *   GET    /api/spans?traces=A,B&after=N                 spans of others and log records of them
 *                                                        (application/x-ndjson, lines of model/otel/foreign-span-text.ts
 *                                                        and foreign-log-text.ts); at most 4,000 and 8 MiB, so ask
 *                                                        again after the header Wiretape-Last until none come
 *   GET    /api/export?sessions=A,B                      a recording (application/x-ndjson)
 *   WS     /api/live                                     first message from the page: the token; then LiveMessage
 *   WS     /ingest (on collector.sock; with --collector on the port) first message: the token; then see Ingest
 */
import type { SessionSummary } from './summary.ts';
import type { WrappedServer } from './wrapped.ts';

export interface Status {
  readonly version: string;
  /** When the collector started, ISO 8601. */
  readonly started: string;
  readonly sessionCount: number;
  readonly liveCount: number;
  readonly readOnly: boolean;
  /** Where exporting stands, one for each endpoint. */
  readonly exports: readonly ExportStatus[];
  /** Where taps send spans themselves, one for each endpoint. */
  readonly taps: readonly TapsStatus[];
}

export interface TapsStatus {
  /** An origin. */
  readonly endpoint: string;
  readonly sessions: number;
  /** Entries whose spans nobody has confirmed: they are under way, or left to who exports the sessions. */
  readonly unconfirmed: number;
}

/** Where people expect a collector: 4317 and 4318 are OpenTelemetry's. */
export const DEFAULT_PORT = 4320;

export interface ExportStatus {
  /** Its address, without a secret. */
  readonly endpoint: string;
  /** Entries that are stored, and of which the endpoint has not all spans yet. */
  readonly behind: number;
  /** Spans that it took since the collector started. */
  readonly sent: number;
  /** It has taken something, now or before. */
  readonly hasTaken: boolean;
  /** Why nothing goes on now: a clause. */
  readonly failing?: string;
  /** Why nothing went on the last time that it waited since the collector started: a clause. */
  readonly lastFailure?: string;
  /** Entries whose span, or a finding of theirs, it refused for good, and why the last of them. */
  readonly refused: number;
  readonly refusal?: string;
  /** Why it gets no findings: a clause. */
  readonly withoutFindings?: string;
}

/** More sessions cannot be asked about at once: findings are sought over all of them together. */
export const SESSIONS_AT_ONCE = 1000;

/** More traces cannot be asked about at once. */
export const TRACES_AT_ONCE = 100;

export interface ApiError {
  readonly code: string;
  readonly detail: string;
}

/**
 * At most ten a second: which sessions have changed. The page fetches what it shows of them. The
 * first one comes at once and may be empty: what changes after it is told, so fetch lists then.
 */
export interface LiveMessage {
  readonly changed: readonly SessionSummary[];
  readonly removed: readonly string[];
  /** All that are wrapped, where that has changed. */
  readonly wrapped?: readonly WrappedServer[];
  /** Traces that spans came of; none are named when they are too many. */
  readonly traces?: readonly string[];
  /** Something was explored: findings may be other than before. */
  readonly explored?: true;
}

/**
 * The ingest channel. Tap → collector: the token, then batches: entry lines of one session joined
 * by LF, in order; or a `Resume`. Collector → tap: `Ack`, when all up to `seq` is durable (−1: none).
 * Close codes: 4401 wrong token, 4400 no entries, 1011 the store cannot write now, 1009 over 64 MiB.
 */
export interface Resume {
  readonly resume: string;
}

export interface Ack {
  readonly ack: string;
  readonly seq: number;
}
