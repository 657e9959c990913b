/** Which divergences a mask covers: a value that is another one of its class, or a list in any order. */
import { classUnder, type MaskType } from '../mask-classes.ts';
import { type Mask, masksOf } from '../masks.ts';
import type { Difference } from './difference.ts';
import type { Divergence } from './divergence.ts';

export interface Masked {
  readonly divergence: Divergence;
  readonly masks: readonly Mask[];
}

export interface Sorted {
  readonly open: readonly Divergence[];
  readonly masked: readonly Masked[];
}

/** Divergences with and without a mask that covers all of them. */
export function sortByMasks(divergences: readonly Divergence[], masks: readonly Mask[]): Sorted {
  const open: Divergence[] = [];
  const masked: Masked[] = [];
  for (const divergence of divergences) {
    const covering = coveringAll(divergence, masks);
    if (covering) masked.push({ divergence, masks: covering });
    else open.push(divergence);
  }
  return { open, masked };
}

/** One place that differs, where a mask may stand. */
export interface DifferingPlace {
  readonly path: readonly string[];
  readonly indices: ReadonlySet<number>;
  readonly recorded: unknown;
  readonly live: unknown;
}

/** The places of a difference: of a text with pieces, each piece that differs. */
export function placesOf({ path, indices, recorded, live, pieces }: Difference): DifferingPlace[] {
  if (!pieces) return [{ path, indices, recorded, live }];
  const inside = [...path.slice(0, -1), `${path.at(-1) ?? ''}#`];
  return pieces.map((one) => ({
    path: [...inside, `${one.piece}`],
    indices,
    recorded: one.recorded,
    live: one.live,
  }));
}

/** What a mask of this type would have to be about to cover a difference of this class. */
export function isMaskable({ class: name }: Difference, type: MaskType): boolean {
  return type === 'set' ? name === 'order' : name === 'value';
}

function coveringAll(
  { difference, method = '', subject }: Divergence,
  masks: readonly Mask[],
): readonly Mask[] | undefined {
  if (!difference) return undefined;
  const own = masksOf(masks, method, subject).filter(({ type }) => isMaskable(difference, type));
  if (own.length === 0) return undefined;
  const whole = own.find((mask) => covers(mask, difference));
  if (whole) return [whole];
  const each = placesOf(difference).map((place) => own.find((mask) => covers(mask, place)));
  return each.every((mask) => mask !== undefined) ? [...new Set(each)] : undefined;
}

/** Whether the mask stands at this place, and both values are of its class. */
export function covers({ path, type }: Mask, place: DifferingPlace): boolean {
  const isThere =
    path.length === place.path.length &&
    path.every((name, at) => name === place.path[at] || (name === '*' && place.indices.has(at)));
  if (!isThere || type === 'set') return isThere;
  const name = classUnder(type, place.recorded);
  return name !== undefined && name === classUnder(type, place.live);
}
