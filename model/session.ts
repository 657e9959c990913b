/**
 * What is derived from the entries of one session. Everything here can be derived again from the
 * journal; a newer version may derive it better.
 */
import type {
  Entry,
  ExitEntry,
  GapEntry,
  LaunchFiles,
  Peer,
  SessionEntry,
  SpansConfirmed,
  StderrEntry,
} from './entry.ts';
import type { JsonObject } from './json.ts';
import type { Id, Outcome, SingleMessage } from './message.ts';
import type { Era } from './methods.ts';

/** Where a message stands: `item` is its place in a batch. Times in µs of the session's clock. */
export interface MessageRef {
  readonly seq: number;
  readonly item?: number;
  readonly at: number;
  readonly sent: number;
  /** The length of the text in UTF-16 units, the whole batch included. */
  readonly size: number;
}

/**
 * open: no answer yet. answered: one came. cancelled: its sender gave it up, and no answer came.
 * late: it was answered after it was cancelled. failed: its exchange ended without its answer.
 * abandoned: the session ended first.
 */
export type CallState = 'open' | 'answered' | 'cancelled' | 'late' | 'failed' | 'abandoned';

/** How the exchange of a call ended while the call had no answer. */
export interface ExchangeEnd {
  /** The entry that says so. */
  readonly seq: number;
  readonly at: number;
  /** As in the entry: `complete`, `client-closed`, `unreachable` and so on. */
  readonly ended: string;
  readonly status?: number;
  readonly reason?: string;
  readonly isStream?: true;
  /** The answer may be among what was lost or not kept. */
  readonly isHidden?: true;
}

/** A request with its outcome. */
export interface Call {
  readonly session: string;
  /** Who asked. */
  readonly from: Peer;
  readonly id: Id;
  readonly method: string;
  /** The tool, prompt, resource or task it is about. */
  readonly subject?: string;
  readonly request: MessageRef;
  /** How many requests with this id were in flight on this channel when it was sent. */
  readonly ordinal: number;
  readonly exchange?: number;
  readonly trace?: string;
  /** The span of that trace which its caller was in, where the request names one. */
  readonly caller?: string;
  /** The turn that its host says it belongs to. */
  readonly turn?: string;
  /** Of a request of the server: the client's only one that shared its exchange or, where nothing says more, was open then. */
  readonly parent?: Call;
  /** What ties rounds, task polls and retries to one intention. */
  ties: Ties;
  state: CallState;
  response?: MessageRef;
  outcome?: Outcome;
  /** The JSON-RPC error code, when the outcome is an error. */
  code?: number;
  progress?: MessageRef[];
  cancelled?: MessageRef;
  /** Of a call that is open then, another stream may yet bring the answer. */
  exchangeEnd?: ExchangeEnd;
}

/** See SEP-2322 (requestState, inputResponses), SEP-2663 and the 2025-11-25 tasks (taskId). */
export interface Ties {
  /** What the client sent back. */
  readonly sentState?: string;
  readonly answers?: true;
  readonly task?: string;
  /** What the server gave. */
  readonly givenState?: string;
  readonly givenTask?: string;
  readonly resultType?: string;
}

/** Something in the traffic that a correct peer would not do; judged by the rules in analysis/. */
export interface Anomaly {
  readonly kind:
    | 'malformed'
    | 'unknown-response'
    | 'second-response'
    | 'id-type-changed'
    | 'id-reused-in-flight'
    | 'unknown-cancel'
    | 'unknown-progress';
  readonly seq: number;
  readonly item?: number;
  readonly from: Peer;
  readonly call?: Call;
  readonly faults?: readonly string[];
}

/** A line that may hold a message, but of which not enough was kept to read it. */
export interface Unread {
  readonly seq: number;
  readonly at: number;
  readonly from: Peer;
}

/** The pipe of one side's messages is full: the peer takes nothing from `seq` on. */
export interface FullPipe {
  readonly seq: number;
  /** The note that says so. */
  readonly note: { readonly seq: number; readonly at: number };
}

export interface NotificationSeen {
  readonly ref: MessageRef;
  readonly from: Peer;
  readonly method: string;
  readonly subject?: string;
  /** The call it belongs to, when its id, its token, its subscription or the exchange says so. */
  readonly call?: Call;
}

