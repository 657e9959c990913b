/**
 * The entry types of recording format 1: what one line of a recording or journal says.
 *
 * Times (`at`, `sent`) are integer microseconds since the session's monotonic clock started.
 * `seq` is gap-free from 0 within a session. A message keeps the exact text its peer sent;
 * everything else about it is derived and may be derived again.
 */
export const FORMAT = 1;

export type Peer = 'client' | 'server';
export type Channel = 'stdin' | 'stdout' | 'stderr' | 'request' | 'response' | 'stream';
export type Transport = 'stdio' | 'http' | 'in-process';
export type Capture = 'metadata' | 'redacted' | 'raw';

interface EntryBase {
  readonly session: string;
  readonly seq: number;
  readonly at: number;
}

/** `monotonic`: nanoseconds as a decimal string, comparable between sessions of equal `boot`. */
export interface Clock {
  readonly wall: string;
  readonly monotonic: string;
  readonly boot: string;
}

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly integrity?: string;
}

/** The file that the command runs: a script, or the program itself. */
export interface ProgramFile {
  readonly path: string;
  readonly sha256: string;
}

/**
 * The entry of a host's configuration that started the server. `entry` names it, and is never a
 * path. `hash` is keyed and of what the entry says, however it is written and whatever launcher
 * stands in it.
 */
export interface LaunchConfig {
  readonly entry: string;
  readonly host?: string;
  readonly path?: string;
  readonly hash?: string;
}

/** The files that a launch came from, where they can be read. */
export interface LaunchFiles {
  readonly file?: ProgramFile;
  readonly config?: LaunchConfig;
}

/** How the server was started. Values of `env` are keyed hashes, never the values. */
export interface Launch extends LaunchFiles {
  readonly command: string;
  readonly args: readonly string[];
  readonly package?: Package;
  readonly env: Readonly<Record<string, string>>;
}

/** The process that runs the client; `started` tells two processes of one pid apart. */
export interface Host {
  readonly pid: number;
  readonly started: string;
  readonly name: string;
}

export interface SessionEntry extends EntryBase {
  readonly type: 'session';
  readonly name: string;
  readonly transport: Transport;
  /** `objects`: an in-process session; its text is ours by JSON.stringify, not the peer's. */
  readonly fidelity: 'bytes' | 'objects';
  readonly tap: string;
  readonly capture: Capture;
  /** `key` is the fingerprint of the key behind every placeholder and hash of this session. */
  readonly redaction: { readonly rules: string; readonly key: string };
  readonly clock: Clock;
  readonly launch?: Launch;
  readonly host?: Host;
  /** Over HTTP: the address of the server, without its secrets. */
  readonly upstream?: string;
  /** The session had begun before the tap saw anything of it. */
  readonly joined?: true;
  /** The trace that the server was started in (`TRACEPARENT`, W3C Trace Context). */
  readonly traceparent?: string;
  /** Its spans are sent while it goes on. */
  readonly otlp?: LiveSpans;
  /** Of a capture by another tool: which one, and what it did not keep (model/import/imported.ts). */
  readonly imported?: { readonly from: string; readonly lacks: readonly string[] };
  readonly workflow: string | null;
}

/**
 * Where a tap sends spans, as an origin: what else an address holds may be a secret, so of all of it
 * there is a keyed hash (otel/destination.ts). `parent`: what callers' contexts are to them
 * (otel/making.ts); whoever sends the others must do as the tap did.
 */
export interface LiveSpans {
  readonly endpoint: string;
  readonly destination?: string;
  readonly parent: 'remote' | 'link';
}

/** Where bytes crossed: who sent them, on what, and when they were passed on. */
export interface Crossing {
  readonly sent?: number;
  readonly from: Peer;
  readonly channel: Channel;
  readonly exchange?: number;
  readonly resumes?: { readonly exchange: number; readonly event: string };
  /** The last bytes of a channel, without the LF that ends a line. */
  readonly eof?: true;
  /** Of a capture by another tool: what this entry lacks besides what its session does. */
  readonly imported?: { readonly lacks: readonly string[] };
  /** How many secrets were replaced in the text. */
  readonly redacted?: number;
  /** The `_meta.traceparent` that the tap put into what it passed on; the text is without it. */
  readonly propagated?: string;
}

/** What stood around a message. */
export interface Envelope {
  readonly head: string;
  readonly tail: string;
}

/** What stood around it in its block of an event stream. */
export interface SseEnvelope extends Envelope {
  readonly id?: string;
  readonly event?: string;
}

/** One JSON text. `value` is what `text` parses to; undefined when it nests too deep to be walked. */
export interface MessageEntry extends EntryBase, Crossing {
  readonly type: 'message';
  readonly sse?: SseEnvelope;
  /** White space around it in the body of a request or response. */
  readonly body?: Envelope;
  readonly text: string;
  readonly value: unknown;
}

/** `not-one-line`: JSON, but with line ends in it, so that it cannot stand in a line as it is. */
export type FrameReason =
  | 'empty'
  | 'not-one-line'
  | 'not-json'
  | 'invalid-utf8'
  | 'over-cap'
  | 'sse'
  | 'metadata-only';

