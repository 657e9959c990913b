/**
 * Which recorded message of the client a live one is.
 *
 * Level `exact`: the same method and the same params but for what is volatile; placeholders of
 * secrets agree with what they stand for. Equal messages are used up in recorded order, each once.
 *
 * And state-aware: what the recording answers after a write is the answer of a server that has seen
 * the write. So a request that was made after the answer to a write can match only once that write
 * was made again, and one that was answered before a write only until then. Without knowing what a
 * tool touches, every tool call that does not declare itself read-only is taken for a write.
 *
 * It never falls back to something similar: what has no equal is a miss, and says why.
 */
import { canonicalJson } from '../model/canonical.ts';
import { catalogs } from '../model/catalog.ts';
import { member } from '../model/json.ts';
import type { Call, MessageRef } from '../model/session.ts';
import { compareValues } from './compare.ts';
import { hasPlaceholder, type Secrets } from './placeholders.ts';
import { type ClientItem, isAnswer, isCancel, isRequest, type Script } from './script.ts';
import { matchedParams } from './volatile.ts';

/** A live message that is looked for. `params`: those of a request or notification. */
export interface Wanted {
  readonly kind: 'request' | 'notification' | 'other';
  readonly method: string;
  readonly params: unknown;
}

export type Taken =
  | { readonly ok: true; readonly item: ClientItem }
  | {
      readonly ok: false;
      readonly reason: 'not-recorded' | 'used-up' | 'state-not-reached' | 'state-passed';
      /** The equal message that could not be taken. */
      readonly nearest?: ClientItem;
      /** The write that stands between. */
      readonly write?: Call;
    };

export interface Consumption {
  /** Uses up the recorded message that equals the live one. */
  take(wanted: Wanted): Taken;
}

/** Equal recorded messages, in order; those before `next` are used up or can no longer be taken. */
interface Queue {
  readonly items: ClientItem[];
  readonly method: string;
  readonly params: unknown;
  next: number;
  /** Why the last one that was passed over could not be taken. */
  passed?: Taken;
}

export function createConsumption(script: Script, secrets: Secrets): Consumption {
  const queues = queuesOf(script);
  const redacted = [...queues].filter(([key]) => hasPlaceholder(key)).map(([, queue]) => queue);
  const state = createState(script);

  const take = (queue: Queue): Taken => {
    const taken = takeFrom(queue, state);
    if (taken.ok) state.matched(taken.item);
    return taken;
  };

  return {
    take(wanted) {
      const exact = queues.get(keyOf(wanted));
      if (exact) return take(exact);
      const params = paramsOf(wanted);
      let miss: Taken = { ok: false, reason: 'not-recorded' };
      for (const queue of redacted) {
        if (queue.method !== wanted.method) continue;
        const trial = secrets.trial();
        if (compareValues(queue.params, params, { trial, limit: 0 }).count > 0) continue;
        miss = take(queue);
        if (!miss.ok) continue;
        trial.keep();
        return miss;
      }
      return miss;
    },
  };
}

/** The recorded messages by what makes them equal; answers and cancellations find theirs by call. */
function queuesOf(script: Script): Map<string, Queue> {
  const queues = new Map<string, Queue>();
  for (const item of script.client) {
    if (isAnswer(item) || (isCancel(item.message) && item.call)) continue;
    const wanted = wantedOf(item);
    const key = keyOf(wanted);
    const queue = queues.get(key);
    if (queue) queue.items.push(item);
    else {
      queues.set(key, { items: [item], method: wanted.method, params: paramsOf(wanted), next: 0 });
    }
  }
  return queues;
}

function takeFrom(queue: Queue, state: State): Taken {
  for (; queue.next < queue.items.length; queue.next++) {
    const item = queue.items[queue.next] as ClientItem;
    const obstacle = state.obstacle(item);
    if (!obstacle) {
      queue.next++;
      return { ok: true, item };
    }
    const miss: Taken = { ok: false, nearest: item, ...obstacle };
    // Those behind it were made later still.
    if (obstacle.reason === 'state-not-reached') return miss;
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

function keyOf(wanted: Wanted): string {
  return `${wanted.kind} ${wanted.method} ${canonicalJson(paramsOf(wanted))}`;
}

interface State {
  /** What stands in the way of taking the item now. */
  obstacle(
    item: ClientItem,
  ): { readonly reason: 'state-not-reached' | 'state-passed'; readonly write: Call } | undefined;
  matched(item: ClientItem): void;
}

/** Methods whose answers do not depend on what was written. */
export const STATELESS: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'logging/setLevel',
]);

/** Follows which writes were made again. Before and after are those of the recording: by seq. */
function createState(script: Script): State {
  const writes = writesOf(script);
  const answered = writes
    .filter(({ response }) => response !== undefined)
    .sort((a, b) => seqOf(a.response) - seqOf(b.response));
  const isWrite = new Set(writes);
  const made = new Set<Call>();
  let next = 0;
  let newest: Call | undefined;
  return {
    obstacle(item) {
      if (!isRequest(item) || STATELESS.has(item.message.method)) return undefined;
      const { request, response } = item.call;
      if (newest && response && response.seq < newest.request.seq) {
        return { reason: 'state-passed', write: newest };
      }
      const missing = answered[next];
      if (!missing || seqOf(missing.response) >= request.seq) return undefined;
      return { reason: 'state-not-reached', write: missing };
    },
    matched(item) {
      if (!isRequest(item) || !isWrite.has(item.call)) return;
      made.add(item.call);
      if (!newest || item.call.request.seq > newest.request.seq) newest = item.call;
      while (next < answered.length && made.has(answered[next] as Call)) next++;
    },
  };
}

function seqOf(ref: MessageRef | undefined): number {
  return ref?.seq ?? Number.POSITIVE_INFINITY;
}

/** The tool calls of the client whose tool is not declared read-only wherever it was listed. */
function writesOf({ session }: Script): Call[] {
  const readOnly = new Map<string, boolean>();
  for (const { offers } of catalogs(session)) {
    for (const { kind, name, definition } of offers) {
      if (kind !== 'tool') continue;
      const declared = member(definition, 'annotations', 'readOnlyHint') === true;
      readOnly.set(name, declared && readOnly.get(name) !== false);
    }
  }
  return session.session.calls.filter(
    ({ from, method, subject }) =>
      from === 'client' && method === 'tools/call' && readOnly.get(subject ?? '') !== true,
  );
}
