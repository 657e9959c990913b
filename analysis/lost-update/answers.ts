/**
 * Answers: whether a server's answer to a write reads as if it did it.
 *
 * Many servers say in a result that is no error that nothing was done. How they answer when they did
 * it is learned from the answers to writes that are there.
 */
import { textsIn } from '../footprint/leaves.ts';
import { type Operation, resultOf } from '../footprint/operation.ts';
import { type Feature, visibleIn, wordFeature } from './features.ts';
import type { Told } from './judge.ts';

export interface Answers {
  /** Tools whose answers repeat what was written. */
  readonly echoing: ReadonlySet<string>;
  /** Words of trouble that such answers have all the same. */
  readonly usual: ReadonlySet<Feature>;
}

/** So many answers to writes that are there are looked at. */
const SAMPLE = 100;

export function answersOf(there: readonly Told[]): Answers {
  const echoing = new Set<string>();
  const usual = new Set<Feature>();
  for (const { write, traces } of there.slice(-SAMPLE)) {
    const words = answerOf(write);
    if (traces.some(({ found }) => words.has(found.feature))) echoing.add(write.tool);
    for (const word of TROUBLE) if (words.has(word) && !NEVER_USUAL.has(word)) usual.add(word);
  }
  return { echoing, usual };
}

/** Whether the answer reads like those to the writes that are there. */
export function didIts({ write, traces }: Told, { echoing, usual }: Answers): boolean {
  const words = answerOf(write);
  const own = new Set(traces.map(({ found }) => found.feature));
  if (TROUBLE.some((word) => words.has(word) && !usual.has(word) && !own.has(word))) return false;
  return !echoing.has(write.tool) || traces.some(({ found }) => words.has(found.feature));
}

/** Every feature of what the server answered. */
function answerOf(write: Operation): Set<Feature> {
  const words = new Set<Feature>();
  for (const text of textsIn(resultOf(write))) visibleIn(text, (word) => words.add(word));
  return words;
}

/** Words by which servers say that somebody must allow it first, however many they say it of. */
const HELD = ['held', 'moderation', 'moderator', 'moderators', 'awaiting', 'approval'];
const NEVER_USUAL = new Set(HELD.map(wordFeature));

/** Words by which servers say that nothing was done, or not yet. */
const TROUBLE = [
  ...['error', 'errors', 'fail', 'failed', 'failure', 'unable', 'cannot', 'denied', 'conflict'],
  ...['invalid', 'exists', 'exist', 'already', 'duplicate', 'skipped', 'ignored', 'unchanged'],
  ...['nothing', 'timeout', 'busy', 'locked', 'queued', 'pending', 'accepted', 'scheduled'],
  ...['rejected', 'missing', 'deferred', 'postponed', 'quarantined', 'delayed', 'waiting'],
  ...HELD,
].map(wordFeature);
