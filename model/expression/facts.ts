/** What every match of an expression has, whatever the text. */
import { type Characters, joined, onlyOne } from './characters.ts';
import type { Expression } from './parse.ts';

/** How many characters the shortest match has. */
export function shortestMatch(part: Expression): number {
  switch (part.kind) {
    case 'one':
      return 1;
    case 'sequence':
      return part.items.reduce((length, item) => length + shortestMatch(item), 0);
    case 'choice':
      return Math.min(...part.branches.map(shortestMatch));
    case 'repeat':
      return part.min * shortestMatch(part.item);
    default:
      return 0;
  }
}

/** Every character that a match may have. */
export function charactersOf(part: Expression): Characters {
  switch (part.kind) {
    case 'one':
      return part.set;
    case 'sequence':
      return joined(part.items.flatMap(charactersOf));
    case 'choice':
      return joined(part.branches.flatMap(charactersOf));
    case 'repeat':
      return charactersOf(part.item);
    default:
      return [];
  }
}

/**
 * Texts of which every match contains one, as long as can be told; none where a match may do
 * without.
 */
export function fixedTexts(part: Expression): readonly string[] {
  switch (part.kind) {
    case 'one':
      return fixedTexts({ kind: 'sequence', items: [part] });
    case 'sequence':
      return longest([runsOf(part.items), ...part.items.map(inside)].filter(isSome));
    case 'choice': {
      const each = part.branches.map(fixedTexts);
      return each.every(isSome) ? [...new Set(each.flat())] : [];
    }
    case 'repeat':
      return part.min > 0 ? fixedTexts(part.item) : [];
    default:
      return [];
  }
}

function inside(item: Expression): readonly string[] {
  return item.kind === 'one' ? [] : fixedTexts(item);
}

function isSome(texts: readonly string[]): boolean {
  return texts.length > 0;
}

/** The longest run of characters that stand in each match as they are. */
function runsOf(items: readonly Expression[]): readonly string[] {
  const runs = [''];
  for (const item of items) {
    const letter = item.kind === 'one' ? onlyOne(item.set) : undefined;
    if (letter === undefined) runs.push('');
    else runs.push((runs.pop() ?? '') + letter);
  }
  return longest(runs.filter((run) => run !== '').map((run) => [run]));
}

/** Those whose shortest text is the longest. */
function longest(candidates: readonly (readonly string[])[]): readonly string[] {
  const lengthOf = (texts: readonly string[]): number =>
    Math.min(...texts.map((one) => one.length));
  return candidates.reduce<readonly string[]>(
    (best, texts) => (best.length === 0 || lengthOf(texts) > lengthOf(best) ? texts : best),
    [],
  );
}
