/**
 * Workflows and runs.
 *
 * A workflow is the sessions of one explicit name, else of one host process. Hosts live for days,
 * so what people look at is a run: the messages of one trace and what its sessions say without any
 * while it goes on, else those between pauses in all the sessions of the workflow. A run found by its
 * pauses is marked so, since that is a guess.
 */
import type { Host } from './entry.ts';
import { groupBy } from './group.ts';
import { sha256Hex } from './keyed-hash.ts';
import { bootRanks, order } from './order.ts';
import type { SessionSummary } from './summary.ts';

export interface Run {
  readonly id: string;
  readonly workflow: string;
  readonly by: 'trace' | 'pause';
  readonly trace?: string;
  /** Session ids, in the order they started. */
  readonly sessions: readonly string[];
  /** Microseconds of the machine's monotonic clock; comparable only within one boot. */
  readonly from: number;
  readonly to: number;
  readonly boot: string;
  readonly messageCount: number;
}

export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly hosts: readonly Host[];
  readonly sessions: readonly SessionSummary[];
  /** Newest first. */
  readonly runs: readonly Run[];
}

/** A pause of this length, in µs, in all sessions of a workflow ends a run. */
export const RUN_PAUSE = 60_000_000;

/** The workflows that sessions make up, the one with the newest message first. */
export function workflows(sessions: readonly SessionSummary[], pause = RUN_PAUSE): Workflow[] {
  const groups = groupBy(sessions, workflowKey);
  return [...groups]
    .map(([key, own]) => workflowOf(key, own, pause))
    .sort((a, b) => newest(b) - newest(a) || order(a.id, b.id));
}

type Belonging = Pick<SessionSummary, 'workflow' | 'host' | 'boot' | 'id'>;

/** What the sessions of one workflow have in common, as one text. */
export function workflowKey({ workflow, host, boot, id }: Belonging): string {
  if (workflow !== null) return `name ${workflow}`;
  if (host) return `host ${boot} ${host.pid} ${host.started}`;
  return `session ${id}`;
}

function workflowOf(key: string, own: readonly SessionSummary[], pause: number): Workflow {
  const id = shortHash(key);
  const boots = bootsOf(own);
  const sessions = boots.flat();
  const hosts = hostsOf(sessions);
  const name = sessions[0]?.workflow ?? hosts[0]?.name ?? sessions[0]?.name ?? id;
  const runs = boots.flatMap((one) => runsOf(id, one, pause));
  return { id, name, hosts, sessions, runs: runs.reverse() };
}

/** The sessions of each boot in the order they started, boots by wall time: all they have in common. */
function bootsOf(sessions: readonly SessionSummary[]): SessionSummary[][] {
  const ranks = bootRanks(sessions);
  return [...groupBy(sessions, ({ boot }) => boot)]
    .sort(([a], [b]) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0))
    .map(([, own]) => own.sort(byStart));
}

function byStart(a: SessionSummary, b: SessionSummary): number {
  return a.start - b.start || order(a.id, b.id);
}

function hostsOf(sessions: readonly SessionSummary[]): Host[] {
  const hosts = new Map<string, Host>();
  for (const { boot, host } of sessions) {
    if (host) hosts.set(`${boot} ${host.pid} ${host.started}`, host);
  }
  return [...hosts.values()];
}

interface Stretch {
  readonly session: SessionSummary;
  readonly trace: string | null;
  readonly first: number;
  readonly last: number;
  /** One of its requests was over then; until that nobody paused. */
  readonly until: number;
  readonly messages: number;
}

/** The runs of sessions of one boot, oldest first. */
function runsOf(workflow: string, sessions: readonly SessionSummary[], pause: number): Run[] {
  const stretches = sessions
    .flatMap(stretchesOf)
    .sort((a, b) => a.first - b.first || order(a.session.id, b.session.id));
  const byTrace = groupBy(
    stretches.filter(({ trace }) => trace !== null),
    ({ trace }) => trace,
  );
  const untraced = stretches.filter(({ trace }) => trace === null);
  const traced = [...byTrace.values()];
  const during = groupBy(untraced, tracedAround(traced, untraced));
  const byPause = splitAtPauses(during.get(undefined) ?? [], pause);
  return [
    ...traced.map((own) => runOf(workflow, [...own, ...(during.get(own) ?? [])])),
    ...byPause.map((own) => runOf(workflow, own)),
  ].sort((a, b) => a.from - b.from || order(a.id, b.id));
}

