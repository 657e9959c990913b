/**
 * The lanes of a run: first one for each host, then one for each server of each host, in the order in
 * which they were first seen. A server that was started again by the same host keeps its lane.
 */
import type { SessionSummary } from '../../model/summary.ts';

export interface Lane {
  /** `spans`: what a server says of its own work. */
  readonly kind: 'host' | 'server' | 'spans';
  readonly key: string;
  readonly name: string;
  /** What it runs as: the host's process, or the server's version and transport. */
  readonly detail: string;
  /** Indices of the tracks (sessions) it shows. */
  readonly tracks: readonly number[];
  /** Of a server: what tells its host from the others of the run. */
  readonly of?: string;
  /** 0 for hosts; servers count from 1 in first-seen order. */
  readonly colour: number;
}

/** In CSS: the host's, or that of a server. */
export function laneColour(colour: number): string {
  return colour === 0 ? 'var(--host)' : `var(--lane-${((colour - 1) % 6) + 1})`;
}

export function lanesOf(sessions: readonly SessionSummary[]): Lane[] {
  const order = sessions
    .map((_, track) => track)
    .sort((a, b) => startOf(sessions, a) - startOf(sessions, b) || a - b);
  const hosts = grouped(order, (track) => hostKey(sessions[track]));
  const servers = grouped(order, (track) => `${hostKey(sessions[track])} ${sessions[track]?.name}`);
  const names = hostNames([...hosts.values()], sessions);
  return [
    ...[...hosts].map(([key, tracks]) => hostLane(key, tracks, sessions)),
    ...[...servers].map(([key, tracks], index) =>
      serverLane(key, tracks, sessions, {
        colour: index + 1,
        of: names.get(hostKey(sessions[tracks[0] ?? -1])),
      }),
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

/** What tells the hosts apart, by their keys: their names, or where two have one, their processes; nothing for a single one. */
function hostNames(
  hosts: readonly (readonly number[])[],
  sessions: readonly SessionSummary[],
): ReadonlyMap<string, string> {
  const named = hosts
    .flatMap(([track = -1]) => sessions[track] ?? [])
    .map((session) => ({ session, name: hostName(session) }));
  if (named.length < 2) return new Map();
  const isTold = new Set(named.map(({ name }) => name)).size === named.length;
  return new Map(
    named.map(({ session, name }) => [
      hostKey(session),
      isTold || !session.host ? name : `pid ${session.host.pid}`,
    ]),
  );
}

/** What each track is called where its lane is not seen: its server, and its host where another has one of that name. */
export function trackNames(
  lanes: readonly Lane[],
  sessions: readonly SessionSummary[],
): readonly string[] {
  const servers = lanes.filter(({ kind }) => kind === 'server');
  return sessions.map(({ name }, track) => {
    const lane = servers.find(({ tracks }) => tracks.includes(track));
    const isTold = servers.filter((other) => other.name === name).length < 2;
    return isTold || lane?.of === undefined ? name : `${name} (${lane.of})`;
  });
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
  { colour, of }: { colour: number; of: string | undefined },
): Lane {
  const own = tracks.map((track) => sessions[track]).filter((session) => session !== undefined);
  const last = own.at(-1);
  const version = own.find((session) => session.server)?.server?.version;
  const detail = [of && `of ${of}`, version, last?.transport]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
  return {
    kind: 'server',
    key: `server ${key}`,
    name: last?.name ?? 'server',
    detail,
    tracks,
    colour,
    ...(of === undefined ? {} : { of }),
  };
}
