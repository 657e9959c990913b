/**
 * Names that two servers of one workflow offer: which they are, and what of it was called.
 *
 * Two sessions of one server are no two servers: equal names of sessions, packages, commands or
 * addresses. What a server calls itself decides nothing (2026-07-28, server/tools).
 */

import type { Offer } from '../../model/catalog.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf, type Session, type SessionView } from '../../model/session.ts';
import { summaryOf, timesMeet } from '../../model/summary.ts';
import { workflows } from '../../model/workflow.ts';
import { listingsOf } from './listings.ts';

/** A server of a workflow, by its sessions. */
export interface Server {
  readonly name: string;
  /** Its place among the servers of the workflow. */
  readonly place: number;
  readonly views: readonly SessionView[];
  readonly offers: ReadonlyMap<string, Offered>;
}

export interface Offered {
  readonly view: SessionView;
  readonly offer: Offer;
}

/** Two servers whose times met, and the names that both offer with different definitions. */
export interface Shadow {
  readonly one: Server;
  readonly two: Server;
  readonly names: readonly string[];
}

export function shadowsIn(views: readonly SessionView[]): Shadow[] {
  const byId = new Map(views.map((view) => [view.session.id, view]));
  return workflows(views.map(({ session }) => summaryOf(session))).flatMap(({ sessions }) =>
    shadowsOf(serversOf(sessions.flatMap(({ id }) => byId.get(id) ?? []))),
  );
}

function serversOf(views: readonly SessionView[]): Server[] {
  const groups = groupBy(views, ({ session }) => identityOf(session));
  return [...groups.values()].map((own, place) => {
    const offers = new Map<string, Offered>();
    for (const view of own) {
      for (const { tools } of listingsOf(view)) {
        for (const [name, offer] of tools) offers.set(name, { view, offer });
      }
    }
    const [first] = own;
    return { name: first ? nameOf(first.session) : '', place, views: own, offers };
  });
}

function identityOf(session: Session): string {
  const { head } = session;
  const { package: known, command, args } = head?.launch ?? {};
  if (known) return `package ${known.name}`;
  if (head?.upstream !== undefined) return `address ${head.upstream}`;
  return command === undefined ? `name ${nameOf(session)}` : JSON.stringify([command, args]);
}

/** Servers are met by the names they offer, so that those with nothing in common cost nothing. */
function shadowsOf(servers: readonly Server[]): Shadow[] {
  const byName = new Map<string, Server[]>();
  for (const server of servers) {
    for (const name of server.offers.keys()) {
      const offering = byName.get(name);
      if (offering) offering.push(server);
      else byName.set(name, [server]);
    }
  }
  const pairs = new Map<string, { one: Server; two: Server; names: string[] }>();
  for (const [name, offering] of byName) {
    for (const [one, two] of pairsOf(offering)) {
      const [a, b] = [one.offers.get(name), two.offers.get(name)];
      if (!a || !b || a.offer.fingerprint === b.offer.fingerprint || !haveMet(one, two)) continue;
      const key = `${one.place} ${two.place}`;
      const pair = pairs.get(key) ?? { one, two, names: [] };
      pair.names.push(name);
      pairs.set(key, pair);
    }
  }
  return [...pairs.values()];
}

/** More servers with one name tell no more. */
const MOST = 8;

function pairsOf(servers: readonly Server[]): [Server, Server][] {
  const few = servers.slice(0, MOST);
  return few.flatMap((one, at) => few.slice(at + 1).map((two): [Server, Server] => [one, two]));
}

function haveMet({ views: own }: Server, { views: others }: Server): boolean {
  const [mine, theirs] = [own, others].map((views) =>
    views.slice(-MOST).map(({ session }) => summaryOf(session)),
  );
  return (mine ?? []).some((a) => (theirs ?? []).some((b) => timesMeet(a, b)));
}
