/**
 * Cuts: what edits may have taken away at the edges of the text they replaced.
 *
 * An edit removes exactly the text it looked for. A feature of another write is destroyed by it only
 * when that text begins or ends inside the feature: the words at its edges tell. (Where it holds the
 * whole feature it names it, and the feature no longer tells of one write alone.)
 */
import { isReplaced } from '../footprint/edit.ts';
import { leavesOf } from '../footprint/leaves.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import type { Span } from '../order.ts';
import { createSpanBoard, type SpanBoard } from '../spans.ts';
import { edgesOf, type Feature, type Found } from './features.ts';

export interface Cuts {
  mayHaveCut(write: Operation, found: Found, span: Span): boolean;
}

interface Edges {
  readonly first: SpanBoard<Feature>;
  readonly last: SpanBoard<Feature>;
}

export function cutsOf(operations: readonly Operation[]): Cuts {
  const byScope = new Map<string, Edges>();
  const at = (scope: string): Edges => {
    const known = byScope.get(scope);
    if (known) return known;
    const edges = { first: createSpanBoard<Feature>(), last: createSpanBoard<Feature>() };
    byScope.set(scope, edges);
    return edges;
  };
  for (const operation of operations) {
    if (!operation.edits) continue;
    for (const { field, value } of leavesOf(argumentsOf(operation))) {
      const edges = typeof value === 'string' && isReplaced(field) ? edgesOf(value) : undefined;
      if (!edges) continue;
      for (const scope of [...scopesOf(operation), operation.container.id]) {
        at(scope).first.put(edges.first, operation);
        at(scope).last.put(edges.last, operation);
      }
    }
  }
  return {
    mayHaveCut(write, { words, from, to }, span) {
      return scopesOf(write).some((scope) => {
        const edges = byScope.get(scope);
        if (!edges) return false;
        for (let place = from; place < to; place++) {
          const word = words[place] ?? 0;
          if (place > from && edges.first.overlaps(word, span, write)) return true;
          if (place < to - 1 && edges.last.overlaps(word, span, write)) return true;
        }
        return false;
      });
    },
  };
}

/** What an operation touches: its keys, or its whole container. */
function scopesOf({ keys, container }: Operation): string[] {
  if (keys.length === 0) return [container.id];
  return keys.map(
    ({ value, absolute }) => `${absolute ? container.machine : container.id} ${value}`,
  );
}
