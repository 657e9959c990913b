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
  const found: Growing[] = [];
  const byCursor = new Map<string, Growing>();
  for (const call of view.session.calls) {
    const page = isListing(call.method) ? pageOf(call, view) : undefined;
    if (!page) continue;
    const { kind, cursor, next } = page;
    let catalog = cursor === undefined ? undefined : byCursor.get(`${kind} ${cursor}`);
    if (!catalog) {
      catalog = { kind, offers: [], pages: [], partial: false };
      found.push(catalog);
    }
    for (const offer of page.offers) catalog.offers.push(offer);
    catalog.pages.push(call);
    catalog.partial = next !== undefined;
    if (next !== undefined) byCursor.set(`${kind} ${next}`, catalog);
  }
  return found;
}

/** Nearly all calls are none, and are not looked at closer. */
function isListing(method: string): boolean {
  return method.endsWith('/list') && LISTS[method] !== undefined;
}

interface Growing extends Catalog {
  readonly offers: Offer[];
  readonly pages: Call[];
  partial: boolean;
}

interface Page {
  readonly kind: OfferKind;
  readonly offers: readonly Offer[];
  readonly cursor: string | undefined;
  readonly next: string | undefined;
}

/** What a call listed; undefined when it is no listing, or was not answered with one. */
function pageOf(
  { from, method, outcome, request, response }: Call,
  view: SessionView,
): Page | undefined {
  const list = LISTS[method];
  if (!list || from !== 'client' || !response || outcome !== 'result') return undefined;
  const result = member(view.value(response), 'result');
  return {
    kind: list.kind,
    offers: offersOf(list.kind, member(result, list.member), response),
    cursor: textMember(view.value(request), 'params', 'cursor'),
    next: textMember(result, 'nextCursor'),
  };
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
