/**
 * The run of the demo: plays the scenarios through taps into a collector, then asks what it kept.
 * The numbers it gives are those of the recording, whatever the servers did.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../../model/finding.ts';
import { readRecording } from '../../model/recording.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import type { Api } from '../api.ts';
import { UserError } from '../error.ts';
import { play } from './hosts.ts';
import { type Observed, observed } from './observed.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { DemoServers } from './servers.ts';

export interface DemoOptions {
  readonly state: string;
  readonly servers: DemoServers;
  readonly api: Api;
  /** Ends the hosts; the run then rejects. */
  readonly signal: AbortSignal;
  /** Told after each scenario. */
  readonly played: (result: Played) => void;
}

export interface Played extends Observed {
  readonly key: string;
  readonly title: string;
  readonly workflow: string;
  readonly sessions: readonly string[];
}

/** What `check` finds in all that was recorded, and the folder in which it was played. */
export interface DemoRun {
  readonly findings: readonly Finding[];
  readonly folder: string;
}

/** Plays everything. */
export async function runDemo({
  state,
  servers,
  api,
  signal,
  played,
}: DemoOptions): Promise<DemoRun> {
  const folder = await mkdtemp(join(state, 'demo-'));
  const sessions: string[] = [];
  for (const scenario of SCENARIOS) {
    const before = new Set((await api.sessions()).map(({ id }) => id));
    await play(scenario, { state, folder, servers, signal });
    const recorded = await recordedSessions(api, scenario, before);
    sessions.push(...recorded);
    played({
      ...(await observedIn(api, scenario, recorded)),
      ...named(scenario),
      sessions: recorded,
    });
  }
  return { findings: await api.findings(sessions), folder };
}

function named({ key, title, workflow }: Scenario): Pick<Played, 'key' | 'title' | 'workflow'> {
  return { key, title, workflow };
}

/** How long the collector may take to have the sessions of a scenario whole, in ms. */
const PATIENCE = 30_000;

/** The sessions of a scenario, once the collector has all of them to their end. */
async function recordedSessions(
  api: Api,
  scenario: Scenario,
  before: ReadonlySet<string>,
): Promise<string[]> {
  const isOwn = ({ id, workflow }: SessionSummary): boolean =>
    workflow === scenario.workflow && !before.has(id);
  for (const end = performance.now() + PATIENCE; performance.now() < end; await delay(20)) {
    const own = (await api.sessions()).filter(isOwn);
    const whole = own.filter(({ phase }) => phase === 'ended');
    if (whole.length === scenario.connections.length) return whole.map(({ id }) => id);
  }
  const detail = `The collector did not get the sessions of scenario ${scenario.key} in time.`;
  throw new UserError('demo-failed', detail, 'wiretape demo tries again.');
}

async function observedIn(
  api: Api,
  scenario: Scenario,
  sessions: readonly string[],
): Promise<Observed> {
  const recording = readRecording(await api.recording(sessions));
  return observed(scenario, viewsOf(recording.ok ? recording.entries : []));
}
