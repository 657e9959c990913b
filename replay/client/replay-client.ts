/**
 * The stand-in client: drives what a recorded client said at a live server, and says in what the
 * server is not the recorded one. It runs and contacts only what its caller names.
 */
import type { Redact } from '../../model/crossing.ts';
import type { Call } from '../../model/session.ts';
import type { Mask } from '../masks.ts';
import type { RecordedSession } from '../recorded.ts';
import { type Script, scriptOf } from '../script.ts';
import type { Conflict } from './bindings.ts';
import { type ClientReport, clientReport, valueShown } from './client-report.ts';
import type { Connect } from './connection.ts';
import { compareRun, type Scope } from './divergence.ts';
import { type Drive, drive } from './drive.ts';
import { type Flow, flowOf } from './flow.ts';
import { type ClientLine, linesOf } from './lines.ts';
import { learnNoise } from './noise.ts';
import { type Condition, type Overlap, type Step, stepsOf } from './order.ts';
import { type Redacted, redactedIn, type Wording } from './wording.ts';

export interface ReplayClientOptions {
  readonly session: RecordedSession;
  readonly connect: Connect;
  /** One call, sent with its handshake only. */
  readonly only?: Call;
  readonly overlap: Overlap;
  /** How long an answer is waited for, in ms. */
  readonly timeout: number;
  readonly masks: readonly Mask[];
  /** Runs of one build, each in a fresh state, from which noise is learned; at least 2. */
  readonly control?: { readonly runs: number; readonly connect: Connect };
  /** The secret that a placeholder stands for, by the member it stands in. */
  readonly secretOf: Wording['secretOf'];
  /** Takes secrets out of what a live server said. */
  readonly redact: Redact;
  /** Ends it before its time: the report says so. */
  readonly signal?: AbortSignal;
  /** Told before each run. */
  readonly onRun?: (what: string) => void;
}

/** A recorded value is two values in the live run: nobody can say which of them to send. */
export class AmbiguousValue extends Error {
  readonly code = 'ambiguous-value';

  constructor({ recorded, live }: Conflict, redact: Redact) {
    const [value, one, other] = [recorded, ...live].map((each) => valueShown(each, redact));
    super(`The recorded value ${value} is both ${one} and ${other} in the live run`);
  }
}

/**
 * Replays the client of a session. Throws an AmbiguousValue where a value cannot be rebound, and a
 * ConnectionFault where there is no server.
 */
export async function replayClient(options: ReplayClientOptions): Promise<ClientReport> {
  const { session, overlap, timeout, masks, control, only, secretOf, redact } = options;
  const script = scriptOf(session);
  const flow = flowOf(session);
  const lines = chosenLines(script, only);
  const scope: Scope = { script, lines, ...(only ? { only } : {}) };
  const steps = withinLines(stepsOf({ script, lines, flow }, only ? 'max' : overlap), lines);
  const runWith = async (connect: Connect): Promise<Drive> => {
    const run = await drive({
      script,
      steps,
      flow,
      connect,
      timeout,
      secretOf,
      ...(only ? { awaited: only } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (run.conflict) throw new AmbiguousValue(run.conflict, redact);
    return run;
  };
  const controls: Drive[] = [];
  for (let at = 0; control && at < control.runs; at++) {
    options.onRun?.(`control run ${at + 1} of ${control.runs}`);
    controls.push(await runWith(control.connect));
  }
  options.onRun?.('the run that is compared');
  const run = await runWith(options.connect);
  const calls = only ? [only] : session.session.calls;
  return clientReport({
    scope,
    run,
    compared: compareRun(scope, run),
    declared: masks,
    noise: control ? learnNoise(calls, controls) : undefined,
    controlRuns: controls.length,
    overlap,
    timeout,
    redacted: unknownSecrets({ lines, flow, secretOf }),
    redact,
  });
}

/** Redacted values that would be sent as placeholders. */
export function unknownSecrets(of: {
  readonly lines: readonly ClientLine[];
  readonly flow: Flow;
  readonly secretOf: Wording['secretOf'];
}): Redacted[] {
  return redactedIn(of.lines, of.flow).filter(
    ({ placeholder, name }) => of.secretOf(placeholder, name) === undefined,
  );
}

/** The same before anything is sent. */
export function unknownSecretsOf({
  session,
  only,
  secretOf,
}: Pick<ReplayClientOptions, 'session' | 'only' | 'secretOf'>): Redacted[] {
  const lines = chosenLines(scriptOf(session), only);
  return unknownSecrets({ lines, flow: flowOf(session), secretOf });
}

/** All lines, or those of one call: its handshake, itself, and answers to what the server may ask. */
function chosenLines(script: Script, only: Call | undefined): ClientLine[] {
  const all = linesOf(script);
  if (!only) return all;
  return all.filter(
    (line) => line.calls.includes(only) || isHandshake(line) || line.answers.length > 0,
  );
}

const HANDSHAKE: ReadonlySet<string> = new Set([
  'initialize',
  'notifications/initialized',
  'server/discover',
]);

export function isHandshake({ items }: ClientLine): boolean {
  return items.every(({ message }) => 'method' in message && HANDSHAKE.has(message.method));
}

/** Steps that wait for nothing of a line that is not sent. */
export function withinLines(steps: readonly Step[], lines: readonly ClientLine[]): Step[] {
  const sent = new Set(lines);
  const calls = new Set(lines.flatMap((line) => line.calls));
  const isThere = (condition: Condition): boolean => {
    if (condition.kind === 'sent') return sent.has(condition.line);
    return condition.kind !== 'settled' || calls.has(condition.call);
  };
  return steps.map(({ line, after }) => ({ line, after: after.filter(isThere) }));
}
