/** `wiretape demo`: released servers through taps, what they lost, and the page that shows it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Collector } from '../../collector/index.ts';
import { DEFAULT_PORT } from '../../model/api.ts';
import type { Finding } from '../../model/finding.ts';
import { workflows } from '../../model/workflow.ts';
import { type Api, apiOf, findCollector } from '../api.ts';
import { startHere } from '../collecting.ts';
import { addCommonOptions, type CommonOptions } from '../command.ts';
import { systemCode, UserError } from '../error.ts';
import { redactHere } from '../redact-here.ts';
import { endSignal } from '../serve.ts';
import { stateOf } from '../state.ts';
import { printJson, terminal, visible } from '../terminal.ts';
import { givenServers } from './given-servers.ts';
import { type Proved, proveLosses } from './prove.ts';
import { type Played, runDemo } from './run.ts';
import { type DemoServers, releasedServers } from './servers.ts';

interface DemoOptions extends CommonOptions {
  readonly exit?: boolean;
  readonly servers?: string;
}

export function registerDemo(command: Command): void {
  addCommonOptions(command)
    .option('--exit', 'end after printing, instead of serving the page until Ctrl-C')
    .addOption(new Option('--servers <file>').hideHelp())
    .action(demo);
}

/** Without `--state`, everything but the fetched servers is in a folder that goes with the demo. */
async function demo(options: DemoOptions): Promise<void> {
  const ending = new AbortController();
  const ended = endSignal().then(() => ending.abort());
  const given = options.servers;
  const servers =
    given === undefined ? await releasedServers(stateOf(options.state)) : givenServers(given);
  const own =
    options.state === undefined ? await mkdtemp(join(tmpdir(), 'wiretape-demo-')) : undefined;
  const state = own ?? stateOf(options.state);
  try {
    await using collector = await startAnywhere(state);
    await show(servers, { state, collector, options, signal: ending.signal });
    if (!options.exit) await ended;
  } catch (error) {
    // Hosts that were ended in the middle of the demo have failed, as they had to.
    if (!ending.signal.aborted) throw error;
  } finally {
    if (own !== undefined) await rm(own, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** At the usual port, else at any that is free. */
async function startAnywhere(state: string): Promise<Collector> {
  const running = await findCollector(state);
  if (running) {
    const detail = `A collector runs for ${state} at ${running.address}.`;
    throw new UserError(
      'already-running',
      detail,
      'Leave out --state, or stop it with wiretape stop.',
    );
  }
  try {
    return await startHere({ state, port: DEFAULT_PORT });
  } catch (error) {
    if (systemCode(error) !== 'port-in-use') throw error;
    return startHere({ state, port: 0 });
  }
}

interface Showing {
  readonly state: string;
  readonly collector: Collector;
  readonly options: DemoOptions;
  readonly signal: AbortSignal;
}

/** Plays and prints. */
async function show(servers: DemoServers, showing: Showing): Promise<void> {
  const { state, collector, options, signal } = showing;
  const { line, colors } = terminal();
  const { json, exit } = options;
  const scenarios: Played[] = [];
  const api = apiOf(state, collector.address);
  if (!json) line(`${visible(servers.title)} running through taps`);
  const { findings, folder } = await runDemo({
    state,
    servers,
    signal,
    api,
    played: (result) => {
      scenarios.push(result);
      if (!json) line(lineOf(result));
    },
  });
  // With --exit the page is gone before anybody could open it.
  const address = exit ? undefined : await timelineAddress(collector, api, scenarios);
  const open = address === undefined ? '' : `  open: ${address}   (Ctrl-C ends)`;
  if (!json) line(`${colors.bold(verdict(findings))}${open}`);
  const proofs: Proved[] = [];
  const redact = await redactHere(state);
  const proving = { state, api, servers, folder, redact, signal };
  for await (const proved of proveLosses(scenarios, findings, proving)) {
    proofs.push(proved);
    if (!json) line(proofLine(proved));
  }
  if (json) printJson({ scenarios, findings, proofs, ...(address && { address }) });
}

/** `A  proved with 2 calls …`: what came of running its calls again, in order and together. */
export function proofLine({ key, proves, calls, schedule, message }: Proved): string {
  const what = proves ? `proved with ${calls} calls (${schedule})` : 'not proved';
  return `${key}  ${what}: ${visible(message)}`;
}

/** The scenario whose timeline is opened: two hosts that know nothing of each other. */
const OPENED = 'B';

/** The address of the page, at the timeline of a scenario. */
async function timelineAddress(
  { address, token }: Collector,
  api: Api,
  scenarios: readonly Played[],
): Promise<string> {
  const session = scenarios.find(({ key }) => key === OPENED)?.sessions[0] ?? '';
  const runs = workflows(await api.sessions()).flatMap((workflow) => workflow.runs);
  const run = runs.find(({ sessions }) => sessions.includes(session));
  return `${address}/#token=${token}${run ? `&go=/run/${run.id}` : ''}`;
}

function lineOf({ key, title, acknowledged, kept }: Played): string {
  const counts = `${String(acknowledged).padStart(2)} acknowledged  ${String(kept ?? '?').padStart(2)} kept`;
  return `${key}  ${title.padEnd(42)}   ${counts}`;
}

function verdict(findings: readonly Finding[]): string {
  const count = findings.filter(({ lost, tier }) => lost && tier !== 'POTENTIAL').length;
  if (count === 0) return 'No lost update observed.';
  return count === 1 ? '1 lost update observed.' : `${count} lost updates observed.`;
}
