/** Which steps may be taken: each once all that it waits for has happened. */
import type { Call } from '../../model/session.ts';
import type { ClientLine } from './lines.ts';
import type { Condition, Step } from './order.ts';

/** A line, a call of the client, a question of the server, or so many notifications of a method. */
type Happening = ClientLine | Call | string;

export interface Waiting {
  /** Takes the steps that may be taken now, in recorded order; each is given once. */
  ready(): Step[];
  happened(what: Happening): void;
  heard(method: string, count: number): void;
  /**
   * The first step that nothing but the server keeps waiting, by a question or notification that
   * does not come; it waits for it no more. `unasked`: the questions that were not asked.
   */
  giveUp(): { readonly step: Step; readonly unasked: readonly Call[] } | undefined;
  /** Takes everything that still waits. */
  rest(): Step[];
  readonly isEmpty: boolean;
}

export function createWaiting(steps: readonly Step[]): Waiting {
  const left = new Map(steps.map((step) => [step, new Set(step.after)]));
  const waiting = new Map<Happening, [Step, Condition][]>();
  const done = new Set<Happening>();
  for (const step of steps) {
    for (const condition of step.after) {
      const key = keyOf(condition);
      const known = waiting.get(key);
      if (known) known.push([step, condition]);
      else waiting.set(key, [[step, condition]]);
    }
  }
  const ready = new Set(steps.filter(({ after }) => after.length === 0));
  const happened = (what: Happening): void => {
    if (done.has(what)) return;
    done.add(what);
    for (const [step, condition] of waiting.get(what) ?? []) {
      const conditions = left.get(step);
      if (conditions?.delete(condition) && conditions.size === 0) ready.add(step);
    }
  };
  return {
    ready() {
      const taken = [...ready].sort((a, b) => a.line.seq - b.line.seq);
      ready.clear();
      for (const step of taken) left.delete(step);
      return taken;
    },
    happened,
    heard: (method, count) => happened(heardKey(method, count)),
    giveUp() {
      for (const [step, conditions] of left) {
        const all = [...conditions];
        if (all.length === 0 || !all.every(isUpToServer)) continue;
        const unasked = all.flatMap((one) => (one.kind === 'asked' ? [one.call] : []));
        if (unasked.length > 0) left.delete(step);
        else for (const condition of all) happened(keyOf(condition));
        return { step, unasked };
      }
      return undefined;
    },
    rest() {
      const rest = [...left.keys()];
      left.clear();
      ready.clear();
      return rest;
    },
    get isEmpty() {
      return left.size === 0;
    },
  };
}

function isUpToServer({ kind }: Condition): boolean {
  return kind === 'asked' || kind === 'heard';
}

function keyOf(condition: Condition): Happening {
  switch (condition.kind) {
    case 'sent':
      return condition.line;
    case 'settled':
    case 'asked':
      return condition.call;
    case 'heard':
      return heardKey(condition.method, condition.count);
    case 'told':
      return toldKey(condition.line);
  }
}

/** What `happened` when a line that waits to be told may be sent. */
export function toldKey({ seq }: ClientLine): string {
  return `told ${seq}`;
}

function heardKey(method: string, count: number): string {
  return `${count} ${method}`;
}
