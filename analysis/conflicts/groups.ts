/**
 * Groups: conflicts of one class, of the same tools at the same resource, are one, told by the first.
 *
 * What follows from another conflict is not told by itself. A write that is known to be lost explains
 * that it ran beside others; what was overwritten or used although it had changed explains that two
 * reads differ.
 */
import type { Evidence } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import type { Operation } from '../footprint/operation.ts';
import { isBefore } from '../order.ts';
import { answering, asking, type Conflict, type ConflictName } from './conflict.ts';

/** One conflict as the first of its kind, with how often it came again and what it explains. */
export interface Grouped extends Conflict {
  readonly again: number;
  /** How many conflicts of other classes follow from it, and are not told by themselves. */
  readonly explains: ReadonlyMap<ConflictName, number>;
  /** Of so many resources more the same is true, and not told. */
  readonly elsewhere: number;
  /** The calls that show it came one after the other in one session. */
  readonly isFixed: boolean;
}

export interface Groups {
  add(conflict: Conflict): void;
  /** Whether so many of a kind are known at a resource that one more says nothing. */
  hasEnough(name: ConflictName, place: string, ...tools: readonly string[]): boolean;
  list(): Grouped[];
}

/** Less sure conflicts are not told. */
const LEAST = 0.5;
/** So many of one group are counted; of those that only could be harmful, more, since harm may follow. */
const ENOUGH = { OBSERVED: 100, POTENTIAL: 10_000 };
/** So many places of the evidence of one group are kept. */
const KEPT = 60;
/** Of so many resources is told that the same tools are in conflict there in the same way. */
const TOLD = 8;

interface Group {
  readonly first: Conflict;
  readonly evidence: Evidence[];
  readonly about: Set<Operation>;
  again: number;
  readonly explains: Map<ConflictName, number>;
  gone: number;
  of: number;
}

/** `explained`: the places at which writes are known to be lost for having run at the same time. */
export function createGroups(explained: ReadonlySet<string>): Groups {
  const groups = new Map<string, Group>();
  /** By place: the kinds of which there is enough. Asked of every pair, so that most places have none. */
  const full = new Map<string, Set<string>>();
  const isExplained = (name: ConflictName, place: string): boolean =>
    name === 'concurrent-writes' && explained.has(place);
  return {
    add(conflict) {
      const { name, tier, place, tools } = conflict;
      if (isExplained(name, place.key)) return;
      const key = keyOf(name, tier, place.key, tools);
      const known = groups.get(key);
      if (known) addTo(known, conflict);
      else groups.set(key, groupOf(conflict));
      if (known && tier !== 'PROVEN' && known.again >= ENOUGH[tier])
        full.set(place.key, (full.get(place.key) ?? new Set()).add(kindOf(name, tools)));
    },
    hasEnough: (name, place, ...tools) =>
      isExplained(name, place) ||
      (full.get(place)?.has(kindOf(name, [...new Set(tools)].sort())) ?? false),
    // What is not sure enough is counted as well, so that it is not looked at for ever.
    list: () => told([...groups.values()].filter(({ first }) => first.confidence >= LEAST)),
  };
}

function keyOf(name: string, tier: string, place: string, tools: readonly string[]): string {
  return `${kindOf(name, tools)} ${tier} ${place}`;
}

/** `tools`: sorted, each once. */
function kindOf(name: string, tools: readonly string[]): string {
  return `${name} ${tools.join(' ')}`;
}

function groupOf(first: Conflict): Group {
  const { gone, of } = first.lost ?? { gone: 0, of: 0 };
  const about = new Set(first.about);
  return { first, evidence: [...first.evidence], about, again: 0, explains: new Map(), gone, of };
}

function addTo(group: Group, { evidence, about, lost }: Conflict): void {
  group.again += 1;
  group.gone += lost?.gone ?? 0;
  group.of += lost?.of ?? 0;
  const isTold = ({ message, role }: Evidence): boolean =>
    group.evidence.some((one) => one.message === message && one.role === role);
  if (group.evidence.length + evidence.length <= KEPT)
    group.evidence.push(...evidence.filter((one) => !isTold(one)));
  if (group.about.size < 10 * KEPT) for (const one of about) group.about.add(one);
}

function told(groups: readonly Group[]): Grouped[] {
  const roots = groups.filter(({ first }) => first.tier === 'OBSERVED' && explainsOthers(first));
  const rootsOf = groupBy(roots, ({ first }) => first.place.key);
  const kept = groups.filter((group) => {
    const root = (rootsOf.get(group.first.place.key) ?? []).find((one) => covers(one, group));
    const { name } = group.first;
    // That the same could be harmful goes without saying.
    if (root && root.first.name !== name)
      root.explains.set(name, (root.explains.get(name) ?? 0) + group.again + 1);
    return !root;
  });
  const alike = groupBy(kept, ({ first }) =>
    keyOf(first.name, first.tier, `${first.server} ${first.place.pattern}`, first.tools),
  );
  return [...alike.values()].flatMap((own) =>
    own.slice(0, TOLD).map((group) => grouped(group, Math.max(0, own.length - TOLD))),
  );
}

function grouped(
  { first, evidence, about, again, explains, gone, of }: Group,
  elsewhere: number,
): Grouped {
  const [head, ...rest] = evidence as [Evidence, ...Evidence[]];
  const lost = first.lost ? { lost: { gone, of } } : {};
  const isFixed = isOneAfterOther(shownBy(evidence, about));
  return { ...first, evidence: [head, ...rest], ...lost, again, explains, elsewhere, isFixed };
}

function shownBy(evidence: readonly Evidence[], about: ReadonlySet<Operation>): Operation[] {
  const messages = new Set(evidence.map(({ message }) => message));
  return [...about].filter((one) =>
    [asking(one, ''), answering(one, '')].some(({ message }) => messages.has(message)),
  );
}

/** Each was asked when the one before was answered, by a client that may have gone by that answer. */
function isOneAfterOther(operations: readonly Operation[]): boolean {
  const inOrder = [...operations].sort((a, b) => a.start - b.start);
  return inOrder.every((one, at) => {
    const before = inOrder[at - 1];
    return !before || (before.call.session === one.call.session && isBefore(before, one));
  });
}

function explainsOthers({ name }: Conflict): boolean {
  return name === 'stale-overwrite' || name === 'stale-read-used' || name === 'concurrent-writes';
}

/** What could be harmful is explained by what was; reads that differ, by the harm of the same change. */
function covers(root: Group, { first, about }: Group): boolean {
  if (root.first === first) return false;
  const isLess =
    (first.tier === 'POTENTIAL' && first.name === root.first.name) ||
    (first.name === 'concurrent-writes' && first.tier === 'POTENTIAL') ||
    first.name === 'changed-between-reads';
  if (!isLess) return false;
  let shared = 0;
  for (const one of about) shared += root.about.has(one) ? 1 : 0;
  return shared >= (first.name === root.first.name ? 1 : 2);
}
