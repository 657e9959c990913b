/**
 * A test against its real servers, behind in-process taps. Its sessions enter the recording when it
 * has passed, in the place of those that it recorded before: what fails is not worth keeping.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { tapTransport, updateRecording } from '../tap/index.ts';
import { openRecording } from './open.ts';
import { SessionChoice } from './recorded.ts';
import { workflowOfTest } from './test-sessions.ts';
import type { StandInTransport } from './transport.ts';

/** Makes a transport of a client of the MCP SDK, 1 or 2, to the real server. */
export type LiveServers = Readonly<Record<string, () => object>>;

export interface RecordedTest {
  readonly names: readonly string[];
  transport(name: string): StandInTransport;
  /** Closes all connections. */
  close(): Promise<void>;
  /** What was recorded; to be asked for when all is closed. */
  entries(): Promise<readonly Entry[]>;
  /** Puts it into the recording. */
  keep(recording: string | URL): Promise<void>;
  /** Removes what is not kept. */
  discard(): Promise<void>;
}

export async function recordTest(servers: LiveServers, test: string): Promise<RecordedTest> {
  const folder = await mkdtemp(join(tmpdir(), 'wiretape-test-'));
  const record = join(folder, 'run.tape.jsonl');
  const workflow = workflowOfTest(test);
  const given: StandInTransport[] = [];
  const entries = (): Promise<readonly Entry[]> =>
    given.length === 0 ? Promise.resolve([]) : openRecording(record);
  return {
    names: Object.keys(servers),
    transport(name) {
      const make = Object.hasOwn(servers, name) ? servers[name] : undefined;
      if (!make) throw noServer(name, Object.keys(servers));
      const transport = tapTransport(make(), { name, side: 'client', workflow, record });
      given.push(transport as StandInTransport);
      return transport as StandInTransport;
    },
    async close() {
      for (const transport of given) await transport.close();
    },
    entries,
    async keep(recording) {
      const fresh = await entries();
      const file = recording instanceof URL ? fileURLToPath(recording) : recording;
      await updateRecording(file, (old) => [...without(old, workflow), ...fresh]);
    },
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The entries of all sessions but those of one workflow. */
function without(entries: readonly Entry[], workflow: string): Entry[] {
  return [...groupBy(entries, ({ session }) => session).values()]
    .filter((own) => !own.some((entry) => entry.type === 'session' && entry.workflow === workflow))
    .flat();
}

function noServer(name: string, names: readonly string[]): SessionChoice {
  const known = names.join(', ') || 'none';
  return new SessionChoice(
    'unknown-session',
    `No server ${name} is given to record from, only ${known}`,
  );
}
