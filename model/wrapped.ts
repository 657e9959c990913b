/**
 * Which hosts have taken up that their servers are wrapped, as far as sessions show it. A host that
 * was restarted and started none of these servers cannot be told from one that was not.
 */
import type { SessionSummary } from './summary.ts';

/** A server that the configuration of a host starts behind a tap, now. */
export interface WrappedServer {
  readonly name: string;
  /** The host as `--host` names it, and as people do. */
  readonly host: string;
  readonly hostName: string;
  /** How the host takes up a change, as an order to the user. */
  readonly restart: string;
  /** When it was wrapped, ISO 8601. */
  readonly when: string;
  /** What names its entry in sessions; those of earlier versions have none. */
  readonly entry?: string;
}

/** waiting: no session since the last of its servers was wrapped. partly: of some, not of others. */
export type Uptake = 'waiting' | 'partly' | 'seen';

export interface WrappedHost {
  readonly host: string;
  readonly name: string;
  readonly restart: string;
  /** When the last of its servers was wrapped, ISO 8601. */
  readonly when: string;
  readonly uptake: Uptake;
  /** In the order in which they were wrapped. */
  readonly servers: readonly SeenServer[];
}

export interface SeenServer {
  readonly name: string;
  readonly when: string;
  /** Its newest session that began since. */
  readonly session?: string;
}

/** Hosts with wrapped servers, the one that was wrapped last first. */
export function wrappedHosts(
  wrapped: readonly WrappedServer[],
  sessions: readonly SessionSummary[],
): WrappedHost[] {
  const hosts = [...new Set(wrapped.map(({ host }) => host))];
  return hosts
    .map((host) =>
      wrappedHost(
        wrapped.filter((one) => one.host === host).sort((a, b) => began(a.when) - began(b.when)),
        sessions,
      ),
    )
    .flatMap((host) => host ?? [])
    .sort((a, b) => began(b.when) - began(a.when));
}

function wrappedHost(
  servers: readonly WrappedServer[],
  sessions: readonly SessionSummary[],
): WrappedHost | undefined {
  const last = servers.at(-1);
  if (!last) return undefined;
  const newest = servers.map((server) => newestSession(server, sessions));
  const isSince = newest.some((session) => session && began(session.wall) >= began(last.when));
  const isWhole = newest.every((session) => session !== undefined);
  return {
    host: last.host,
    name: last.hostName,
    restart: last.restart,
    when: last.when,
    uptake: isWhole && isSince ? 'seen' : isSince ? 'partly' : 'waiting',
    servers: servers.map(({ name, when }, at) => {
      const session = newest[at];
      return { name, when, ...(session ? { session: session.id } : {}) };
    }),
  };
}

/** The newest session of a server that began since it was wrapped. */
function newestSession(
  server: WrappedServer,
  sessions: readonly SessionSummary[],
): SessionSummary | undefined {
  let newest: SessionSummary | undefined;
  for (const session of sessions) {
    if (!isOf(session, server) || !(began(session.wall) >= began(server.when))) continue;
    if (!newest || began(session.wall) > began(newest.wall)) newest = session;
  }
  return newest;
}

/** Without a name for its entry, each session that says no entry and has the name may be of the server. */
function isOf({ name, launch }: SessionSummary, server: WrappedServer): boolean {
  const entry = launch?.config?.entry;
  return entry === server.entry && (entry !== undefined || name === server.name);
}

function began(wall: string): number {
  return Date.parse(wall);
}

/** After that, in ms, sessions may have been erased, and people have long restarted their hosts. */
const FRESH = 24 * 60 * 60 * 1000;

/** What may be said, at `now` in ms, of what was wrapped at `when` and of which no session began since. */
export function unseenSince(when: string, now: number): 'not restarted since' | 'no session since' {
  const age = now - began(when);
  return age >= 0 && age < FRESH ? 'not restarted since' : 'no session since';
}
