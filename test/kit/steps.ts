/**
 * An engine for expressions that backtracks as those of JavaScript do (ECMA-262, RegExp semantics),
 * and counts: one step is one character or edge looked at, or one more round of a repetition.
 */
import { has, WORD } from '../../model/expression/characters.ts';
import type { Expression, Repetition } from '../../model/expression/parse.ts';

export interface Searched {
  /** Start and end of each match, as a global search finds them. */
  readonly matches: readonly (readonly [number, number])[];
  readonly steps: number;
}

type Then = (at: number) => boolean;

/** A global search for an expression without flags. */
export function searched(expression: Expression, text: string): Searched {
  const engine = { text, steps: 0 };
  const matches: (readonly [number, number])[] = [];
  for (let from = 0; from <= text.length; ) {
    let end = -1;
    const isMatch = run(engine, expression, from, false, (at) => {
      end = at;
      return true;
    });
    if (isMatch) matches.push([from, end]);
    from = isMatch && end > from ? end : from + 1;
  }
  return { matches, steps: engine.steps };
}

interface Engine {
  readonly text: string;
  steps: number;
}

function run(engine: Engine, part: Expression, at: number, isBack: boolean, then: Then): boolean {
  switch (part.kind) {
    case 'one': {
      engine.steps++;
      const code = engine.text.charCodeAt(isBack ? at - 1 : at);
      return has(part.set, code) && then(isBack ? at - 1 : at + 1);
    }
    case 'edge':
      engine.steps++;
      return isEdge(engine.text, part.of, at) && then(at);
    case 'sequence': {
      const items = isBack ? part.items.toReversed() : part.items;
      const from = (index: number, place: number): boolean => {
        const item = items[index];
        return item
          ? run(engine, item, place, isBack, (next) => from(index + 1, next))
          : then(place);
      };
      return from(0, at);
    }
    case 'choice':
      return part.branches.some((branch) => run(engine, branch, at, isBack, then));
    case 'look': {
      const found = run(engine, part.item, at, !part.isAhead, () => true);
      return found !== part.isNegative && then(at);
    }
    case 'repeat':
      return rounds(engine, part, { at, isBack, then, done: 0 });
  }
}

interface Round {
  readonly at: number;
  readonly isBack: boolean;
  readonly then: Then;
  readonly done: number;
}

function rounds(engine: Engine, part: Repetition, round: Round): boolean {
  const { at, isBack, then, done } = round;
  if (done >= part.max) return then(at);
  const again = (): boolean => {
    engine.steps++;
    return run(engine, part.item, at, isBack, (next) => {
      if (next === at && done >= part.min) return false;
      return rounds(engine, part, { ...round, at: next, done: done + 1 });
    });
  };
  if (done < part.min) return again();
  return part.isLazy ? then(at) || again() : again() || then(at);
}

function isEdge(text: string, of: '^' | '$' | 'b' | 'B', at: number): boolean {
  if (of === '^') return at === 0;
  if (of === '$') return at === text.length;
  const isBorder = isWord(text, at - 1) !== isWord(text, at);
  return isBorder === (of === 'b');
}

function isWord(text: string, at: number): boolean {
  return has(WORD, text.charCodeAt(at));
}
