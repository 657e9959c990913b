/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The store contract: what a collector needs of the place where it keeps sessions.
 *
 * Every store keeps the promises written here, and test/collector/store-contract.ts holds each of
 * them to it. They are about entries, and about spans that others made: sessions, columns and findings
 * are derived from entries, by the collector, and may be derived again. A store knows nothing of taps,
 * tokens or pages.
 *
 * Ownership. One collector owns a store and is its only writer; a second one that opens it is
 * refused. Inside, everything belongs to one tenant. There is no way to a session but through
 * `of(tenant)`, so a query that forgets its tenant cannot be written.
 *
 * Identity. (tenant, session, seq) names an entry. The first entry stored under a name stays;
 * whatever comes again under it is passed over. So appending is idempotent, in any order and
 * any number of times, and taps may send again whatever was not acknowledged.
 *
 * Gaps. A gap stands for all it lost, `seq` to `to`. An entry that arrives after all wins over it:
 * the gap shrinks, or splits, to what is still lost. A gap that arrives over entries stands only for
 * those that are missing. So each seq is covered at most once.
 *
 * Order. Entries of a session are read in the order of seq, whatever order they came in.
 *
 * Durability. When `append` has answered, its entries survive the death of the process. They are
 * all stored or none. A power cut may take the last moments, as it may with the journals of taps.
 *
 * Marks. What a user said of a run is kept with each of its sessions, since runs are derived and a
 * store knows none. It is no part of the entries, and goes when the session is erased.
 *
 * Exporting. How far each endpoint has what is exported to it is kept with each session, and goes with
 * it; since when an endpoint is exported to is kept with the tenant. The last word counts.
 *
 * Spans. (tenant, trace id, span id) names a span, and the first stored under a name stays, so that
 * exporters may send again. They belong to no session: which traces are a run's is derived. They are
 * durable as entries are, all of a call or none, and are read in the order in which they came, each
 * once; one that comes later has a higher number, so that a reader goes on from where it stands. Log
 * records of spans are kept as spans are, under names that are made of what they say.
 *
 * Erasing. After `erase` has answered, no byte of the session is left in the files of the store; after
 * `eraseSpans`, none of the spans of those traces; after `trimSpans`, none of those that went.
 */
import type { Entry } from '../model/entry.ts';
import type { Mark, RunMark } from '../model/mark.ts';
import type { RunStart } from '../model/otel/runs.ts';
import type { SessionSummary } from '../model/summary.ts';
import type { SpanRows } from './span-rows.ts';

export interface Store {
  /** All that one tenant has, and nothing of any other. Costs nothing. */
  of(tenant: string): TenantStore;
  /** Waits for what is being written, then lets go of the files. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TenantStore {
  /**
   * Stores entries of one session, all or none, and says how far the session is now complete.
   * Rejects when they cannot be stored (a full disk); then nothing was.
   */
  append(session: string, entries: readonly Entry[]): Promise<Appended>;
  /** All sessions, in the order of their ids. */
  sessions(): Promise<readonly StoredSession[]>;
  session(id: string): Promise<StoredSession | undefined>;
  /** Entries in the order of seq, from the one that covers `from`; none when there are no more. */
  entries(session: string, range: EntryRange): Promise<readonly StoredEntry[]>;
  /** Keeps a summary that was derived from the entries up to `end`. Unknown sessions are passed over. */
  keepSummary(summary: SessionSummary, end: number): Promise<void>;
  /**
   * Keeps with a session how a run of it is marked; undefined takes the mark of that run away.
   * False when there is no such session.
   */
  mark(session: string, run: string, mark: Mark | undefined): Promise<boolean>;
  /**
   * Keeps since when an endpoint is exported to, ISO 8601, unless that is kept already; gives what is.
   */
  exportedSince(endpoint: string, now: string): Promise<string>;
  /** Keeps how far an endpoint has a session. Unknown sessions are passed over. */
  keepExported(session: string, exported: Exported): Promise<void>;
  /** Leaves no byte of the session. False when there was none. */
  erase(session: string): Promise<boolean>;
  /** Stores spans, all or none. Rejects when they cannot be stored; then nothing was. */
  addSpans(spans: SpanRows): Promise<void>;
  /** Spans of these traces (32 lower-case hex digits each) that came after a number. */
  spansOf(traceIds: readonly string[], range: SpanRange): Promise<readonly StoredSpan[]>;
  /** Leaves no byte of the spans of these traces. False when there were none. */
  eraseSpans(traceIds: readonly string[]): Promise<boolean>;
  /**
   * Erases the oldest spans, as many as it takes, and gives the bytes of those that are left. A store
   * may erase more of them at once than it would have to, those of a day or some megabytes.
   */
  trimSpans(bounds: SpanBounds): Promise<number>;
}

export interface SpanRange {
  /** 0: from the first. */
  readonly after: number;
  /** The most spans to give. */
  readonly limit: number;
  /** The most bytes to give; one span is always given. */
  readonly bytes: number;
}

export interface StoredSpan {
  readonly number: number;
  /** As model/otel/foreign-span-text.ts writes it. */
  readonly line: string;
}

export interface SpanBounds {
  /** What came before goes, in ms since 1970. */
  readonly since: number;
  /** The most bytes of all that stay. */
  readonly bytes: number;
}

/** How far an endpoint has what is exported of a session. */
export interface Exported {
  /** Its address, which holds no secret. */
  readonly endpoint: string;
  /** It has the spans of all that was over with this entry, or refused them; −1: none. */
  readonly seq: number;
  /** The rewrites of the session then; of another count it is exported anew. */
  readonly rewrites: number;
  /** In which runs the spans were made, so that they keep their traces. */
  readonly runs: readonly RunStart[];
  /** Findings were last sought when the session had come so far; −1: not yet. */
  readonly judged: number;
  /** The findings that it has, by fingerprint: how they were then. */
  readonly findings: Readonly<Record<string, string>>;
}

export interface Appended {
  /** All up to this seq is stored, without holes; −1 when the first entry is missing. */
  readonly end: number;
  /**
   * An entry at or below the former end changed, because a gap gave way. What was derived from the
   * session must be derived again.
   */
  readonly rewritten: boolean;
  /** The entries directly followed all that was stored, so that they stand there just as given. */
  readonly followed: boolean;
}

export interface EntryRange {
  readonly from: number;
  /** The most entries to give. */
  readonly limit: number;
  /** The most bytes to give; one entry is always given. */
  readonly bytes: number;
}

export interface StoredEntry {
  readonly seq: number;
  /** The last seq it stands for; only a gap stands for more than its own. */
  readonly last: number;
  /** The line of a recording, without LF. */
  readonly line: string;
}

export interface StoredSession {
  readonly id: string;
  /** As in Appended. */
  readonly end: number;
  /** The bytes of its lines. */
  readonly bytes: number;
  /** How many appends were `rewritten`. */
  readonly rewrites: number;
  /** The last summary kept, and the end that it was derived from. */
  readonly summary?: SessionSummary;
  readonly summaryEnd: number;
  /** By run; none when nobody marked one. */
  readonly marks: readonly RunMark[];
  /** One for each endpoint that something of it was exported to. */
  readonly exported: readonly Exported[];
}
