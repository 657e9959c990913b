/** `wiretape` alone: what state things are in, and the next step. */
import type { SessionSummary } from '../model/summary.ts';
import { unseenSince, type WrappedHost, wrappedHosts } from '../model/wrapped.ts';
import { ownVersion } from '../tap/own-version.ts';
import { wrapped } from '../tap/wrap/current.ts';
import { everyWrapped, missingOf, readRecords, survey } from '../tap/wrap/index.ts';
import { findCollector } from './api.ts';
import type { CommonOptions } from './command.ts';
import { configFault } from './config.ts';
import { clockTime, duration } from './durations.ts';
import { newestFirst, withSource } from './sessions.ts';
import { stateOf } from './state.ts';
import { counted, printJson, terminal, visible } from './terminal.ts';
import { placesHere } from './wrap-options.ts';
import { nameIn, wrapAgain } from './wrap-report.ts';

export async function overview(options: CommonOptions): Promise<void> {
  const state = stateOf(options.state);
  const running = await findCollector(state);
  const sessions = newestFirst(await withSource(state, (source) => source.summaries()));
  const waiting = sessions.filter(
    ({ phase, openCount }) => phase !== 'ended' && openCount > 0,
  ).length;
  const { servers } = await everyWrapped(await survey(placesHere()), await readRecords(state));
  const broken = servers.filter(missingOf);
  const hosts = wrappedHosts(await wrapped(state), sessions);
  const next = broken[0] ? wrapAgain(broken[0]) : nextStep(sessions, { waiting, hosts });
  const version = ownVersion();
  const fault = await configFault(state);
  if (options.json) {
    const address = running?.address ?? null;
    const cannotStart = broken.map((one) => ({
      host: one.host.id,
      name: one.name,
      missing: missingOf(one),
    }));
    const sessionCount = sessions.length;
    const told = { version, state, address, sessionCount, waiting, hosts, cannotStart };
    return printJson({ ...told, configFault: fault ?? null, next });
  }
  const { line, colors } = terminal();
  line(`wiretape ${version}`);
  line(
    running
      ? `The collector runs at ${running.address}.`
      : 'No collector runs; taps record without one.',
  );
  if (fault !== undefined) line(colors.red(visible(fault)));
  line(sessionsText(sessions));
  for (const host of hosts) line(hostText(host, new Date()));
  if (waiting > 0) line(colors.yellow(`Calls wait in ${counted(waiting, 'session')}.`));
  for (const one of broken)
    line(
      colors.yellow(`${nameIn(one)} cannot start: the ${missingOf(one)} that it names is gone.`),
    );
  line(`Next: ${colors.bold(next)}`);
}

function sessionsText(sessions: readonly SessionSummary[]): string {
  const [newest] = sessions;
  if (!newest) return 'No session is recorded yet.';
  const live = sessions.filter(({ phase }) => phase !== 'ended').length;
  const age = duration(Math.max(0, Date.now() - Date.parse(newest.wall)) * 1000);
  const count = counted(sessions.length, 'session');
  return `${count} recorded, ${live} live. The newest: ${visible(newest.name)}, started ${age} ago.`;
}

/** What is known of a host whose servers are wrapped. */
function hostText({ name, when, uptake, restart, servers }: WrappedHost, now: Date): string {
  const start = `${name}: wrapped ${clockTime(when, now)}`;
  if (uptake === 'waiting') return `${start}, ${unseenSince(when, now.getTime())}. ${restart}`;
  const unseen = servers.filter(({ session }) => session === undefined);
  const names = unseen.map((server) => visible(server.name)).join(', ');
  return `${start}, recorded since${names === '' ? '' : `, but no session of ${names}`}.`;
}

interface Circumstances {
  /** Sessions in which calls wait. */
  readonly waiting: number;
  readonly hosts: readonly WrappedHost[];
}

function nextStep(sessions: readonly SessionSummary[], { waiting, hosts }: Circumstances): string {
  if (sessions.length === 0 && hosts.length === 0) return 'wiretape demo';
  return waiting > 0 ? 'wiretape stuck' : 'wiretape open';
}