/** What one message of an entry was seen to be; or, of an exchange that ended, one call without answer. */
export interface Seen {
  readonly kind: SingleMessage['kind'] | 'http';
  readonly ref: MessageRef;
  readonly from: Peer;
  readonly method?: string;
  readonly subject?: string;
  /** The call it opens, answers, cancels or tells of. */
  readonly call?: Call;
}

/** The messages of one trace, or a stretch of those of none without a long pause. Times in µs. */
export interface Burst {
  readonly trace: string | null;
  readonly first: number;
  last: number;
  messages: number;
  /** When the last of its requests was over, if no message of this burst said so. */
  until?: number;
}

export interface Implementation {
  readonly name: string;
  readonly version: string;
}

/**
 * spawned: no request yet. opening: initialize was sent and not accepted yet. ready: calls may come.
 * ended: nothing more will.
 */
export type Phase = 'spawned' | 'opening' | 'ready' | 'ended';

export interface Session {
  readonly id: string;
  head: SessionEntry | undefined;
  /** What was read of the launch after it was written down. */
  launchFiles: LaunchFiles | undefined;
  /** What its tap has sent of its spans, and knows to have arrived. */
  confirmedSpans: SpansConfirmed | undefined;
  phase: Phase;
  era: Era | undefined;
  revision: string | undefined;
  client: Implementation | undefined;
  server: Implementation | undefined;
  clientCapabilities: JsonObject | undefined;
  serverCapabilities: JsonObject | undefined;
  readonly calls: Call[];
  readonly notifications: NotificationSeen[];
  readonly anomalies: Anomaly[];
  readonly unread: Unread[];
  readonly gaps: GapEntry[];
  readonly bursts: Burst[];
  /** The newest lines of standard error, at most 20. */
  readonly stderr: StderrEntry[];
  /** The pipes that take nothing now, by the side whose messages wait. */
  readonly fullPipes: { client?: FullPipe; server?: FullPipe };
  /** When bytes last crossed from each side, in µs. */
  readonly lastFrom: { client?: number; server?: number };
  /** Streams that go on where another ended, and are open. */
  resumedCount: number;
  exit: ExitEntry | undefined;
  ended: boolean;
  /** The tap was gone before the session ended: what came after that is not known. */
  cutOff: boolean;
  entryCount: number;
  messageCount: number;
  /** Calls that still wait for an answer; calls that failed, or whose answer is an error. */
  openCount: number;
  errorCount: number;
  /** Entries that gaps stand for, without those that arrived after all. */
  lostCount: number;
  /** The last seq applied, or -1. */
  lastSeq: number;
  /** When the last thing happened: its end counts only where a call waited for it. */
  lastAt: number;
}

export function emptySession(id: string): Session {
  return {
    id,
    head: undefined,
    launchFiles: undefined,
    confirmedSpans: undefined,
    phase: 'spawned',
    era: undefined,
    revision: undefined,
    client: undefined,
    server: undefined,
    clientCapabilities: undefined,
    serverCapabilities: undefined,
    calls: [],
    notifications: [],
    anomalies: [],
    unread: [],
    gaps: [],
    bursts: [],
    stderr: [],
    fullPipes: {},
    lastFrom: {},
    resumedCount: 0,
    exit: undefined,
    ended: false,
    cutOff: false,
    entryCount: 0,
    messageCount: 0,
    openCount: 0,
    errorCount: 0,
    lostCount: 0,
    lastSeq: -1,
    lastAt: 0,
  };
}

/** An entry, and what the machine saw in it. */
export interface Moment {
  readonly entry: Entry;
  readonly seen: readonly Seen[];
}

/** A session with its message values at hand: what analysis and replay read. */
export interface SessionView {
  readonly session: Session;
  /** The value of the message at `seq`, or of its batch item; undefined when there is none. */
  value(ref: { readonly seq: number; readonly item?: number }): unknown;
}

/** A session with all its entries at hand, in order; they may be walked more than once. */
export interface WholeView extends SessionView {
  readonly moments: Iterable<Moment>;
}

export function nameOf(session: Session): string {
  return session.head?.name ?? session.id;
}

/** What a server says it is, `memory-server 0.6.3`; one that says nothing goes by the name of its session. */
export function versionOf(server: Implementation | undefined, name: string): string {
  return server ? `${server.name} ${server.version}`.trimEnd() : `${name}, which names no version`;
}
