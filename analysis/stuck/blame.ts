/** What is said of a call that waits. Plain data, sent to pages as it is. */
import type { Peer } from '../../model/entry.ts';
import type { Evidence } from '../../model/finding.ts';

/**
 * `client-gone`: the client closed the connection that was to bring the answer. `stream-over`: the
 * server did, and told where the client may go on. `unreadable`: the answer may be among lines that
 * were lost or not kept.
 */
export type Cause =
  | 'not-started'
  | 'pipe-full'
  | 'server-silent'
  | 'server-working'
  | 'waits-for-client'
  | 'late-answer'
  | 'wrong-id'
  | 'not-json'
  | 'process-gone'
  | 'client-gone'
  | 'stream-over'
  | 'unreadable';

export interface Blame {
  readonly session: string;
  /** The reference of the request: `session:seq`. */
  readonly call: string;
  readonly method: string;
  /** The tool, prompt or resource it is about. */
  readonly subject?: string;
  readonly owes: Peer | 'nobody';
  readonly cause: Cause;
  /** One or two sentences for people; recorded text in them is hostile. */
  readonly sentence: string;
  /** Microseconds since the request; for a late answer, until it came. */
  readonly waited: number;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** How to make sure. */
  readonly confirm?: string;
}
