/** What rules look at, each part made when the first rule asks for it. */
import type { FootprintRule } from '../model/footprint-rule.ts';
import type { WholeView } from '../model/session.ts';
import { searchConflicts } from './conflicts/search.ts';
import { type Crossed, followCrossed } from './crossed/search.ts';
import { operationsOf } from './footprint/operation.ts';
import { searchLostUpdates } from './lost-update/search.ts';
import { orderOf } from './order.ts';
import { type Broken, violationsOf } from './protocol/automaton.ts';
import { PROTOCOL_RULES } from './protocol/rules.ts';
import type { Material } from './rules/rule.ts';

export function materialOf(
  views: readonly WholeView[],
  footprints: readonly FootprintRule[] = [],
): Material {
  const walked = new Map<WholeView, Walked>();
  const walk = (view: WholeView): Walked => {
    const known = walked.get(view) ?? walkedOnce(view);
    walked.set(view, known);
    return known;
  };
  const material: Material = {
    views,
    footprints,
    operations: once(() => operationsOf(views, footprints)),
    lostUpdates: once(() => searchLostUpdates(material)),
    conflicts: once(() => searchConflicts(material)),
    order: once(() => orderOf(views)),
    broken: (view) => walk(view).broken,
    crossed: (view) => walk(view).crossed,
  };
  return material;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What is sought in each session by itself. */
interface Walked {
  readonly broken: readonly Broken[];
  readonly crossed: readonly Crossed[];
}

/** Both in one walk, since to parse its messages is what costs most. */
function walkedOnce(view: WholeView): Walked {
  const crossing = followCrossed(view);
  const broken = violationsOf(view, PROTOCOL_RULES, crossing.passed);
  return { broken, crossed: crossing.found() };
}
