/**
 * Who asked. An agent acts one step after the other; two of them know nothing of each other's steps.
 *
 * Threads (order/turns.ts) are finer: one agent has a thread for each of its connections and turns.
 * So the connections of one host are one agent, and a second one to the same server at the same time
 * is another; traces on them are agents where they interleave, and have more than one call, since
 * some hosts begin a trace for every call.
 */
import { groupBy } from '../../model/group.ts';
import type { Session } from '../../model/session.ts';
import type { Operation } from '../footprint/operation.ts';
import { clockOf } from '../order/span.ts';
import { threadOf } from '../order.ts';

/** Equal for operations of one agent. */
export type Agent = string;

export function agentsOf(operations: readonly Operation[]): (operation: Operation) => Agent {
  const servers = new Map<Session, string>();
  for (const { view, container } of operations) servers.set(view.session, container.server);
  const hosts = hostsOf(servers, tracesOf(operations));
  const hostAt = ({ view }: Operation): Agent => hosts.get(view.session) ?? view.session.id;
  const lanes = new Map<string, number>();
  const traced = operations.filter(({ call }) => call.trace !== undefined);
  for (const [host, own] of groupBy(traced, hostAt)) {
    const spans = [...groupBy(own, ({ call }) => threadOf(call))]
      .filter(([, calls]) => calls.length > 1)
      .map(([thread, calls]) => ({ id: `${host} ${thread}`, ...around(calls) }));
    for (const [id, lane] of lanesOf(spans)) lanes.set(id, lane);
  }
  if (lanes.size === 0) return hostAt;
  return (operation) => {
    const host = hostAt(operation);
    const lane = lanes.get(`${host} ${threadOf(operation.call)}`);
    return lane ? `${host}/${lane}` : host;
  };
}

/** Sessions, given what their servers call themselves, with the agent that their host is there. */
function hostsOf(
  servers: ReadonlyMap<Session, string>,
  traces: ReadonlyMap<Session, string>,
): Map<Session, Agent> {
  const hosts = new Map<Session, Agent>();
  const nameOf = (session: Session): string => traces.get(session) ?? hostOf(session);
  for (const [host, own] of groupBy(servers.keys(), nameOf)) {
    for (const same of groupBy(own, (session) => servers.get(session)).values()) {
      const lanes = lanesOf(same.map((session) => ({ id: session, ...lifeOf(session) })));
      for (const [session, lane] of lanes) hosts.set(session, `${host}#${lane}`);
    }
  }
  return hosts;
}

/** Sessions of hosts that nobody named are of one host where traces go through them. */
function tracesOf(operations: readonly Operation[]): Map<Session, string> {
  const first = new Map<string, Session>();
  const above = new Map<Session, Session>();
  const rootOf = (session: Session): Session => {
    const next = above.get(session);
    if (!next) return session;
    const root = rootOf(next);
    above.set(session, root);
    return root;
  };
  for (const { view, call } of operations) {
    if (call.trace === undefined || view.session.head?.host) continue;
    const [one, other] = [rootOf(first.get(call.trace) ?? view.session), rootOf(view.session)];
    first.set(call.trace, one);
    if (one !== other) above.set(other, one);
  }
  return new Map([...above.keys()].map((session) => [session, hostOf(rootOf(session))]));
}

function hostOf({ id, head }: Session): string {
  const { host, clock } = head ?? {};
  return host ? `host ${clock?.boot} ${host.pid} ${host.started}` : `session ${id}`;
}

interface Life {
  readonly start: number;
  readonly end: number;
}

function lifeOf(session: Session): Life {
  const { start } = clockOf(session);
  return { start, end: start + session.lastAt };
}

function around(operations: readonly Operation[]): Life {
  let [start, end] = [Number.POSITIVE_INFINITY, 0];
  for (const one of operations) {
    start = Math.min(start, one.start);
    end = Math.max(end, one.end);
  }
  return { start, end };
}

/** The first lane that is free for each, so that what comes one after the other shares one. */
function lanesOf<T>(lives: readonly (Life & { readonly id: T })[]): Map<T, number> {
  const ends: number[] = [];
  const lanes = new Map<T, number>();
  for (const { id, start, end } of [...lives].sort((a, b) => a.start - b.start)) {
    const free = ends.slice(0, MOST).findIndex((last) => last < start);
    const lane = free === -1 ? Math.min(ends.length, MOST) : free;
    ends[lane] = Math.max(end, ends[lane] ?? 0);
    lanes.set(id, lane);
  }
  return lanes;
}

/** So many agents of one host are told apart; those that come on top are taken for one. */
const MOST = 64;
