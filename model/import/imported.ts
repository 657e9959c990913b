/**
 * Captures of other tools as entries. Pure: text in, drafts out; ids and redaction come from whoever
 * runs it. What a format does not carry is written down, and never made up where it matters.
 */
import type { Redact } from '../crossing.ts';
import type { Channel, Draft, Peer, Transport } from '../entry.ts';
import { messageOrFrame } from '../line.ts';

/** What no format but ours has; each says what it lacks besides. */
export type Lack =
  /** The exact text of messages: spaces, numbers and repeated members as they were sent. */
  | 'bytes'
  /** Times on a clock that only runs forward: they are of the wall clock. */
  | 'clock'
  /** When a message was passed on. */
  | 'delivery'
  /** How the process of the server ended. */
  | 'exit'
  | 'launch'
  | 'stderr'
  /** What was on the pipes and is no message. */
  | 'frames'
  /** Whether it was stdio or HTTP. */
  | 'transport'
  /** The exchanges of HTTP: what was sent together, headers and status. */
  | 'exchanges'
  /** Which message came first, where times are equal to the millisecond or were added up. */
  | 'order'
  /** Who sent a message: it is guessed from its method. */
  | 'direction'
  /** The rest of a message that was cut. */
  | 'rest'
  /** That it came in a batch with others. */
  | 'batch'
  /** Values that the other tool replaced. */
  | 'values';

/** One session of another tool, before it has an id. */
export interface ImportedSession {
  /** The same for the same session of the same tool, in whatever file it stands. */
  readonly key: string;
  readonly name: string;
  readonly transport: Transport;
  readonly from: string;
  readonly lacks: readonly Lack[];
  /** When it began, in ms since 1970. */
  readonly wall: number;
  readonly command?: readonly string[];
  /** Over HTTP: the address of the server. */
  readonly upstream?: string;
  /** In order; a gap has `to` relative to its own place. */
  readonly drafts: readonly Draft[];
}

export type Imported =
  | {
      readonly ok: true;
      readonly sessions: readonly ImportedSession[];
      /** Lines or items that could not be read, as clauses. */
      readonly unread: readonly string[];
    }
  | { readonly ok: false; readonly detail: string };

export interface Crossed {
  readonly at: number;
  readonly from: Peer;
  readonly channel: Channel;
  readonly lacks?: readonly Lack[];
}

/** A message or a frame of the text, redacted. */
export function crossed({ lacks = [], ...where }: Crossed, text: string, redact: Redact): Draft {
  const clean = redact(text);
  const head = {
    type: 'message' as const,
    ...where,
    ...(clean.count > 0 ? { redacted: clean.count } : {}),
    ...(lacks.length > 0 ? { imported: { lacks } } : {}),
  };
  return messageOrFrame(head, clean.text) as Draft;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Microseconds since 1970 of an RFC 3339 time; undefined when the text is none. */
export function microseconds(text: string | undefined): number | undefined {
  const [, second, fraction = '', zone] = TIME.exec(text ?? '') ?? [];
  const whole = second === undefined ? Number.NaN : Date.parse(`${second}${zone}`);
  if (!Number.isFinite(whole) || whole < 0) return undefined;
  return whole * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
