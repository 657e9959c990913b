/**
 * Which recorded message of the client a live one is.
 *
 * Level `exact`: the same method and the same params but for what is volatile; placeholders of
 * secrets agree with what they stand for. Level `masked`: exact but for masked values, which are of
 * the class that their mask names. Equal messages are used up in recorded order, each once, and
 * only in the recorded state: see written-state.ts.
 *
 * It never falls back to something similar: what has no equal is a miss, and says why.
 */

import { canonicalJson } from '../model/canonical.ts';
import { subjectOf } from '../model/message.ts';
import { hasPlaceholder } from '../model/placeholder.ts';
import type { Call } from '../model/session.ts';
import { compareValues } from './compare.ts';
import { type Mask, type MaskedPlace, maskedPlaces, masksOf, withMasks } from './masks.ts';
import type { Secrets } from './placeholders.ts';
import { createRising } from './rising.ts';
import { type ClientItem, isAnswer, isCancel, type Script } from './script.ts';
import { matchedParams } from './volatile.ts';
import { createWrittenState } from './written-state.ts';

/** A live message that is looked for. `params`: those of a request or notification. */
export interface Wanted {
  readonly kind: 'request' | 'notification' | 'other';
  readonly method: string;
  readonly params: unknown;
}

export interface Found {
  readonly ok: true;
  readonly item: ClientItem;
  /** Where masked values differ; none of an exact match. */
  readonly places: readonly MaskedPlace[];
  /** All equal messages are used up, and this one's answer may be given once more. */
  readonly again: boolean;
}

export interface NotFound {
  readonly ok: false;
  readonly reason:
    | 'not-recorded'
    | 'used-up'
    | 'state-not-reached'
    | 'state-passed'
    | 'number-falls';
  /** The equal message that could not be taken. */
  readonly nearest?: ClientItem;
  /** The write that stands between. */
  readonly write?: Call;
  /** The number that falls. */
  readonly pointer?: string;
}

export type Taken = Found | NotFound;

export interface Consumption {
  /** Uses up the recorded message that equals the live one. */
  take(wanted: Wanted): Taken;
}

/** Equal recorded messages, in order; those before `next` are used up or can no longer be taken. */
interface Queue {
  readonly items: ClientItem[];
  readonly method: string;
  /** What a live message is compared with. */
  readonly compared: unknown;
  next: number;
  /** Why the last one that was passed over could not be taken. */
  passed?: NotFound;
}

/** What of a message is compared; undefined when it is not looked for this way. */
type Compared = (wanted: Wanted) => { readonly compared: unknown } | undefined;

interface Level {
  readonly compared: Compared;
  readonly queues: ReadonlyMap<string, Queue>;
  /** Those that hold placeholders of secrets. */
  readonly redacted: readonly Queue[];
}

export function createConsumption(
  script: Script,
  secrets: Secrets,
  masks: readonly Mask[] = [],
): Consumption {
  const used = new Set<ClientItem>();
  const written = createWrittenState(script);
  const rising = createRising();
  const about = ({ method, params }: Wanted) => masksOf(masks, method, subjectOf(method, params));
  const levels: Level[] = [levelOf(script, (wanted) => ({ compared: paramsOf(wanted) }))];
  const underMasks: Compared = (wanted) => {
    const own = about(wanted);
    return own.length === 0 ? undefined : { compared: withMasks(messageOf(wanted), own) };
  };
  if (masks.length > 0) levels.push(levelOf(script, underMasks));

  const take = (queue: Queue, wanted: Wanted, level: Level): Taken => {
    const live = messageOf(wanted);
    const own = about(wanted);
    const taken = takeFrom(queue, (item) => {
      if (used.has(item)) return 'used';
      const pointer =
        level === levels[0] ? undefined : rising.fallsAt(messageOf(wantedOf(item)), live, own);
      return pointer === undefined ? written.obstacle(item) : { reason: 'number-falls', pointer };
    });
    if (!taken.ok) return taken;
    const { item } = taken;
    const recorded = messageOf(wantedOf(item));
    used.add(item);
    written.matched(item);
    rising.keep(recorded, live, own);
    const places = level === levels[0] ? [] : maskedPlaces(recorded, live, own);
    return { ok: true, item, places, again: false };
  };

  return {
    take(wanted) {
      let miss: NotFound = { ok: false, reason: 'not-recorded' };
      for (const level of levels) {
        const taken = takeOn(level, { wanted, secrets, take });
        if (taken?.ok) return taken;
        // The strictest level knows best why.
        if (taken && miss.reason === 'not-recorded') miss = taken;
      }
      const { reason, nearest } = miss;
      const again = reason === 'used-up' && nearest && written.isFinal(nearest);
      if (!again) return miss;
      const recorded = messageOf(wantedOf(nearest));
      const places = maskedPlaces(recorded, messageOf(wanted), about(wanted));
      return { ok: true, item: nearest, places, again };
    },
  };
}

