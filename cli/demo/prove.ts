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
import { readRecording } from '../../model/recording.ts';
import { judgementsOf } from '../../replay/explore/judgements.ts';
import { exploreRecording } from '../../replay/explore/recording.ts';
import { exploreReport, sentence } from '../../replay/explore/report.ts';
import { type ServerSpec, serversOf } from '../../replay/explore/servers.ts';
import type { Api } from '../api.ts';
import type { Played } from './run.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { DemoServers } from './servers.ts';

export interface Proved {
  readonly key: string;
  readonly finding: string;
  readonly verdict: string;
  /** How many calls it takes, and which; none where it was not proved. */
  readonly calls: number;
  readonly schedule?: string;
  readonly message?: string;
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
  const explored = await exploreRecording({
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
  const { verdict, proofs } = explored.exploration;
  const [proof] = proofs;
  const report = exploreReport(explored, { seed, known: [finding] });
  const judging = { report, known: [finding], pick, at: new Date().toISOString() };
  await keepJudgements(state, judgementsOf(explored, judging));
  const result = {
    key,
    finding: finding.fingerprint,
    verdict,
    calls: proof?.operations.length ?? 0,
  };
  if (!proof) return result;
  const about = proof.about.flatMap((number) => explored.all[number - 1] ?? []);
  return { ...result, schedule: proof.course, message: sentence(proof, about) };
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
