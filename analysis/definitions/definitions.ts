/**
 * What a server offers, as a baseline keeps it: definitions by name, without what differs from run
 * to run. Of several listings the newest counts.
 */
import { type Catalog, catalogs, type OfferKind } from '../../model/catalog.ts';
import { isObject, type JsonObject, member, textMember } from '../../model/json.ts';
import { unkeyed } from '../../model/placeholder.ts';
import { type Call, nameOf, type SessionView } from '../../model/session.ts';

/** The members of a baseline that hold definitions, and the kind each holds. */
export const KINDS = {
  tools: 'tool',
  prompts: 'prompt',
  resources: 'resource',
  templates: 'template',
} as const satisfies Readonly<Record<string, OfferKind>>;

export type Listing = keyof typeof KINDS;

export const LISTINGS = Object.keys(KINDS) as readonly Listing[];

/** The definitions of one server. A listing is left out when the server was not asked for it. */
export type ServerDefinitions = {
  readonly [Kind in Listing]?: Readonly<Record<string, JsonObject>>;
} & {
  readonly server?: { readonly name: string; readonly version: string };
  readonly instructions?: string;
  /** Listings of which not every page was asked for. */
  readonly partial?: readonly Listing[];
};

/** The definitions of each server, by the name of its sessions. */
export type Definitions = Readonly<Record<string, ServerDefinitions>>;

/** Of sessions in the order in which they began; later ones count. Only servers that said something. */
export function definitionsOf(views: readonly SessionView[]): Definitions {
  const servers = new Map<string, ServerDefinitions>();
  for (const view of views) {
    const said = saidIn(view);
    if (Object.keys(said).length === 0) continue;
    const name = nameOf(view.session);
    servers.set(name, joined(servers.get(name), said));
  }
  return Object.fromEntries(servers);
}

function joined(before: ServerDefinitions | undefined, now: ServerDefinitions): ServerDefinitions {
  const partial = [
    ...(before?.partial ?? []).filter((listing) => now[listing] === undefined),
    ...(now.partial ?? []),
  ];
  const { partial: _, ...rest } = { ...before, ...now };
  return partial.length === 0 ? rest : { ...rest, partial };
}

function saidIn(view: SessionView): ServerDefinitions {
  const { server } = view.session;
  const instructions = instructionsIn(view);
  const newest = new Map<OfferKind, Catalog>();
  for (const catalog of catalogs(view)) newest.set(catalog.kind, catalog);
  const found = LISTINGS.flatMap((listing): [Listing, Catalog][] => {
    const catalog = newest.get(KINDS[listing]);
    return catalog ? [[listing, catalog]] : [];
  });
  const partial = found.filter(([, catalog]) => catalog.partial).map(([listing]) => listing);
  return {
    ...(server ? { server: { name: server.name, version: server.version } } : {}),
    ...(instructions === undefined ? {} : { instructions: unsealed(instructions) as string }),
    ...Object.fromEntries(found.map(([listing, catalog]) => [listing, byName(catalog)])),
    ...(partial.length === 0 ? {} : { partial }),
  };
}

/** Of two with one name the first counts, as for a client that looks a name up. */
function byName({ offers }: Catalog): Record<string, JsonObject> {
  const named = new Map<string, JsonObject>();
  for (const { name, definition } of offers) {
    if (isObject(definition) && name !== '' && !named.has(name))
      named.set(name, unsealed(definition) as JsonObject);
  }
  return Object.fromEntries(named);
}

const OPENS: ReadonlySet<string> = new Set(['initialize', 'server/discover']);

function instructionsIn(view: SessionView): string | undefined {
  const isAnswer = ({ from, method, outcome }: Call): boolean =>
    from === 'client' && OPENS.has(method) && outcome === 'result';
  const call = view.session.calls.findLast(isAnswer);
  const answer = call?.response && view.value(call.response);
  return textMember(member(answer, 'result'), 'instructions');
}

/** A baseline is for all users, each of whom has a key. */
function unsealed(value: unknown): unknown {
  if (typeof value === 'string') return unkeyed(value);
  if (Array.isArray(value)) return value.map(unsealed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unsealed(inner)]));
}
