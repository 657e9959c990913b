/** What the search for lost updates gives. */
import type { Operation } from '../footprint/operation.ts';
import type { Group } from './groups.ts';

/** One write that is gone. */
export interface LostWrite {
  readonly write: Operation;
  /** The place of what was looked for and not found, within the request message. */
  readonly pointer: string;
  /** Of the writes that ran at the same time and are there, the one that was answered last. */
  readonly overwrittenBy: Operation;
}

/** What one read shows to be gone of one resource. */
export interface LostUpdates {
  readonly group: Pick<Group, 'id' | 'label' | 'pattern'>;
  readonly read: Operation;
  /** In the order they began. */
  readonly lost: readonly [LostWrite, ...LostWrite[]];
  /** How many acknowledged writes the read should show. */
  readonly of: number;
  /** Each lost write ran at the same time as one of its own session that is there. */
  readonly inOneServer: boolean;
  readonly confidence: number;
  /** Why the read may lack what is there, or was there: it could be lost, and no more can be said. */
  readonly doubt?: Doubt;
}

/**
 * `queue`: somebody takes from what is listed. `ranking`: such reads show the best. `rotation`: what is
 * kept is the newest.
 */
export type Doubt = 'queue' | 'ranking' | 'rotation';
