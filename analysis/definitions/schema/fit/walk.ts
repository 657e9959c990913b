/** What the rules of all keywords share: the three answers, and what a judgement may still cost. */
import { escapePointer, type JsonObject } from '../../../../model/json.ts';

/** Where it does not fit: a JSON pointer into the value, and the keyword that refuses it. */
export interface Misfit {
  readonly at: string;
  readonly keyword: string;
}

export type Fit = 'fits' | 'unknown' | Misfit;

/** `plain`: it does not say, so 2020-12; the words of older ones in it may mean anything. */
export type Dialect = 'plain' | '2020-12' | '2019-09' | 'draft-07';

/** One judgement under way. */
export interface Walk {
  readonly root: JsonObject;
  readonly dialect: Dialect;
  /** What it may still cost, about in keywords and members looked at. */
  left: number;
  depth: number;
  readonly judge: (value: unknown, schema: unknown) => Fit;
}

/** What a keyword says of a value. One that is not sure says that it does not know. */
export type FitRule = (value: unknown, said: unknown, schema: JsonObject, walk: Walk) => Fit;

export function isMisfit(fit: Fit): fit is Misfit {
  return typeof fit === 'object';
}

/** Takes something from what the judgement may cost; true when nothing is left. */
export function isSpent(walk: Walk, cost: number): boolean {
  walk.left -= cost;
  return walk.left < 0;
}

export function misfit(keyword: string): Misfit {
  return { at: '', keyword };
}

/** What does not fit inside a part does not fit at the place where the part stands. */
export function within(name: string | number, { at, keyword }: Misfit): Misfit {
  return { at: `/${escapePointer(String(name))}${at}`, keyword };
}
