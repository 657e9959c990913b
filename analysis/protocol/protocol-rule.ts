/**
 * What a protocol rule is: words for people, the revisions that state it, and handlers that watch one
 * session go by. The automaton calls the handlers; a rule keeps what it must remember in the closure
 * of its `watch`, and does a bounded amount of work for each message.
 */
import type { Entry, Peer } from '../../model/entry.ts';
import type { Severity } from '../../model/finding.ts';
import type { Lack } from '../../model/import/imported.ts';
import type { Revision } from '../../model/methods.ts';
import type { Call, MessageRef, Session } from '../../model/session.ts';
import type { Rule } from '../rules/rule.ts';
import type { Exchange } from './exchanges.ts';

/** One message, or one entry that is none, as the rules are told of it. */
export interface Happening {
  readonly entry: Entry;
  /** Where it stands. */
  readonly ref: MessageRef;
  /** Who sent it; of what nobody sends (an exit), nobody. */
  readonly from?: Peer;
  /** The method of a request or notification, or of the request that a response answers. */
  readonly method?: string;
  /** The call it opens, answers, cancels or tells of. */
  readonly call?: Call;
  /** The message's JSON value; undefined where there is none or it nests too deep. */
  readonly value: unknown;
  /** The revision that holds for it, where that is known. */
  readonly revision?: Revision;
  /** The HTTP exchange it crossed on, with what its headers say. */
  readonly exchange?: Exchange;
}

export type Kind =
  | 'request'
  | 'response'
  | 'notification'
  | 'invalid'
  | 'frame'
  | 'http'
  | 'note'
  | 'exit'
  | 'end';

/** What a handler is called for: a kind, or a kind with its method. `over`: after the last entry. */
export type On = Kind | 'over' | `${'request' | 'response' | 'notification'} ${string}`;

export interface Shown {
  readonly at: { readonly seq: number; readonly item?: number };
  readonly role: string;
  /** A JSON pointer into the message. */
  readonly pointer?: string;
}

export interface Violation {
  /** Who broke the rule. */
  readonly by: Peer;
  /** What violations told together have in common, as a method or a tool; stands in the fingerprint. */
  readonly about?: string;
  readonly evidence: readonly [Shown, ...Shown[]];
  /**
   * It holds only if nothing was lost between here and the last of the evidence; when left out, from
   * the first of the evidence on. FROM_THE_START: a session that was joined shows it as little.
   */
  readonly since?: number;
  /** Where it differs from that of the rule. */
  readonly severity?: Severity;
}

/** The place before all entries. */
export const FROM_THE_START = -1;

/** Violations of one rule in one session by one side about one thing, as a sentence needs them. */
export interface Told {
  readonly by: Peer;
  /** `The server of memory`. */
  readonly who: string;
  /** Recorded text is made one line, in quotes: `“create_note”`. */
  readonly about: string;
  /** `once`, `twice`, `20 times`. */
  readonly times: string;
}

export interface Watching {
  readonly session: Session;
  /** Whether the recording has a hole between two places, in which an entry of this side may be. */
  readonly isHole: (after: number, before: number, from?: Peer) => boolean;
  /** Whether all is known to be of one client, so that its ids and tokens are of one counter. */
  readonly isOneClient: () => boolean;
  readonly report: (violation: Violation) => void;
}

export interface ProtocolRule extends Omit<Rule, 'find' | 'source'> {
  /** The revisions that state it; a rule is told only of messages for which one of them holds. */
  readonly revisions: readonly Revision[];
  /** The page of the specification, below docs/specification/REVISION of the newest revision. */
  readonly page: string;
  /** What it needs besides, of a capture by another tool. */
  readonly needs?: readonly Lack[];
  readonly says: (told: Told) => string;
  readonly watch: (watching: Watching) => Handlers;
}

export type Handlers = { readonly [K in On]?: (happening: Happening) => void } & {
  readonly over?: () => void;
};
