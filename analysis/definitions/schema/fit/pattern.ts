/** Expressions of schemas, run only where they are known to take linear time. */
import { checkLinear } from '../../../../model/expression/linear.ts';
import { isSpent, type Walk } from './walk.ts';

interface Compiled {
  readonly expression: RegExp;
  /** The most steps at one character, and once. */
  readonly steps: number;
  readonly once: number;
}

const compiled = new WeakMap<object, Map<string, Compiled | null>>();

const LONGEST = 1000;
const STEPS_FOR_ONE = 20;

/** Whether a pattern stands somewhere in a text; undefined where it is not run. */
export function matches(pattern: unknown, text: string, walk: Walk): boolean | undefined {
  if (typeof pattern !== 'string' || pattern.length > LONGEST) return undefined;
  // Schemas mean code points, and we look at UTF-16.
  if (/[\ud800-\udfff]/.test(text)) return undefined;
  const ready = compiledIn(walk, pattern);
  if (!ready) return undefined;
  const cost = Math.ceil((ready.once + ready.steps * text.length) / STEPS_FOR_ONE);
  return isSpent(walk, cost) ? undefined : ready.expression.test(text);
}

function compiledIn(walk: Walk, pattern: string): Compiled | null {
  const own = compiled.get(walk.root) ?? new Map<string, Compiled | null>();
  compiled.set(walk.root, own);
  const known = own.get(pattern);
  if (known !== undefined) return known;
  if (isSpent(walk, pattern.length)) return null;
  const verdict = checkLinear(pattern);
  const ready = verdict.ok ? { expression: new RegExp(pattern), ...verdict } : null;
  own.set(pattern, ready);
  return ready;
}
