/**
 * The lanes of a run: first one for each host, then one for each server of each host, in the order in
 * which they were first seen. A server that was started again by the same host keeps its lane.
 */
import type { SessionSummary } from '../../model/summary.ts';

export interface Lane {
  readonly kind: 'host' | 'server';
  readonly key: string;
  readonly name: string;
  /** What it runs as: the host's process, or the server's version and transport. */
  readonly detail: string;
  /** Indices of the tracks (sessions) it shows. */
  readonly tracks: readonly number[];
  /** 0 for hosts; servers count from 1 in first-seen order. */
  readonly colour: number;
}

export function lanesOf(sessions: readonly SessionSummary[]): Lane[] {
  const order = sessions
    .map((_, track) => track)
    .sort((a, b) => startOf(sessions, a) - startOf(sessions, b) || a - b);
  const hosts = grouped(order, (track) => hostKey(sessions[track]));
  const servers = grouped(order, (track) => `${hostKey(sessions[track])} ${sessions[track]?.name}`);
  const several = hosts.size > 1;
  return [
    ...[...hosts].map(([key, tracks]) => hostLane(key, tracks, sessions)),
    ...[...servers].map(([key, tracks], index) =>
      serverLane(key, tracks, sessions, { colour: index + 1, several }),
    ),
  ];
}

function startOf(sessions: readonly SessionSummary[], track: number): number {
  return sessions[track]?.start ?? 0;
}

function hostKey(session: SessionSummary | undefined): string {
  if (session?.host) return `${session.host.pid} ${session.host.started}`;
  return session?.client?.name ?? 'unknown';
}

function grouped(
  order: readonly number[],
  keyOf: (track: number) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const track of order) groups.set(keyOf(track), [...(groups.get(keyOf(track)) ?? []), track]);
  return groups;
}

/** Who asks: the name its client gives itself says more than that of the process. */
export function hostName({ client, host }: SessionSummary): string {
  return client?.name ?? host?.name ?? 'client';
}

function hostLane(
  key: string,
  tracks: readonly number[],
  sessions: readonly SessionSummary[],
): Lane {
  const own = tracks.map((track) => sessions[track]).filter((session) => session !== undefined);
  const named = own.find((session) => session.client) ?? own[0];
  const host = own.find((session) => session.host)?.host;
  return {
    kind: 'host',
    key: `host ${key}`,
    name: named ? hostName(named) : 'client',
    detail: host ? `host · pid ${host.pid}` : 'host',
    tracks,
    colour: 0,
  };
}

function serverLane(
  key: string,
  tracks: readonly number[],
  sessions: readonly SessionSummary[],
  { colour, several }: { colour: number; several: boolean },
): Lane {
  const own = tracks.map((track) => sessions[track]).filter((session) => session !== undefined);
  const last = own.at(-1);
  const version = own.find((session) => session.server)?.server?.version;
  const of = several && last ? `of ${hostName(last)}` : undefined;
  const detail = [version, last?.transport, of]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
  return {
    kind: 'server',
    key: `server ${key}`,
    name: last?.name ?? 'server',
    detail,
    tracks,
    colour,
  };
}
