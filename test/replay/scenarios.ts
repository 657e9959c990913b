/** What clients do with the released servers, and the recordings that come of it. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../model/entry.ts';
import { capture, type Program, released } from './capture.ts';
import { type Ability, connect, type Talk } from './clients.ts';

export interface Scenario {
  readonly name: 'everything' | 'filesystem' | 'memory';
  readonly ability: Ability;
  /** Runs to its end and gives all that the client got to know. */
  readonly run: (talk: Talk) => Promise<unknown[]>;
}

export interface Recorded {
  readonly scenario: Scenario;
  readonly entries: readonly Entry[];
  /** What the client got to know from the real server. */
  readonly results: readonly unknown[];
}

/** Progress, sampling, elicitation, roots and log messages. */
const everything: Scenario = {
  name: 'everything',
  ability: 'full',
  async run(talk) {
    // The server asks for roots some time after the handshake, and logs when it has them.
    await talk.seen('roots/list', 1);
    await talk.seen('notifications/message', 1);
    const progress: unknown[] = [];
    const results = [
      await talk.listTools(),
      await talk.call('echo', { message: 'tab \t and ünïcödé' }),
      await talk.call('trigger-long-running-operation', { duration: 0.1, steps: 3 }, (step) =>
        progress.push(step),
      ),
      await talk.call('trigger-sampling-request', { prompt: 'hello', maxTokens: 10 }),
      await talk.call('trigger-elicitation-request', {}),
      await talk.call('get-roots-list', {}),
      await talk.setLevel('debug'),
      await talk.call('toggle-simulated-logging', {}),
    ];
    await talk.seen('notifications/message', 2);
    results.push(
      await talk.call('toggle-simulated-logging', {}),
      await talk.readResource('demo://resource/static/document/features.md'),
      ...(await Promise.all([1, 2, 3].map((b) => talk.call('get-sum', { a: 40, b })))),
    );
    return [...results, progress];
  },
};

/** Writes that overlap, and the same read before and after a write. */
const memory: Scenario = {
  name: 'memory',
  ability: 'plain',
  async run(talk) {
    const entity = (name: string) => ({
      entities: [{ name, entityType: 'note', observations: [`about ${name}`] }],
    });
    const names = Array.from({ length: 8 }, (_, index) => `entity ${index}`);
    return [
      await talk.listTools(),
      await talk.call('read_graph', {}),
      await talk.call('create_entities', entity('first')),
      await talk.call('read_graph', {}),
      await talk.call('read_graph', {}),
      ...(await Promise.all(names.map((name) => talk.call('create_entities', entity(name))))),
      await talk.call('delete_entities', { entityNames: ['first'] }),
      await talk.call('read_graph', {}),
    ];
  },
};

const filesystem: Scenario = {
  name: 'filesystem',
  ability: 'plain',
  async run(talk) {
    const path = 'plan.md';
    const lines = Array.from({ length: 6 }, (_, index) => `line ${index}`);
    const edit = (line: string) => ({ path, edits: [{ oldText: line, newText: `${line} done` }] });
    return [
      await talk.listTools(),
      await talk.call('write_file', { path, content: lines.join('\n') }),
      await talk.call('read_text_file', { path }),
      ...(await Promise.all(lines.map((line) => talk.call('edit_file', edit(line))))),
      await talk.call('read_text_file', { path }),
      await talk.call('read_text_file', { path: 'missing.md' }),
      await talk.call('list_directory', { path: '.' }),
    ];
  },
};

const scenarios: readonly Scenario[] = [everything, memory, filesystem];

/** Records all scenarios against the released servers. */
export async function recordScenarios(): Promise<Recorded[]> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'wiretape-replay-')));
  const programs: Readonly<Record<Scenario['name'], Program>> = {
    everything: released('everything'),
    filesystem: released('filesystem', [folder]),
    memory: released('memory', [], { MEMORY_FILE_PATH: join(folder, 'memory.json') }),
  };
  try {
    return await Promise.all(
      scenarios.map((scenario) => record(scenario, programs[scenario.name])),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Records the scenario of server-everything, which keeps nothing on disk. */
export function recordEverything(): Promise<Recorded> {
  return record(everything, released('everything'));
}

async function record(scenario: Scenario, program: Program): Promise<Recorded> {
  const captured = capture(scenario.name, program);
  const talk = await connect(1, captured.transport, scenario.ability);
  const results = await scenario.run(talk);
  await talk.close();
  return { scenario, entries: await captured.entries(), results: plain(results) };
}

/** Results as JSON: an SDK gives objects that may hold more. */
export function plain(results: unknown): unknown[] {
  return JSON.parse(JSON.stringify(results));
}
