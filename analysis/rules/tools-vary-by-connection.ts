import { fingerprint } from '../../model/canonical.ts';
import { catalogs } from '../../model/catalog.ts';
import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { type Call, nameOf, type Session, type WholeView } from '../../model/session.ts';
import { type Asked, askedOf, clockOf, knew } from '../order/span.ts';
import { place } from './anomalies.ts';
import { type Rule, stamp } from './rule.ts';

export const toolsVaryByConnection: Rule = {
  rule: 'tools-vary-by-connection',
  code: 'P-TOOL-07',
  version: 1,
  severity: 'high',
  definition:
    'Of two processes of one server, started alike, one listed the same tools before and after the other one listed other tools, and told of no change. What is offered may change in time and with the authorization, and not from connection to connection.',
  wrongWhen:
    'The two processes were started with settings that were not recorded, such as files or the folder they run in; or the tools changed and changed back.',
  confirm: 'Start the server twice with the same settings, and list the tools of both.',
  source: 'MCP server/tools "Capabilities" (2026-07-28).',
  stated: { revisions: ['2026-07-28'], page: 'server/tools' },
  fixtures: ['test/analysis/tools-vary-by-connection.test.ts'],
  find({ views }) {
    const alike = groupBy(views.filter(isJudged), ({ session }) => startOf(session));
    return [...alike.values()].flatMap((group) => (group.length > 1 ? foundIn(group) : []));
  },
};

/** Only over pipes a connection is known to be without an authorization of its own. */
function isJudged({ session }: WholeView): boolean {
  const { head, revision, gaps, unread, notifications } = session;
  const isPlain = head?.transport === 'stdio' && head.launch !== undefined && !head.imported;
  const isWhole = gaps.length === 0 && unread.length === 0;
  const isQuiet = !notifications.some(({ method }) => method === CHANGED);
  return isPlain && isWhole && isQuiet && revision === '2026-07-28';
}

const CHANGED = 'notifications/tools/list_changed';

function startOf({ head }: Session): string {
  const { command, args, env } = head?.launch ?? {};
  return JSON.stringify([head?.clock.boot, command, args, env]);
}

interface Listed {
  readonly session: Session;
  readonly call: Call;
  readonly times: Asked;
  /** Equal for equal lists, whatever their order. */
  readonly print: string;
  /** What the same session listed next. */
  next?: Listed;
}

function listedIn(view: WholeView): Listed[] {
  const { session } = view;
  const clock = clockOf(session);
  const whole = catalogs(view).filter(({ kind, partial }) => kind === 'tool' && !partial);
  const found = whole.flatMap(({ pages, offers }): Listed[] => {
    const [call] = pages;
    if (!call || pages.length > 1) return [];
    const print = fingerprint(offers.map((offer) => offer.fingerprint).sort());
    return [{ session, call, times: askedOf(call, session, clock), print }];
  });
  for (const [index, one] of found.entries()) {
    const next = found[index + 1];
    if (next) one.next = next;
  }
  return found;
}

/** What one session listed, another one, and the first one again: once for each kind of server. */
function foundIn(group: readonly WholeView[]): Finding[] {
  const all = group.flatMap(listedIn).sort((a, b) => a.times.asked - b.times.asked);
  const last = new Map<Session, Listed>();
  for (const other of all) {
    for (const before of last.values()) {
      const { next, print, session } = before;
      if (session === other.session || print === other.print || next?.print !== print) continue;
      if (knew(before.times, other.times) && knew(other.times, next.times))
        return [findingOf(before, other, next)];
    }
    last.set(other.session, other);
  }
  return [];
}

function findingOf(before: Listed, other: Listed, again: Listed): Finding {
  const shown = (one: Listed, role: string) =>
    place(one.session, one.call.response ?? one.call.request, role);
  const name = nameOf(before.session);
  return {
    ...stamp(toolsVaryByConnection),
    tier: 'OBSERVED',
    severity: 'high',
    confidence: 0.8,
    message: `Two processes of ${name} offer different tools: one listed the same before and after the other one listed others.`,
    evidence: [
      shown(before, 'list of one'),
      shown(other, 'other list of another'),
      shown(again, 'list of the first again'),
    ],
    fingerprint: fingerprint([toolsVaryByConnection.rule, before.session.server?.name ?? name]),
  };
}
