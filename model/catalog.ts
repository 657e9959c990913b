/** Catalogs: what a server offered when, from the answers to its list methods. */
import { fingerprint } from './canonical.ts';
import { member, textMember } from './json.ts';
import { LISTS } from './methods.ts';
import type { Call, MessageRef, SessionView } from './session.ts';

export type OfferKind = 'tool' | 'prompt' | 'resource' | 'template';

/** One tool, prompt, resource or resource template as a server defined it. */
export interface Offer {
  readonly kind: OfferKind;
  readonly name: string;
  readonly definition: unknown;
  readonly fingerprint: string;
  /** The answer that carried it. */
  readonly source: MessageRef;
}

/** All pages of one listing: those that follow each other by cursor. */
export interface Catalog {
  readonly kind: OfferKind;
  readonly offers: readonly Offer[];
  readonly pages: readonly Call[];
  /** The last page gave a cursor that nobody followed. */
  readonly partial: boolean;
}

/** The catalogs of a session in the order they were listed. */
export function catalogs(view: SessionView): Catalog[] {
  const found: Catalog[] = [];
  const byCursor = new Map<string, number>();
  for (const call of view.session.calls) {
    const list = LISTS[call.method];
    if (!list || !call.response || call.outcome !== 'result') continue;
    const result = member(view.value(call.response), 'result');
    const offers = offersOf(list.kind, member(result, list.member), call.response);
    const cursor = textMember(view.value(call.request), 'params', 'cursor');
    const next = textMember(result, 'nextCursor');
    const before = cursor === undefined ? undefined : byCursor.get(`${list.kind} ${cursor}`);
    const earlier = before === undefined ? undefined : found[before];
    const at = before !== undefined && earlier ? before : found.length;
    found[at] = {
      kind: list.kind,
      offers: [...(earlier?.offers ?? []), ...offers],
      pages: [...(earlier?.pages ?? []), call],
      partial: next !== undefined,
    };
    if (next !== undefined) byCursor.set(`${list.kind} ${next}`, at);
  }
  return found;
}

/** What is in force: the offers of the newest catalog of each kind. */
export function currentOffers(all: readonly Catalog[]): Offer[] {
  const newest = new Map<OfferKind, Catalog>();
  for (const catalog of all) newest.set(catalog.kind, catalog);
  return [...newest.values()].flatMap((catalog) => catalog.offers);
}

/** The member that names an offer of each kind. */
const NAME_OF: Readonly<Record<OfferKind, string>> = {
  tool: 'name',
  prompt: 'name',
  resource: 'uri',
  template: 'uriTemplate',
};

function offersOf(kind: OfferKind, list: unknown, source: MessageRef): Offer[] {
  if (!Array.isArray(list)) return [];
  return list.map((definition) => ({
    kind,
    name: textMember(definition, NAME_OF[kind]) ?? '',
    definition,
    fingerprint: fingerprint(definition),
    source,
  }));
}
