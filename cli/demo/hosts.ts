/** The host processes of a scenario, and how its rounds are played through them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../error.ts';
import type { HostAnswer, HostOrder, HostStart } from './orders.ts';
import type { Connection, Scenario } from './scenarios.ts';
import type { DemoServers } from './servers.ts';

export interface Stage {
  readonly state: string;
  /** Where the files of the scenarios are. */
  readonly folder: string;
  readonly servers: DemoServers;
  readonly signal: AbortSignal;
}

/** Plays one scenario: its hosts start, connect, go through the rounds together, and end. */
export async function play(scenario: Scenario, stage: Stage): Promise<void> {
  const folder = join(stage.folder, scenario.key.toLowerCase());
  await mkdir(folder, { recursive: true });
  const { name, text } = scenario.file;
  if (text !== undefined) await writeFile(join(folder, name), text);
  const starts = scenario.connections.map((connection) =>
    startOf({ ...scenario, connection }, { ...stage, folder }),
  );
  const hosts = starts.map(() => startHost(stage.signal));
  try {
    await Promise.all(hosts.map((host, at) => host.order(starts[at] as HostStart)));
    for (const round of scenario.rounds) {
      await Promise.all(
        hosts.map((host, at) => host.order({ do: 'call', calls: round[at] ?? [] })),
      );
    }
    await Promise.all(hosts.map((host) => host.order({ do: 'close' })));
  } finally {
    await Promise.all(hosts.map((host) => host.end()));
  }
}

interface HostProcess {
  /** Settles when the host has done it; rejects when it failed, or ended instead. */
  order(order: HostOrder): Promise<void>;
  end(): Promise<void>;
}

function startHost(signal: AbortSignal): HostProcess {
  const child = fork(fileURLToPath(new URL('host.js', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = once(child, 'exit');
  const disconnect = (): void => {
    if (child.connected) child.disconnect();
  };
  signal.addEventListener('abort', disconnect, { once: true });
  return {
    order: (order) => orderHost(child, ended, order),
    async end() {
      signal.removeEventListener('abort', disconnect);
      disconnect();
      await ended;
    },
  };
}

async function orderHost(
  child: ChildProcess,
  ended: Promise<unknown[]>,
  order: HostOrder,
): Promise<void> {
  const answered = once(child, 'message').then(([message]) => message as HostAnswer);
  child.send(order);
  const answer = await Promise.race([answered, ended.then(() => undefined)]);
  if (answer && 'done' in answer) return;
  const reason = answer ? `${answer.failed} ${answer.stderr}`.trim() : 'its process ended';
  throw new UserError(
    'demo-failed',
    `A host of the demo failed: ${reason}.`,
    'wiretape demo tries again.',
  );
}

/** The command that starts a tap, which starts the server; the client knows of neither. */
function startOf(
  { connection, workflow, file }: Scene,
  { state, folder, servers }: Stage,
): HostStart {
  const server = servers.serverOf(connection, folder);
  const tap = [
    ...[process.execPath, fileURLToPath(new URL('../main.js', import.meta.url)), 'tap'],
    ...['--name', connection.server, '--workflow', workflow, '--state', state, '--'],
    ...server.command,
  ];
  const [command = process.execPath, ...args] = [...server.around, ...tap];
  const env = file.variable === undefined ? {} : { [file.variable]: join(folder, file.name) };
  return { do: 'start', sdk: servers.sdk, command, args, cwd: folder, env };
}

interface Scene extends Pick<Scenario, 'workflow' | 'file'> {
  readonly connection: Connection;
}
