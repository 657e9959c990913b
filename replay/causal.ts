/**
 * The placement `causal` of what belongs to no request: it waits for what may have caused it, and
 * for the one before it that is about the same. What a subscription brings waits for the
 * subscription; an update or a changed list for it and for the last write before; anything else for
 * the last message of the client before it.
 */

import { member, parseJson, textMember } from '../model/json.ts';
import { classify, type SingleMessage, subjectOf } from '../model/message.ts';
import type { Call } from '../model/session.ts';
import { type ClientItem, isRequest, type Script, type ServerStep } from './script.ts';
import { writesOf } from './written-state.ts';

export interface Causal {
  matched(item: ClientItem): void;
  /** The steps that became due, each once. */
  take(): ServerStep[];
  /** The recorded message of the client that a step still waits for. */
  missing(step: ServerStep): ClientItem | undefined;
}

interface Waiting {
  readonly step: ServerStep;
  readonly causes: Set<ClientItem>;
  /** The one before it that is about the same. */
  readonly before: Waiting | undefined;
  isOut: boolean;
}

export function createCausal(script: Script): Causal {
  const all = waitingOf(script);
  const byStep = new Map(all.map((one) => [one.step, one]));
  const byCause = new Map<ClientItem, Waiting[]>();
  const next = new Map<Waiting, Waiting>();
  for (const one of all) {
    if (one.before) next.set(one.before, one);
    for (const cause of one.causes) {
      const others = byCause.get(cause);
      if (others) others.push(one);
      else byCause.set(cause, [one]);
    }
  }
  let due: ServerStep[] = [];
  const release = (first: Waiting): void => {
    for (let one: Waiting | undefined = first; one && isFree(one); one = next.get(one)) {
      one.isOut = true;
      due.push(one.step);
    }
  };
  for (const one of all) release(one);
  return {
    matched(item) {
      for (const one of byCause.get(item) ?? []) {
        one.causes.delete(item);
        release(one);
      }
    },
    take() {
      const taken = due;
      due = [];
      return taken;
    },
    missing(step) {
      let one = byStep.get(step);
      while (one?.causes.size === 0) one = one.before;
      return one?.causes.values().next().value;
    },
  };
}

function isFree({ causes, before, isOut }: Waiting): boolean {
  return !isOut && causes.size === 0 && (before?.isOut ?? true);
}

function waitingOf(script: Script): Waiting[] {
  const writes = new Set(writesOf(script));
  const past = createPast(script, writes);
  const last = new Map<string, Waiting>();
  return script.observed.map((step) => {
    past.goTo(step.seq);
    const message = messageOf(step);
    const about = aboutOf(message);
    const one: Waiting = {
      step,
      causes: new Set(causesOf(step, message, past)),
      before: last.get(about),
      isOut: false,
    };
    last.set(about, one);
    return one;
  });
}

/** The first message of a line; that of a batch stands for all of them. */
function messageOf({ parts, text }: ServerStep): SingleMessage | undefined {
  const parsed = parts.length > 0 ? parseJson(text) : undefined;
  const message = parsed?.ok ? classify(parsed.value) : undefined;
  return message?.kind === 'batch' ? message.items[0] : message;
}

function aboutOf(message: SingleMessage | undefined): string {
  if (!message || !('method' in message)) return '';
  const { method, params } = message;
  return JSON.stringify([method, subjectOf(method, params), textMember(params, 'uri')]);
}

function causesOf(
  step: ServerStep,
  message: SingleMessage | undefined,
  past: Past,
): readonly ClientItem[] {
  const method = message && 'method' in message ? message.method : '';
  const brought = step.parts.flatMap(({ slots }) => slots.map(({ call }) => past.itemOf(call)));
  const isChange = method.endsWith('list_changed') || method === 'notifications/resources/updated';
  const uri = message && 'params' in message ? member(message.params, 'uri') : undefined;
  const known = isChange ? [...brought, past.subscription(uri), past.write()] : brought;
  const causes = known.filter((item) => item !== undefined);
  if (causes.length > 0) return causes;
  const latest = past.latest();
  return latest ? [latest] : [];
}

/** What the client had said by some place of the recording. */
interface Past {
  goTo(seq: number): void;
  itemOf(call: Call): ClientItem | undefined;
  subscription(uri: unknown): ClientItem | undefined;
  write(): ClientItem | undefined;
  latest(): ClientItem | undefined;
}

function createPast({ client, turns }: Script, writes: ReadonlySet<Call>): Past {
  const subscriptions = new Map<unknown, ClientItem>();
  let write: ClientItem | undefined;
  let at = 0;
  return {
    goTo(seq) {
      for (let item = client[at]; item && item.ref.seq < seq; item = client[++at]) {
        if (!isRequest(item)) continue;
        const { method, params } = item.message;
        if (method === 'resources/subscribe') subscriptions.set(member(params, 'uri'), item);
        if (writes.has(item.call)) write = item;
      }
    },
    itemOf: (call) => turns.get(call)?.item,
    subscription: (uri) => (uri === undefined ? undefined : subscriptions.get(uri)),
    write: () => write,
    latest: () => client[at - 1],
  };
}
