/** Tools, prompts, resources and templates that servers define, compared by name. */
import { catalogs, currentOffers, type Offer, type OfferKind } from '../../model/catalog.ts';
import { reference } from '../../model/entry.ts';
import { type ComparedSession, labelOf, type Part } from './calls.ts';
import type { Two } from './pairing.ts';
import { addChanges, type Change, type Changes } from './values.ts';

export interface DefinitionChange {
  readonly session: string;
  readonly kind: OfferKind;
  readonly name: string;
  readonly state: 'changed' | 'only-a' | 'only-b';
  /** The answers that carried it. */
  readonly a?: string;
  readonly b?: string;
  /** Where it differs, as pointers into the definition. */
  readonly changes: readonly Change[];
}

/** What differs in what is offered last; kinds that one side never listed are not compared. */
export function definitionChanges(pairs: readonly Two<ComparedSession>[]): DefinitionChange[] {
  return pairs.flatMap(({ a, b }) => {
    const [inA, inB] = [offersOf(a.part), offersOf(b.part)];
    const keys = new Set([...inA.byName.keys(), ...inB.byName.keys()]);
    return [...keys].flatMap((key) => {
      const [one, other] = [inA.byName.get(key), inB.byName.get(key)];
      const kind = (one ?? other)?.kind;
      if (kind === undefined || !inA.listed.has(kind) || !inB.listed.has(kind)) return [];
      if (one?.fingerprint === other?.fingerprint) return [];
      return [definitionChange({ a, b }, one, other)];
    });
  });
}

function definitionChange(
  { a, b }: Two<ComparedSession>,
  one: Offer | undefined,
  other: Offer | undefined,
): DefinitionChange {
  const { kind, name } = (one ?? other) as Offer;
  return {
    session: labelOf(a),
    kind,
    name,
    state: one && other ? 'changed' : one ? 'only-a' : 'only-b',
    ...(one ? { a: sourceOf(a, one) } : {}),
    ...(other ? { b: sourceOf(b, other) } : {}),
    changes: one && other ? changesIn(one, other) : [],
  };
}

export interface Offered {
  readonly listed: ReadonlySet<OfferKind>;
  readonly byName: ReadonlyMap<string, Offer>;
}

/** What is in force at the end of the part: a client may have listed it long before. */
export function offersOf({ view, to = Number.POSITIVE_INFINITY }: Part): Offered {
  const all = catalogs(view).filter(({ pages }) => pages.some(({ request }) => request.seq <= to));
  const offers = currentOffers(all).map((offer) => [`${offer.kind} ${offer.name}`, offer] as const);
  return { listed: new Set(all.map(({ kind }) => kind)), byName: new Map(offers) };
}

function sourceOf({ part: { view } }: ComparedSession, { source }: Offer): string {
  return reference(view.session.id, source.seq, source.item);
}

function changesIn(one: Offer, other: Offer): readonly Change[] {
  const changes: Changes = { list: [], count: 0 };
  addChanges(changes, '', { a: one.definition, b: other.definition, agree: () => false });
  return changes.list;
}
