/**
 * The search for lost updates (C03): a write succeeded, ran at the same time as another write of the
 * same resource, and a later read that covers it lacks it, while nothing can have removed it by rights.
 *
 * Each question is asked of sorted lists and of maps, so that the whole is n·log n, one hot resource
 * included. Reads and writes that are never doubted are not walked.
 */

import { groupBy } from '../../model/group.ts';
import { createContainers } from '../footprint/container.ts';
import type { Material } from '../rules/rule.ts';
import { cutsOf } from './cuts.ts';
import { type Effect, effectOf } from './effects.ts';
import type { LostUpdates } from './found.ts';
import { type Candidate, candidatesOf, groupsOf } from './groups.ts';
import { judge } from './judge.ts';
import { mentionsOf } from './mentions.ts';
import { removalsOf } from './removals.ts';

export function searchLostUpdates({
  views,
  footprints,
  ...material
}: Pick<Material, 'views' | 'footprints' | 'operations'>): LostUpdates[] {
  const operations = material.operations();
  const groups = groupsOf(operations).flatMap((group) => {
    const candidates = candidatesOf(group);
    return candidates.some(({ overlapped }) => overlapped) ? [{ group, candidates }] : [];
  });
  if (groups.length === 0) return [];
  const removals = removalsOf(operations, views, createContainers(views, footprints));
  const cuts = cutsOf(operations);
  return groups.flatMap(({ group, candidates }) => {
    const byRead = [...groupBy(candidates, ({ read }) => read)].filter(([, own]) =>
      own.some(({ overlapped }) => overlapped),
    );
    const mentions = mentionsOf(group, effectsOf(byRead.flatMap(([, own]) => own)));
    return byRead.flatMap(
      ([read, writes]) => judge({ group, read, writes, mentions, removals, cuts }) ?? [],
    );
  });
}

/** One after the other, so that their features are held, and not all they came from. */
function* effectsOf(candidates: readonly Candidate[]): Generator<Effect> {
  for (const { write } of candidates) yield effectOf(write);
}
