/**
 * A test against its real servers, behind in-process taps. Its sessions enter the recording when it
 * has passed, in the place of those that it recorded before: what fails is not worth keeping.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../model/entry.ts';
import { groupBy } from '../model/group.ts';
import { tapFetch, tapTransport, updateRecording } from '../tap/index.ts';
import { openRecording } from './open.ts';
import { SessionChoice } from './recorded.ts';
import { hiddenWorkflowOfTest, isWorkflowOfTest, workflowOfTest } from './test-sessions.ts';
import type { StandInTransport } from './transport.ts';

/** Makes a transport of a client of the MCP SDK, 1 or 2, to the real server. */
export type LiveServers = Readonly<Record<string, () => object>>;

export interface RecordedTest {
  readonly names: readonly string[];
  transport(name: string): StandInTransport;
  /** The global fetch behind a tap: it reaches the server at the address that its transport names. */
  fetch(name: string): typeof globalThis.fetch;
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
  const given: { close(): Promise<void> }[] = [];
  let isSaid = false;
  /** A transport that nothing has passed has no session, and there is no file then. */
  const entries = (): Promise<readonly Entry[]> =>
    isSaid || existsSync(record) ? openRecording(record) : Promise.resolve([]);
  return {
    names: Object.keys(servers),
    transport(name) {
      const make = Object.hasOwn(servers, name) ? servers[name] : undefined;
      if (!make) throw noServer(name, Object.keys(servers));
      const live = watchSending(make(), () => {
        isSaid = true;
      });
      const transport = tapTransport(live, { name, side: 'client', workflow, record });
      given.push(transport as StandInTransport);
      return transport as StandInTransport;
    },
    fetch(name) {
      const fetch = tapFetch(globalThis.fetch, { name, workflow, record });
      given.push(fetch);
      return fetch;
    },
    async close() {
      for (const one of given) await one.close();
    },
    entries,
    async keep(recording) {
      const fresh = namedAgain(await entries(), test);
      try {
        const file = recording instanceof URL ? fileURLToPath(recording) : recording;
        await mkdir(dirname(file), { recursive: true });
        await updateRecording(file, (old) => [...without(old, test), ...fresh]);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${recording} was not written: ${reason}.`);
      }
    },
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Tells of the first message that a client sends: from then on there must be a recording. */
function watchSending(transport: object, isSending: () => void): object {
  const { send } = transport as StandInTransport;
  Object.defineProperty(transport, 'send', {
    value(...sent: Parameters<typeof send>) {
      isSending();
      return send.apply(transport as StandInTransport, sent);
    },
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return transport;
}

/** The taps redact the names of tests as well; what has lost its name is stored by the hash of it. */
function namedAgain(entries: readonly Entry[], test: string): Entry[] {
  return entries.map((entry) =>
    entry.type !== 'session' || isWorkflowOfTest(entry.workflow, test)
      ? entry
      : { ...entry, workflow: hiddenWorkflowOfTest(test) },
  );
}

/** The entries of all sessions but those of one test. */
function without(entries: readonly Entry[], test: string): Entry[] {
  return [...groupBy(entries, ({ session }) => session).values()]
    .filter(
      (own) =>
        !own.some((entry) => entry.type === 'session' && isWorkflowOfTest(entry.workflow, test)),
    )
    .flat();
}

function noServer(name: string, names: readonly string[]): SessionChoice {
  const known = names.join(', ') || 'none';
  return new SessionChoice(
    'unknown-session',
    `No server ${name} is given to record from, only ${known}`,
  );
}
