import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import { nameOf, type SessionView } from '../../model/session.ts';
import { type CallInTime, callsInTime, type Listing, listingsOf } from '../catalog/listings.ts';
import { fitOf, isMisfit } from '../definitions/schema/fit/fit.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found, listed } from './found.ts';
import type { Rule } from './rule.ts';

export const staleCatalog: Rule = {
  rule: 'stale-catalog',
  code: 'C17',
  version: 1,
  severity: 'high',
  definition:
    'A tool was called as an older list had it, when its client could know better: a newer list was there, the server had said that the list changed, or the time was over for which the list was good (ttlMs). The list that held then lacks the tool, or its schema refuses the arguments, which fit the older one. High when the server carried the call out all the same.',
  wrongWhen:
    'The tool changed back and forth between two listings, or the server offers different callers different tools. A call sent at once behind the word of a change, or while the list is asked for, is left out, and so are changes that refuse nothing of what was sent.',
  confirm:
    'Compare the arguments of the call with the schema in both lists. A client should ask for the list again when it hears notifications/tools/list_changed.',
  source:
    'MCP server/tools "List Changed Notification" of all revisions; server/utilities/caching of 2026-07-28; openai/codex #33266 and #19155 show it.',
  fixtures: ['test/analysis/conflicts/catalog.test.ts'],
  find({ views }) {
    return views.flatMap((view) => {
      const stale = stalesOf(view);
      const groups = groupBy(stale, ({ at, how, why }) => JSON.stringify([at.name, how, why]));
      return [...groups.values()].flatMap((group) => findingOf(view, group));
    });
  },
};

function stalesOf(view: SessionView): Stale[] {
  const listings = listingsOf(view);
  // One list alone is never an older one.
  if (listings.length < 2) return [];
  const stale: Stale[] = [];
  for (const call of callsInTime(view, listings)) {
    const one = staleOf(call, view);
    if (one) stale.push(one);
  }
  return stale;
}

interface Stale {
  readonly at: CallInTime;
  readonly how: 'gone' | 'changed';
  readonly why: 'newer' | 'told' | 'expired';
  /** The list that the client went by, and the one that held. */
  readonly old: Listing;
  readonly valid: Listing;
}

/** A client may have read the word of a change so long before it acts on it, in µs. */
const GRACE = 100_000;

function staleOf(at: CallInTime, view: SessionView): Stale | undefined {
  const { call, known, older, next, changed, changedAfter, isRefreshing } = at;
  if (!known) return undefined;
  const newer = older && difference(at, older, known, view);
  if (newer && older) return { at, how: newer, why: 'newer', old: older, valid: known };
  // What was listed next held at the call, unless the list changed once more in between.
  const isSure = !changedAfter || changedAfter.ref.seq > (next?.first.request.seq ?? 0);
  if (!next || !isSure || isRefreshing) return undefined;
  const why = whyKnown(at, known, view);
  const how = why && difference(at, known, next, view);
  const isGraced = changed && why === 'told' && call.request.at - changed.ref.sent < GRACE;
  return how && !isGraced ? { at, how, why, old: known, valid: next } : undefined;
}

/** Why the client could know that its list was old. */
function whyKnown(
  { call, changed }: CallInTime,
  { last }: Listing,
  view: SessionView,
): 'told' | 'expired' | undefined {
  if (changed) return 'told';
  const ttl = last.response && member(view.value(last.response), 'result', 'ttlMs');
  if (typeof ttl !== 'number' || !(ttl > 0)) return undefined;
  return call.request.at > (last.response?.sent ?? 0) + ttl * 1000 + GRACE ? 'expired' : undefined;
}

/** How the call fits the older list and not the newer one. */
function difference(
  { call, name }: CallInTime,
  older: Listing,
  newer: Listing,
  view: SessionView,
): Stale['how'] | undefined {
  const [before, after] = [older.tools.get(name), newer.tools.get(name)];
  if (!before || before.fingerprint === after?.fingerprint) return undefined;
  if (!after) return newer.partial ? undefined : 'gone';
  const args = member(view.value(call.request), 'params', 'arguments') ?? {};
  const fits = [before, after].map(({ definition }) =>
    fitOf(args, member(definition, 'inputSchema'), call.request.size),
  );
  return fits[0] === 'fits' && fits[1] !== undefined && isMisfit(fits[1]) ? 'changed' : undefined;
}

const WHY: Readonly<Record<Stale['why'], string>> = {
  newer: 'a newer list was there',
  told: 'the server had said that the list changed',
  expired: 'the list was past its time',
};

function findingOf(view: SessionView, stale: readonly Stale[]): Finding[] {
  const { session } = view;
  const [first] = stale;
  if (!first) return [];
  const { at, how, why } = first;
  const many = stale.length === 1 ? '' : `, ${times(stale.length)}`;
  const isDone = stale.some(({ at: { call } }) => call.outcome === 'result');
  const now = how === 'gone' ? 'is gone' : 'no longer takes these arguments';
  return found(staleCatalog, {
    tier: 'OBSERVED',
    severity: isDone ? 'high' : 'medium',
    confidence: 0.9,
    message: `${at.name} of ${nameOf(session)} was called as an older list had it${many}: it ${now}, and ${WHY[why]}.${isDone ? ' The server carried it out.' : ''}`,
    evidence: stale.flatMap((one) => evidenceOf(view, one)),
    what: [session.server?.name ?? nameOf(session), at.name, how],
  });
}

function evidenceOf(view: SessionView, { at, why, old, valid }: Stale): Evidence[] {
  const { session } = view;
  const { call, name, changed } = at;
  return [
    ...listed(view, old, name, 'older list'),
    ...(why === 'told' && changed ? [place(session, changed.ref, 'word of the change')] : []),
    asked(session, call, 'call', '/params/arguments'),
    ...answered(session, call, 'its answer'),
    ...listed(view, valid, name, 'list that held'),
  ];
}
