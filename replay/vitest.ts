/**
 * Public entry `wiretape/vitest`: tests that have recorded servers instead of real ones.
 *
 *   import { mcpTest } from 'wiretape/vitest';
 *
 *   const test = mcpTest({ recording: new URL('./run.tape.jsonl', import.meta.url) });
 *
 *   test('the agent tidies the desk', async ({ servers, expect }) => {
 *     await runAgent({ memory: servers.transport('memory') });
 *     expect(servers).toMatchRecording();
 *     expect(servers).toHaveNoFindings();
 *   });
 *
 * Each test starts from the beginning of the recording. The only file that needs vitest to run.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { expect, type TestAPI, type TestContext, test } from 'vitest';
import { openRecording } from './open.ts';
import { type LiveServers, recordTest } from './record-test.ts';
import { type RecordedSession, recordedSessions } from './recorded.ts';
import { type StandIns, type StandInsOptions, standInsOf } from './stand-ins.ts';
import { sessionsOfTest } from './test-sessions.ts';
import { transcript } from './transcript.ts';
import { divergencesIn, findingsIn, missesIn } from './verdict.ts';

export type { LiveServers } from './record-test.ts';
export type { Difference, Miss, ReplayReport } from './report.ts';
export type { StandIns } from './stand-ins.ts';
export type { StandInTransport } from './transport.ts';

export interface McpTestOptions extends Omit<StandInsOptions, 'onMiss' | 'passOn' | 'behind'> {
  /** The recording: a path, relative to the folder that vitest runs in, or a file URL. */
  readonly recording: string | URL;
  /**
   * `replay`, the default: the recording is the servers. `record`: each test runs against the real
   * `servers`, and is recorded when it passes. `record-missing`: a test that the recording has is
   * replayed, any other one is recorded. Where the variable CI is set, nothing is ever recorded.
   */
  readonly mode?: 'replay' | 'record-missing' | 'record';
  /** The name under which the recording has the sessions; else the full name of each test. */
  readonly recordedAs?: string;
  /** To record from: by name, what makes a transport to the real server. */
  readonly servers?: LiveServers;
  /**
   * What a message does that the recording does not have. `fail`, the default: the test fails, also
   * when the code under test swallowed the error it got. `report`: it stands in `servers.report()`.
   */
  readonly misses?: 'fail' | 'report';
}

export interface NoFindingsOptions {
  /** Rules that may find something, by name (docs/rules.md). */
  readonly except?: readonly string[];
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares the parameter this way.
  interface Matchers<T = any> {
    /** All recorded sessions were played to their end, and all was as recorded. */
    toMatchRecording(): T;
    /** What was said in this test shows no lost update, no broken protocol, no call without answer. */
    toHaveNoFindings(options?: NoFindingsOptions): T;
  }
}

/** Vitest's `test` with the fixture `servers`: the recorded servers, to connect clients to. */
export function mcpTest(options: McpTestOptions): TestAPI<{ servers: StandIns }> {
  const { mode = 'replay', misses = 'fail', servers } = options;
  oneOf('mode', mode, ['replay', 'record-missing', 'record']);
  oneOf('misses', misses, ['fail', 'report']);
  if (mode !== 'replay' && !servers) {
    throw new TypeError(`mcpTest cannot ${mode} without the servers to record from.`);
  }
  expect.extend({ toMatchRecording, toHaveNoFindings });
  const opening = openTests(options);
  // A recording that cannot be opened fails each test that wants it, and not the file at large.
  opening.catch(() => {});
  return test.extend<{ servers: StandIns }>({
    servers: async ({ task }, use) => {
      const name = nameOf(options, task);
      const sessions = sessionsOfTest(await opening, name);
      const isRecorded = servers !== undefined && isToBeRecorded(options, sessions);
      const isNamedAlone = mode !== 'replay' && options.recordedAs === undefined;
      if (isRecorded || isNamedAlone) claim(options, name, task);
      if (isRecorded) await record(options, servers, task, use);
      else if (sessions.length === 0) await without(options, name, use);
      else await replay(options, sessions, use);
    },
  });
}

function oneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new TypeError(`mcpTest has no ${option} ${value}, only ${known.join(', ')}.`);
}

type Task = TestContext['task'];
type Use = (servers: StandIns) => Promise<void>;

async function openTests({ recording, mode = 'replay' }: McpTestOptions) {
  const isNew = mode === 'record' || (mode === 'record-missing' && !existsSync(recording));
  return isNew ? [] : recordedSessions(await openRecording(recording));
}

/** Where CI is set a missing test is replayed: it may have asked for no server when it was recorded. */
function isToBeRecorded(
  { mode = 'replay' }: McpTestOptions,
  sessions: readonly RecordedSession[],
): boolean {
  if (mode === 'record' && inCI()) throw new Error(notInCI(mode));
  return mode === 'record' || (mode === 'record-missing' && sessions.length === 0 && !inCI());
}

