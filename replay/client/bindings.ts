/**
 * What the recorded values of the server are in the live run. Learned from its answers, which are
 * laid beside the recorded ones; used in what the client says next, and in comparing.
 */
import { container } from '../../analysis/words/leaves.ts';
import { aligned, wordsIn } from '../../analysis/words/pieces.ts';
import { isObject } from '../../model/json.ts';
import { type Flow, tokenOf } from './flow.ts';
import { pairItems } from './pairing.ts';

export interface Bindings {
  /** Learns from a live message what values of the recorded one are now. */
  learn(recorded: unknown, live: unknown): void;
  /** Is told what a recorded value is now, by whoever learned it elsewhere. */
  bind(token: string, live: string | number): void;
  /** The live value of a recorded one; undefined where nothing is known. */
  get(token: string): string | number | undefined;
  /** A recorded text or number as it would be in the live run. */
  rewritten(recorded: string | number): string | number;
  /** The first value that was two things in the live run. */
  conflict(): Conflict | undefined;
  /** What is another value now than it was. */
  changed(): readonly { readonly recorded: string | number; readonly live: string | number }[];
}

export interface Conflict {
  readonly recorded: string | number;
  readonly live: readonly [string | number, string | number];
}

export function createBindings({ isUsed, isEmpty }: Omit<Flow, 'uses'>): Bindings {
  const known = new Map<string, string | number>();
  let conflict: Conflict | undefined;
  const bind = (token: string, live: unknown): void => {
    if (!isUsed(token) || (typeof live !== 'string' && typeof live !== 'number')) return;
    const before = known.get(token);
    if (before === undefined) known.set(token, live);
    else if (before !== live) conflict ??= { recorded: JSON.parse(token), live: [before, live] };
  };
  const bindValue: Bind = (recorded, live) => bind(tokenOf(recorded), live);
  return {
    learn(recorded, live) {
      if (!isEmpty) lay(recorded, live, bindValue);
    },
    bind,
    get: (token) => known.get(token),
    rewritten(recorded) {
      const whole = known.get(tokenOf(recorded));
      if (whole !== undefined || typeof recorded === 'number') return whole ?? recorded;
      if (known.size === 0) return recorded;
      return replaced(recorded, (word) => known.get(tokenOf(word)));
    },
    conflict: () => conflict,
    changed: () =>
      [...known].flatMap(([token, live]) => {
        const recorded: string | number = JSON.parse(token);
        return recorded === live ? [] : [{ recorded, live }];
      }),
  };
}

/** The text with those of its words replaced that are known to be others. */
function replaced(text: string, of: (word: string) => string | number | undefined): string {
  let done = '';
  let at = 0;
  for (const { start, end, text: word } of wordsIn(text)) {
    const other = of(word);
    if (other === undefined) continue;
    done += text.slice(at, start) + other;
    at = end;
  }
  return done + text.slice(at);
}

type Bind = (recorded: string | number, live: unknown) => void;

/** Walks two values side by side, as far as they are alike. */
function lay(recorded: unknown, live: unknown, bind: Bind): void {
  if (Array.isArray(recorded) && Array.isArray(live)) {
    if (recorded.length !== live.length) return;
    for (const [one, other] of pairItems(recorded, live).pairs) {
      lay(recorded[one], live[other], bind);
    }
  } else if (isObject(recorded) && isObject(live)) {
    for (const [name, own] of Object.entries(recorded)) {
      if (Object.hasOwn(live, name)) lay(own, live[name], bind);
    }
  } else if (typeof recorded === 'number') bind(recorded, live);
  else if (typeof recorded === 'string') layText(recorded, live, bind);
}

function layText(recorded: string, live: unknown, bind: Bind): void {
  bind(recorded, live);
  if (typeof live !== 'string') return;
  const [ours, theirs] = [container(recorded), container(live)];
  if (ours && theirs) {
    lay(ours, theirs, bind);
    return;
  }
  for (const [one, other] of aligned(recorded, live, wordsIn) ?? []) bind(one.text, other.text);
}
