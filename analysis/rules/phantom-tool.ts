import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf, type SessionView } from '../../model/session.ts';
import {
  type CallInTime,
  callsInTime,
  type Listing,
  listingsOf,
  pointerTo,
} from '../catalog/listings.ts';
import { quoted } from '../moment.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const phantomTool: Rule = {
  rule: 'phantom-tool',
  code: 'C17',
  version: 1,
  severity: 'medium',
  definition:
    'A tool was called that no list of its session has, although all its pages had been listed, and another recorded session offers one of that name: an older session of the same server, so that the name is kept from another time, or another server, so that the call was sent to the wrong one. A name that nobody offers is left to the protocol rules.',
  wrongWhen:
    'The server offers tools that it does not list. Sessions that never listed their tools, or not to the last page, are left out.',
  confirm:
    'Ask the server for its tools and compare the name. Where another server offers it, look at how the host tells the two apart; where an older session did, at what the host keeps between two starts.',
  source:
    'MCP server/tools "Listing Tools" of all revisions; openai/codex #33266 shows tools that outlive their server.',
  fixtures: ['test/analysis/conflicts/catalog.test.ts'],
  find({ views }) {
    const all = views.map((view) => ({ view, listings: listingsOf(view) }));
    const phantoms = all.flatMap(({ view, listings }) => phantomsOf(view, listings));
    if (phantoms.length === 0) return [];
    const offering = offersOf(all);
    const known = phantoms.filter(({ name }) => offering.has(name));
    const groups = groupBy(known, ({ view, name }) => JSON.stringify([view.session.id, name]));
    return [...groups.values()].flatMap((group) => findingOf(group, offering));
  },
};

interface Phantom extends CallInTime {
  readonly view: SessionView;
}

function phantomsOf(view: SessionView, listings: readonly Listing[]): Phantom[] {
  const names = new Set(listings.flatMap(({ tools }) => [...tools.keys()]));
  if (listings.length === 0 || listings.some(({ partial }) => partial)) return [];
  const phantoms: Phantom[] = [];
  for (const one of callsInTime(view, [...listings])) {
    if (one.known && !names.has(one.name)) phantoms.push({ ...one, view });
  }
  return phantoms;
}

/** The first session that offers a tool, by its name. */
function offersOf(
  all: readonly { view: SessionView; listings: readonly Listing[] }[],
): Map<string, SessionView> {
  const offering = new Map<string, SessionView>();
  for (const { view, listings } of all) {
    for (const { tools } of listings) {
      for (const name of tools.keys()) if (!offering.has(name)) offering.set(name, view);
    }
  }
  return offering;
}

function findingOf(
  phantoms: readonly Phantom[],
  offering: ReadonlyMap<string, SessionView>,
): Finding[] {
  const [first] = phantoms;
  const other = offering.get(first?.name ?? '');
  if (!first?.known || !other) return [];
  const { view, name, known } = first;
  const { session } = view;
  const isSame = nameOf(other.session) === nameOf(session);
  const from = isSame ? 'Another session of it does' : `${nameOf(other.session)} does`;
  return found(phantomTool, {
    tier: 'OBSERVED',
    severity: 'medium',
    confidence: 0.9,
    message: `${quoted(name)} was called of ${nameOf(session)}, ${times(phantoms.length)}, which lists no such tool. ${from}.`,
    evidence: [
      ...answered(session, known.last, 'list without it', '/result/tools'),
      ...phantoms.flatMap(({ call }) => [
        asked(session, call, 'call', '/params/name'),
        ...answered(session, call, 'its answer'),
      ]),
      ...offered(other, name),
    ],
    what: [session.server?.name ?? nameOf(session), name],
  });
}

function offered(view: SessionView, name: string): Evidence[] {
  const offer = listingsOf(view)
    .findLast(({ tools }) => tools.has(name))
    ?.tools.get(name);
  if (!offer) return [];
  const at = place(view.session, offer.source, 'list that has it');
  return [{ ...at, pointer: pointerTo(offer, view) }];
}