function notInCI(mode: string): string {
  return `Where CI is set nothing is recorded: run this test with mode ${mode} elsewhere.`;
}

function inCI(): boolean {
  return !['', '0', 'false'].includes(process.env['CI'] ?? '');
}

async function replay(
  options: McpTestOptions,
  sessions: readonly RecordedSession[],
  use: Use,
): Promise<void> {
  const { misses = 'fail' } = options;
  const servers = standInsOf(sessions, options);
  await use(servers);
  await servers.close();
  const missed = missesIn(servers.report());
  if (misses === 'fail' && missed.length > 0) throw new Error(missed.join('\n'));
}

/** A test that the recording does not have: fine, as long as it asks for no server. */
async function without(
  { mode = 'replay', recording, servers: live = {} }: McpTestOptions,
  name: string,
  use: Use,
): Promise<void> {
  const told =
    mode === 'replay'
      ? `${recording} has no session of the test ${name}; record it first.`
      : notInCI(mode);
  let isAsked = false;
  const refuse = (): never => {
    isAsked = true;
    throw new Error(told);
  };
  const names = Object.keys(live);
  await use({ ...standInsOf([]), names, transport: refuse, fetch: refuse });
  if (isAsked) throw new Error(told);
}

/** What is asked of a test that is being recorded, and can be judged only at its end. */
const asked = new WeakMap<StandIns, { except: readonly string[]; isNot: boolean }[]>();

async function record(
  options: McpTestOptions,
  servers: LiveServers,
  task: Task,
  use: Use,
): Promise<void> {
  const live = await recordTest(servers, nameOf(options, task));
  const { names, close } = live;
  const given: StandIns = {
    names,
    transport: live.transport,
    fetch: live.fetch,
    report: () => [],
    order: () => undefined,
    transcript: () => transcript([]),
    entries: () => [],
    close,
    [Symbol.asyncDispose]: close,
  };
  asked.set(given, []);
  try {
    await use(given);
    await close();
    const entries = await live.entries();
    for (const { except, isNot } of asked.get(given) ?? []) {
      const found = findingsIn(entries, except);
      if (found.length > 0 !== isNot) throw new Error(toldFindings(found));
    }
    if (hasPassed(task) && entries.length > 0) await live.keep(options.recording);
  } finally {
    await live.discard();
  }
}

/** Whether the last try of the last repeat did as it must; what failed before a retry is not asked. */
function hasPassed({ result, fails, repeats = 0 }: Task): boolean {
  const isLast = (result?.repeatCount ?? 0) >= repeats;
  return isLast && result?.state === (fails ? 'fail' : 'pass');
}

/** Which test has a name of a recording, in one run of a test file. */
const claims = new WeakMap<Task['file'], Map<string, string>>();

/** Throws where another test of this file is recorded under the same name. */
function claim({ recording }: McpTestOptions, name: string, { file, id }: Task): void {
  const own = claims.get(file) ?? new Map<string, string>();
  claims.set(file, own);
  const key = `${recording}\n${name}`;
  const first = own.get(key) ?? id;
  own.set(key, first);
  if (first === id) return;
  throw new Error(
    `Two tests are recorded as ${name}, and a recording knows them by their names: give this one another name.`,
  );
}

function nameOf({ recordedAs }: McpTestOptions, { fullTestName, name }: Task): string {
  return recordedAs ?? fullTestName ?? name;
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

function serversIn(received: unknown, matcher: string): StandIns {
  const { report, entries } = (received ?? {}) as Partial<StandIns>;
  if (typeof report === 'function' && typeof entries === 'function') return received as StandIns;
  throw new TypeError(`${matcher} wants the servers of a test: expect(servers).${matcher}().`);
}

/** A test that is being recorded is its recording. */
function toMatchRecording(this: { isNot?: boolean }, received: unknown): Verdict {
  const servers = serversIn(received, 'toMatchRecording');
  if (asked.has(servers)) return { pass: !this.isNot, message: () => '' };
  const told = divergencesIn(servers.report());
  const whole = 'The replay equals the recording.';
  return {
    pass: told.length === 0,
    message: () => (told.length === 0 ? whole : told.slice(0, 20).join('\n')),
  };
}

function toHaveNoFindings(
  this: { isNot?: boolean },
  received: unknown,
  { except = [] }: NoFindingsOptions = {},
): Verdict {
  const servers = serversIn(received, 'toHaveNoFindings');
  const later = asked.get(servers);
  later?.push({ except, isNot: this.isNot === true });
  if (later) return { pass: !this.isNot, message: () => '' };
  const found = findingsIn(servers.entries(), except);
  return { pass: found.length === 0, message: () => toldFindings(found) };
}

function toldFindings(found: readonly string[]): string {
  return found.length === 0 ? 'Nothing was found.' : found.slice(0, 20).join('\n');
}
