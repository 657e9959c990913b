import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { isObject } from '../../model/json.ts';
import { startOf } from '../../model/order.ts';
import { nameOf, type SessionView } from '../../model/session.ts';
import { type Listing, listingsOf } from '../catalog/listings.ts';
import { toolChanges } from '../definitions/tool.ts';
import { quoted } from '../moment.ts';
import { place } from './anomalies.ts';
import { found, listed } from './found.ts';
import type { Rule } from './rule.ts';

export const serverDrifted: Rule = {
  rule: 'server-drifted',
  code: 'C17',
  version: 1,
  severity: 'medium',
  definition:
    'Of two sessions of one server, the later met a lower version of it; or one that calls itself the same version, was started with the same arguments and variables, and lacks a tool or has one changed so that what worked may fail. A higher version may offer what it likes.',
  wrongWhen:
    'Two installations of the server are used in turn, as with a version pinned in one project only; or what it offers depends on who asks, or on something else than its arguments and variables.',
  confirm:
    'Look at how both sessions were started, and whether a version is pinned there. `wiretape lock` keeps what a server should offer, and `wiretape check --lock` tells when it changes.',
  source:
    'Rows R08 and R09 of the study of threats: a lower version brings back what was mended, and definitions that change under one version were not reviewed.',
  fixtures: ['test/analysis/conflicts/server-drifted.test.ts'],
  find({ views }) {
    const known = views.filter(({ session }) => session.server?.version && session.head);
    return [...groupBy(known, serverOf).values()].flatMap((same) => {
      const inOrder = [...same].sort((a, b) => startAt(a) - startAt(b));
      return inOrder.slice(1).flatMap((now, at) => {
        const before = inOrder[at];
        return before ? drift(before, now) : [];
      });
    });
  },
};

/** A server by its name, as its clients and itself call it, and by what it was started from. */
function serverOf({ session }: SessionView): string {
  const { head, server } = session;
  const { package: from, config } = head?.launch ?? {};
  const where = [head?.clock.boot, head?.upstream, config?.path, config?.entry];
  return JSON.stringify([from?.name ?? nameOf(session), server?.name, ...where]);
}

function startAt({ session }: SessionView): number {
  return session.head ? startOf(session.head.clock) : 0;
}

function drift(before: SessionView, now: SessionView): Finding[] {
  const [was, is] = [before, now].map(({ session }) => session.server?.version ?? '');
  if (was === undefined || is === undefined) return [];
  const order = compareVersions(is, was);
  if (order === undefined || order > 0) return [];
  const { session } = now;
  if (order < 0) {
    return found(serverDrifted, {
      tier: 'OBSERVED',
      severity: 'medium',
      confidence: 0.75,
      message: `${nameOf(session)} is older than it was: version ${quoted(is)} after ${quoted(was)}.`,
      evidence: [...saying(before, 'higher version'), ...saying(now, 'lower version')],
      what: [session.server?.name ?? nameOf(session), 'older'],
    });
  }
  return changed(before, now, is);
}

/** Tools that are gone or changed under one version, in sessions that were started alike. */
function changed(before: SessionView, now: SessionView, version: string): Finding[] {
  if (startedAs(before) !== startedAs(now)) return [];
  const [old, own] = [listingsOf(before).at(-1), listingsOf(now).at(0)];
  if (!old || !own || old.partial || own.partial) return [];
  const names = [...old.tools.keys()].filter((name) => isBroken(name, old, own));
  const [first] = names;
  if (first === undefined) return [];
  const more = names.length > 1 ? ` and ${names.length - 1} more tools` : '';
  return found(serverDrifted, {
    tier: 'OBSERVED',
    severity: 'medium',
    confidence: 0.7,
    message: `${nameOf(now.session)} offers ${quoted(first)}${more} otherwise than before, or no longer, and still calls itself version ${quoted(version)}.`,
    evidence: names.flatMap((name) => [
      ...listed(before, old, name, 'definition before'),
      ...listed(now, own, name, 'definition now'),
    ]),
    what: [now.session.server?.name ?? nameOf(now.session), 'changed', ...names],
  });
}

function startedAs({ session: { head } }: SessionView): string {
  const { command, args, env } = head?.launch ?? {};
  return JSON.stringify([head?.transport, command, args, env, head?.redaction.key]);
}

function isBroken(name: string, old: Listing, own: Listing): boolean {
  const [before, now] = [old.tools.get(name), own.tools.get(name)];
  if (!before || !now) return true;
  if (before.fingerprint === now.fingerprint) return false;
  const [a, b] = [before.definition, now.definition];
  return isObject(a) && isObject(b) && toolChanges(a, b).some(({ level }) => level === 'breaking');
}

/** Whole numbers between dots, longest first parts first; undefined where one is no such version. */
function compareVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const [one, two] = [a, b].map((text) =>
    /^v?(\d{1,9}(?:\.\d{1,9}){1,3})$/.exec(text)?.[1]?.split('.'),
  );
  if (!one || !two) return undefined;
  for (let at = 0; at < Math.max(one.length, two.length); at++) {
    const difference = Number(one[at] ?? 0) - Number(two[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The first answer of a session, which says who the server is. */
function saying({ session }: SessionView, role: string): Evidence[] {
  const call = session.calls.find(({ from, outcome }) => from === 'client' && outcome === 'result');
  return call?.response ? [place(session, call.response, role)] : [];
}
