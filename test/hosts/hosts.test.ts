// Released hosts, unmodified and offline, work with the same servers unwrapped and wrapped, driven by
// a scripted model: the model is told the same, all of it is recorded as one run, and unwrapping gives
// every byte back.
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Journal } from '../../model/journal.ts';
import { workflows } from '../../model/workflow.ts';
import { bytesFrom, journals } from '../tap/kit.ts';
import { type Machine, machine } from './machine.ts';
import { HOST_CASES, type Hosts, installHosts, serversIn } from './released.ts';
import { type ScriptedCall, startModel } from './scripted-model.ts';

let hosts: Hosts;

beforeAll(async () => {
  hosts = await installHosts();
}, 300_000);

/** A call, and something that must stand in its answer. */
interface Told extends ScriptedCall {
  readonly gives: string;
}

type Script = (project: string) => readonly (readonly Told[])[];

const entity = (name: string) => ({ name, entityType: 'person', observations: ['counts'] });

const workflow: Script = (project) => {
  const path = join(project, 'papers/notes.txt');
  const memory = (tool: string, args: ScriptedCall['args'], gives: string) =>
    ({ server: 'memory', tool, args, gives }) as const;
  const files = (tool: string, args: ScriptedCall['args'], gives: string) =>
    ({ server: 'filesystem', tool, args, gives }) as const;
  const echo = (message: string) =>
    ({ server: 'everything', tool: 'echo', args: { message }, gives: `Echo: ${message}` }) as const;
  const observations = [{ entityName: 'ada', contents: ['likes tea'] }];
  return [
    [
      memory('create_entities', { entities: [entity('ada')] }, 'ada'),
      files('write_file', { path, content: 'first line\n' }, 'Successfully wrote'),
      echo('one'),
    ],
    [
      memory('add_observations', { observations }, 'likes tea'),
      files('read_text_file', { path }, 'first line'),
      echo('two, ü and 🦉'),
    ],
    [
      memory('read_graph', {}, 'likes tea'),
      files('list_directory', { path: dirname(path) }, 'notes.txt'),
    ],
    [echo('three')],
  ];
};

const fiveWrites: Script = () => [
  [1, 2, 3, 4, 5].map((n) => ({
    server: 'memory',
    tool: 'create_entities',
    args: { entities: [entity(`e${n}`)] },
    gives: `e${n}`,
  })),
];

/** What a model was told, without what differs from one run to the next: how long a call took. */
function steady(results: readonly unknown[]): string[] {
  return results.map((one) =>
    JSON.stringify(one).replace(/Wall time: [\d.]+ seconds?/g, 'Wall time'),
  );
}

interface RpcMessage {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name: string; readonly arguments?: unknown };
  readonly result?: unknown;
}

/** The tools that a session called, each with its answer. */
function callsIn({ entries }: Journal) {
  const messages = (['client', 'server'] as const).flatMap((side) =>
    bytesFrom(entries, side)
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): RpcMessage => JSON.parse(line)),
  );
  return messages
    .filter(({ method }) => method === 'tools/call')
    .map(({ id, params }) => {
      const answer = messages.find((one) => one.id === id && one.result !== undefined);
      return { tool: params?.name, args: params?.arguments ?? {}, answer: answer?.result };
    });
}

/** Everything of the wrapped work stands in one run, and nothing else does. */
async function recordedWhole({ home, run }: Machine, turns: ReturnType<Script>): Promise<void> {
  const { sessions } = JSON.parse(await run(['ls', '--json']));
  const [flow, ...others] = workflows(sessions);
  expect(others).toEqual([]);
  expect(flow?.runs).toHaveLength(1);
  expect(flow?.runs[0]?.sessions).toHaveLength(3);
  const all = await journals(join(home, '.local/state/wiretape'));
  for (const { name } of serversIn(home)) {
    const own = sessions.filter((one: { name: string }) => one.name === name);
    expect(own).toMatchObject([{ openCount: 0, lostCount: 0, phase: 'ended' }]);
    const recorded = all.find(({ session }) => session === own[0].id);
    const wanted = turns.flat().filter(({ server }) => server === name);
    const calls = recorded ? callsIn(recorded) : [];
    expect(new Set(calls.map(({ tool, args }) => JSON.stringify([tool, args])))).toEqual(
      new Set(wanted.map(({ tool, args }) => JSON.stringify([tool, args]))),
    );
    expect(calls).toHaveLength(wanted.length);
    for (const { tool, args, gives } of wanted) {
      const call = calls.find(
        (one) => JSON.stringify([one.tool, one.args]) === JSON.stringify([tool, args]),
      );
      expect(JSON.stringify(call?.answer)).toContain(gives);
    }
  }
}

describe.each(HOST_CASES)('$host', (one) => {
  test.each([
    ['several turns over three servers', workflow],
    ['five writes in one turn', fiveWrites],
  ])('%s: the same wrapped and unwrapped, recorded as one run', async (_, script) => {
    await using here = await machine(hosts);
    const turns = script(here.project);
    const lines = (text: string) => text.trim().split('\n').length;
    // Overlapping writes race: how many are lost differs from run to run, that some are does not.
    const isKept = (text: string): boolean => {
      if (script !== fiveWrites) return lines(text) === 1;
      return one.keepsAll ? lines(text) === 5 : lines(text) < 5;
    };
    const told = turns.flat();

    await using model = await startModel(turns);
    await here.configure(one, model.address);
    expect(await here.work(one)).toSatisfy(isKept);
    const plain = steady(model.results);
    expect(plain).toHaveLength(told.length);
    for (const [at, { gives }] of told.entries()) expect(plain[at]).toContain(gives);
    await here.forget();
    model.forget();

    // A host may bring its configuration into a newer form when it starts.
    const before = await here.config(one);
    expect(await here.run(['wrap', '--host', one.host])).toContain('wrapped memory in');
    expect((await here.config(one)).match(/wiretape-launcher\.mjs/g)).toHaveLength(3);
    expect(await here.work(one)).toSatisfy(isKept);
    expect(steady(model.results)).toEqual(plain);
    await recordedWhole(here, turns);

    await here.run(['unwrap']);
    expect(await here.config(one)).toBe(before);
  });
});
