/**
 * Proves what the demo observed: runs the calls of a loss again, in order and together, on fresh
 * servers that start where the scenario did.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { keepJudgements } from '../../collector/judgements.ts';
import type { Redact } from '../../model/crossing.ts';
import { type Finding, sessionsOf } from '../../model/finding.ts';
import { type Judgement, outcomeText } from '../../model/judgement.ts';
import { readRecording } from '../../model/recording.ts';
import type { Exploration } from '../../replay/explore/explore.ts';
import { judgementsOf } from '../../replay/explore/judgements.ts';
import {
  type Explored,
  exploreRecording,
  type RecordingOptions,
} from '../../replay/explore/recording.ts';
import { ExploreRefusal } from '../../replay/explore/refusal.ts';
import { exploreReport } from '../../replay/explore/report.ts';
import { type ServerSpec, serversOf } from '../../replay/explore/servers.ts';
import type { Api } from '../api.ts';
import type { Played } from './run.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { DemoServers } from './servers.ts';

export interface Proved {
  readonly key: string;
  readonly finding: string;
  readonly verdict: string;
  /** What was shown is this finding, and not something else of its calls. */
  readonly proves: boolean;
  /** How many calls show something, and which; none where nothing was shown. */
  readonly calls: number;
  readonly schedule?: string;
  /** What came of it, for people. */
  readonly message: string;
}

export interface Proving {
  /** Where it is kept. */
  readonly state: string;
  readonly api: Api;
  readonly servers: DemoServers;
  /** Where scenarios were played, and where they may begin again. */
  readonly folder: string;
  readonly redact: Redact;
  readonly signal: AbortSignal;
}

/** How long proving one loss may take, in ms. */
const LONGEST = 45_000;
const NOT_ENOUGH = `${LONGEST / 1000} s were not enough.`;
const NO_TIME = `nothing was compared with the recorded order. ${NOT_ENOUGH}`;

/** The losses that were observed, each with what came of proving it, one after the other. */
export async function* proveLosses(
  played: readonly Played[],
  findings: readonly Finding[],
  proving: Proving,
): AsyncGenerator<Proved> {
  for (const { key, sessions } of played) {
    const scenario = SCENARIOS.find((one) => one.key === key);
    const finding = findings.find(
      (one) => one.lost && sessionsOf(one).some((session) => sessions.includes(session)),
    );
    const spec = scenario && (await specOf(scenario, proving));
    if (finding && spec) yield await prove({ key, sessions, finding, spec }, proving);
  }
}

interface Loss {
  readonly key: string;
  readonly sessions: readonly string[];
  readonly finding: Finding;
  readonly spec: Readonly<Record<string, ServerSpec>>;
}

async function prove(
  { key, sessions, finding, spec }: Loss,
  { state, api, folder, redact, signal }: Proving,
): Promise<Proved> {
  const recording = readRecording(await api.recording(sessions));
  const file = 'the demo';
  const pick = { finding };
  const seed = 1;
  const unproved = { key, finding: finding.fingerprint, proves: false, calls: 0 };
  const explored = await inTime({
    entries: recording.ok ? recording.entries : [],
    servers: serversOf(spec, { folder, environment: process.env, file }),
    file,
    pick,
    seed,
    repeat: 10,
    budget: Number.POSITIVE_INFINITY,
    longest: LONGEST,
    ordered: false,
    timeout: 10_000,
    secretOf: () => undefined,
    redact,
    signal,
  });
  if (!explored) return { ...unproved, verdict: 'time-over', message: NO_TIME };
  const report = exploreReport(explored, { seed, known: [finding] });
  const judging = { report, known: [finding], pick, at: new Date().toISOString() };
  const judgements = judgementsOf(explored, judging);
  await keepJudgements(state, judgements);
  const own = judgements.find((one) => one.finding === finding.fingerprint);
  return {
    ...unproved,
    verdict: explored.exploration.verdict,
    ...cameOf(own, explored.exploration),
  };
}

/** What came of it, as it is kept for the finding; and of what is not kept, why. */
export function cameOf(
  own: Judgement | undefined,
  { ended, suspects }: Pick<Exploration, 'ended' | 'suspects'>,
): Pick<Proved, 'message'> & Partial<Proved> {
  const late = ended === 'budget' ? ` ${NOT_ENOUGH}` : '';
  if (!own) return { message: `${suspects[0]?.why ?? 'the same order twice differs'}.${late}` };
  const { proves, shown } = own;
  const message = `${outcomeText(own)}${proves ? '' : late}`;
  return shown ? { message, proves, calls: shown.calls, schedule: shown.schedule } : { message };
}

/** Undefined where it was over before anything was compared with the recorded order. */
async function inTime(options: RecordingOptions): Promise<Explored | undefined> {
  try {
    return await exploreRecording(options);
  } catch (error) {
    if (error instanceof ExploreRefusal && error.code === 'time-over') return undefined;
    throw error;
  }
}

/** The servers of a scenario as they may be explored; undefined where they may not be. */
async function specOf(
  { key, connections, file }: Scenario,
  { servers, folder }: Proving,
): Promise<Readonly<Record<string, ServerSpec>> | undefined> {
  const start = join(folder, `start-${key.toLowerCase()}`);
  await mkdir(start, { recursive: true });
  if (file.text !== undefined) await writeFile(join(start, file.name), file.text);
  const described = connections.map((connection) => {
    const words = servers.serverOf(connection, '{folder}').explored;
    return words && ([connection.server, words] as const);
  });
  if (!described.every((one) => one !== undefined)) return undefined;
  const env = file.variable === undefined ? {} : { [file.variable]: `{folder}/${file.name}` };
  return Object.fromEntries(
    described.map(([name, [command = '', ...args]]) => [
      name,
      {
        explorable: true,
        command,
        args,
        env,
        reset: { copy: start, was: join(folder, key.toLowerCase()) },
        write: true,
        allow: ['edit_file'],
      },
    ]),
  );
}