/** Bytes that are not one JSON text on one line. Over the cap `text` or `base64` is only the head. */
export interface FrameEntry extends EntryBase, Crossing {
  readonly type: 'frame';
  readonly why: FrameReason;
  readonly text?: string;
  readonly base64?: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

export interface HttpEntry extends EntryBase {
  readonly type: 'http';
  readonly exchange: number;
  readonly phase: 'opened' | 'head' | 'ended';
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  /** `complete`, `client-closed`, `server-closed`, `unreachable` or `tap-closed`. */
  readonly ended?: string;
  /** Why, where the system or the connection said so. */
  readonly reason?: string;
  /** Of bodies whose messages stand decoded: what crossed. */
  readonly coded?: readonly CodedBody[];
}

/** The value of the first header of this name, which is given in lower case. */
export function headerOf(
  entry: Pick<HttpEntry, 'headers'> | undefined,
  name: string,
): string | undefined {
  return entry?.headers?.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** A body with a content coding, as its wire bytes. */
export interface CodedBody {
  readonly from: Peer;
  readonly coding: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Why decoding ended early. */
  readonly fault?: string;
}

/** One line of standard error; `partial` when it was not ended by LF within 200 ms. */
export interface StderrEntry extends EntryBase {
  readonly type: 'stderr';
  readonly text: string;
  readonly partial?: true;
  readonly redacted?: number;
}

export interface ExitEntry extends EntryBase {
  readonly type: 'exit';
  readonly code: number | null;
  readonly signal: string | null;
}

/** Entries `seq` to `to` were lost, and why. */
export interface GapEntry extends EntryBase {
  readonly type: 'gap';
  readonly to: number;
  readonly count: number;
  readonly reason: string;
  /** Not from a tap: the collector saw that entries are missing. */
  readonly by?: 'collector';
}

/**
 * The pipe that takes what `from` sends took nothing for a second while bytes waited, or takes again.
 * `seq`: what `from` sent from this entry on had not been taken then.
 */
export interface PipeState {
  readonly from: Peer;
  readonly isFull: boolean;
  readonly seq: number;
}

/**
 * The endpoint of live spans has taken those of all entries up to this seq, but for those `without`:
 * ranges of seqs, first and last. The span of the session is that of its opening entry.
 */
export interface SpansConfirmed {
  readonly endpoint: string;
  readonly upTo: number;
  readonly without: readonly (readonly [number, number])[];
}

export interface NoteEntry extends EntryBase {
  readonly type: 'note';
  readonly text: string;
  readonly pipe?: PipeState;
  /** Who closed its end of the pipes a second before, while the other side runs on. */
  readonly closed?: Peer;
  /** What was read of the launch after the opening entry, which waits for no file. */
  readonly launch?: LaunchFiles;
  /** Counts in place of what the notes before it say. */
  readonly spans?: SpansConfirmed;
}

/** The reason of an end that the server made and no process told: its client's transport closed by itself. */
export const CLOSED_BY_SERVER = 'closed by the server';

export interface EndEntry extends EntryBase {
  readonly type: 'end';
  readonly reason: string;
  /** Not from a tap: the collector saw that the tap is gone. */
  readonly by?: 'collector';
}

/** An entry of a type this version does not know: kept and shown as it stands. */
export interface UnknownEntry extends EntryBase {
  readonly type: 'unknown';
  readonly line: string;
}

export type Entry =
  | SessionEntry
  | MessageEntry
  | FrameEntry
  | HttpEntry
  | StderrEntry
  | ExitEntry
  | GapEntry
  | NoteEntry
  | EndEntry
  | UnknownEntry;

/** An entry before its recorder gave it a place: what a tap hands to its journal. */
export type Draft = Entry extends infer E
  ? E extends Entry
    ? Omit<E, 'session' | 'seq'>
    : never
  : never;

/** A session id can stand in a path, a file name and an address; taps make ULIDs. */
export const SESSION_ID = /^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$/;

/** The highest seq: what a column of the index holds. */
export const LAST_SEQ = 0xffff_ffff;

/** The name of a message everywhere: `session:seq`, with `/i` inside a batch. */
export function reference(session: string, seq: number, item?: number): string {
  return item === undefined ? `${session}:${seq}` : `${session}:${seq}/${item}`;
}

const REFERENCE = /^([^:]+):(\d+)(?:\/(\d+))?$/;

/** The parts of a message reference, or undefined when the text is none. */
export function parseReference(
  text: string,
): { session: string; seq: number; item?: number } | undefined {
  const match = REFERENCE.exec(text);
  if (!match) return undefined;
  const [, session = '', seq = '', item] = match;
  return { session, seq: Number(seq), ...(item === undefined ? {} : { item: Number(item) }) };
}

/** The order of entries inside a session: by seq, a gap before an entry that arrived after all. */
export function bySeq(a: Entry, b: Entry): number {
  return a.seq - b.seq || Number(b.type === 'gap') - Number(a.type === 'gap');
}

/** The seq of the last entry an entry stands for: a gap stands for all it lost. */
export function lastSeq(entry: Entry): number {
  return entry.type === 'gap' ? entry.to : entry.seq;
}
