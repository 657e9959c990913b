/**
 * E9: which answer a value of a request came from. A value flows when a server gave it before any
 * client said it, the request itself included.
 *
 * The first look at the requests says which values are worth following; only of those is it noted
 * who said them first. So memory grows with what clients send, however much servers answer.
 */
import type { Call, WholeView } from '../../model/session.ts';
import { givenLeavesOf } from '../words/content.ts';
import type { Leaf } from '../words/leaves.ts';
import type { Hash } from '../words/token.ts';
import { eachTokenOf, firstSaid, type Giver } from './first-said.ts';

/** Where a value in a request came from. */
export interface Source extends Giver {
  /** The value, and its place in the request. */
  readonly value: string;
  readonly pointer: string;
}

export interface DataFlow {
  /** Each value once, by the first place it stands at. */
  sourcesOf(call: Call): readonly Source[];
}

export function dataFlow(views: readonly WholeView[]): DataFlow {
  const first = firstSaid(views);
  const byId = new Map(views.map((view) => [view.session.id, view]));
  return {
    sourcesOf(call) {
      const value = byId.get(call.session)?.value(call.request);
      const found = new Map<string, Source>();
      if (call.from !== 'client') return [];
      for (const leaf of givenLeavesOf(value)) {
        addSources(found, leaf, call.session, (hash) => first.giverOf(hash, call));
      }
      return [...found.values()];
    },
  };
}

/** The sources of one place; of a value and a part of it that came together, the value. */
function addSources(
  found: Map<string, Source>,
  leaf: Leaf,
  session: string,
  giverOf: (hash: Hash) => Giver | undefined,
): void {
  let last: { readonly message: string; readonly end: number } | undefined;
  eachTokenOf(leaf.name, leaf.value, session, (hash, value, end) => {
    const giver = found.has(value) ? undefined : giverOf(hash);
    // Tokens come in the order they begin, a whole before its parts.
    if (!giver || (last?.message === giver.message && end <= last.end)) return;
    last = { message: giver.message, end };
    found.set(value, { ...giver, value, pointer: pointerOf(leaf) });
  });
}

function pointerOf({ path }: Leaf): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