type Stretches = readonly Stretch[];

/**
 * Says of what a session told without a trace in which run of a trace that was: one that the session
 * is part of, and that went on all the while. Of several the one that began last, as what is newest is
 * most likely meant. All are by start.
 */
function tracedAround(
  traced: readonly Stretches[],
  untraced: Stretches,
): (stretch: Stretch) => Stretches | undefined {
  const found = new Map<Stretch, Stretches>();
  const runs = traced.map((own) => ({ own, from: own[0]?.first ?? 0, to: endOf(own) }));
  const runsBySession = groupBy(
    runs.flatMap((run) => run.own.map(({ session }) => ({ session, run }))),
    ({ session }) => session,
  );
  for (const [session, told] of groupBy(untraced, (stretch) => stretch.session)) {
    const coming = (runsBySession.get(session) ?? []).map(({ run }) => run).reverse();
    const begun: typeof runs = [];
    for (const stretch of told) {
      while ((coming.at(-1)?.from ?? Number.POSITIVE_INFINITY) <= stretch.first)
        begun.push(...coming.splice(-1));
      // What was over by then is over for all that follows.
      while ((begun.at(-1)?.to ?? Number.POSITIVE_INFINITY) < stretch.first) begun.pop();
      const end = endOf([stretch]);
      const around = begun.findLast(({ to }) => to >= end);
      if (around) found.set(stretch, around.own);
    }
  }
  return (stretch) => found.get(stretch);
}

function endOf(stretches: Stretches): number {
  return stretches.reduce(
    (latest, { last, until }) => Math.max(latest, last, until),
    Number.NEGATIVE_INFINITY,
  );
}

/** A session without messages is one empty stretch, so that it is seen. */
function stretchesOf(session: SessionSummary): Stretch[] {
  const { start, bursts, lastAt } = session;
  if (bursts.length === 0) {
    const last = start + lastAt;
    return [{ session, trace: null, first: start, last, until: last, messages: 0 }];
  }
  return bursts.map(({ trace, first, last, until = last, messages }) => ({
    session,
    trace,
    first: start + first,
    last: start + last,
    until: start + until,
    messages,
  }));
}

function splitAtPauses(stretches: readonly Stretch[], pause: number): Stretch[][] {
  const parts: Stretch[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const stretch of stretches) {
    const part = parts.at(-1);
    if (part && stretch.first - end < pause) part.push(stretch);
    else parts.push([stretch]);
    end = Math.max(end, stretch.until);
  }
  return parts;
}

function runOf(workflow: string, stretches: readonly Stretch[]): Run {
  const first = stretches[0];
  const trace = first?.trace ?? undefined;
  const from = first?.first ?? 0;
  const boot = first?.session.boot ?? '';
  return {
    id: shortHash(`${workflow} ${boot} ${trace ?? `${first?.session.id} ${from}`}`),
    workflow,
    by: trace === undefined ? 'pause' : 'trace',
    ...(trace === undefined ? {} : { trace }),
    sessions: [...new Set(stretches.map(({ session }) => session))]
      .sort(byStart)
      .map(({ id: session }) => session),
    from,
    to: Math.max(from, endOf(stretches)),
    boot,
    messageCount: stretches.reduce((sum, { messages }) => sum + messages, 0),
  };
}

/** Wall time of the newest entry, in ms: sorts workflows of different boots, for people only. */
function newest({ sessions }: Workflow): number {
  return sessions.reduce((latest, { wall, lastAt }) => {
    return Math.max(latest, (Date.parse(wall) || 0) + lastAt / 1000);
  }, 0);
}

/** What runs and workflows are called: short enough to be read out. */
export function shortHash(text: string): string {
  return sha256Hex(text).slice(0, 12);
}