interface Search {
  readonly wanted: Wanted;
  readonly secrets: Secrets;
  readonly take: (queue: Queue, wanted: Wanted, level: Level) => Taken;
}

function takeOn(level: Level, { wanted, secrets, take }: Search): Taken | undefined {
  const { compared, queues, redacted } = level;
  const live = compared(wanted);
  if (!live) return undefined;
  const equal = queues.get(keyOf(wanted, live.compared));
  if (equal) return take(equal, wanted, level);
  let miss: Taken | undefined;
  for (const queue of redacted) {
    if (queue.method !== wanted.method) continue;
    const trial = secrets.trial();
    if (compareValues(queue.compared, live.compared, { trial, limit: 0 }).count > 0) continue;
    miss = take(queue, wanted, level);
    if (!miss.ok) continue;
    trial.keep();
    return miss;
  }
  return miss;
}

/** The recorded messages by what makes them equal; answers and cancellations find theirs by call. */
function levelOf(script: Script, compared: Compared): Level {
  const queues = new Map<string, Queue>();
  for (const item of script.client) {
    if (isAnswer(item) || (isCancel(item.message) && item.call)) continue;
    const wanted = wantedOf(item);
    const own = compared(wanted);
    if (!own) continue;
    const key = keyOf(wanted, own.compared);
    const queue = queues.get(key);
    if (queue) queue.items.push(item);
    else queues.set(key, { items: [item], method: wanted.method, compared: own.compared, next: 0 });
  }
  const redacted = [...queues].filter(([key]) => hasPlaceholder(key)).map(([, queue]) => queue);
  return { compared, queues, redacted };
}

type Obstacle = Pick<NotFound, 'reason' | 'write' | 'pointer'>;

type Untaken = NotFound | { readonly ok: true; readonly item: ClientItem };

function takeFrom(
  queue: Queue,
  obstacleTo: (item: ClientItem) => Obstacle | 'used' | undefined,
): Untaken {
  for (; queue.next < queue.items.length; queue.next++) {
    const item = queue.items[queue.next] as ClientItem;
    const obstacle = obstacleTo(item);
    if (obstacle === 'used') continue;
    if (!obstacle) {
      queue.next++;
      return { ok: true, item };
    }
    const miss: NotFound = { ok: false, nearest: item, ...obstacle };
    // Those behind it were made later still, and what is wrong with a number is no state.
    if (obstacle.reason !== 'state-passed') return miss;
    queue.passed = miss;
  }
  const last = queue.items.at(-1);
  return queue.passed ?? { ok: false, reason: 'used-up', ...(last ? { nearest: last } : {}) };
}

export function wantedOf({ message, value }: ClientItem): Wanted {
  if (message.kind === 'request' || message.kind === 'notification') return message;
  return { kind: 'other', method: '', params: value };
}

function paramsOf({ method, params }: Wanted): unknown {
  return matchedParams(method, params);
}

/** As pointers into a message see it. */
function messageOf(wanted: Wanted): unknown {
  return { params: paramsOf(wanted) };
}

function keyOf({ kind, method }: Wanted, compared: unknown): string {
  return `${kind} ${method} ${canonicalJson(compared)}`;
}
