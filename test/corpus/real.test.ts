// The model is proved on reality: the same workload before a real server, through the tap and a real client, and in
// the simulation; what analysis says of both is the same.

import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import type { Entry } from '../../model/entry.ts';
import { viewsOf } from '../../model/view.ts';
import { ROOT } from '../kit/built.ts';
import { inOrder, journal, tapped, temporaryFolder } from '../tap/kit.ts';
import { type Act, all, begin, meeting, waited } from './acts.ts';
import { dialectOf, type ModelName } from './dialects.ts';
import type { Args, Json } from './models/model.ts';
import { type Format, offer } from './server.ts';
import { createStore } from './store.ts';
import { LEGACY } from './wire/messages.ts';
import { createWorld, MODELS } from './world.ts';

interface Workload {
  readonly about: string;
  readonly model: ModelName;
  readonly dialect: number;
  readonly format: Format;
  readonly holds: [string, Json][];
  /** So many writes have read before the first of them writes; 0: under a lock. */
  readonly meet: number;
  readonly writes: readonly (readonly [tool: string, args: Args])[];
  readonly reads: readonly (readonly [tool: string, args: Args])[];
}

const PATH = '/srv/shared/plan.md';
const LINES = ['Check the login page', 'Review the weekly report', 'Finish the price table'];
const edits = LINES.map((line, at) => {
  const args = { path: PATH, oldText: line, newText: `${line} by amber-falcon-${417 + at}` };
  return ['edit', args] as const;
});
const files = {
  model: 'fileTree',
  holds: [[PATH, LINES.join('\n')] as [string, Json]],
  writes: edits,
  reads: [['read', { path: PATH }]],
} as const;
const tickets = {
  model: 'tickets',
  holds: [],
  writes: ['opal-kettle-764', 'dusky-anchor-770', 'coral-bridge-767', 'ivory-quarry-771'].map(
    (token) =>
      ['create', { title: `Rework the search index (${token})`, body: `See ${token}.` }] as const,
  ),
  reads: [['list', {}]],
} as const;
const log = {
  model: 'appendList',
  holds: [],
  writes: ['opal-kettle-764', 'dusky-anchor-770', 'coral-bridge-767'].map(
    (token) => ['append', { list: 'work-41', item: `Discuss the price table (${token})` }] as const,
  ),
  reads: [['items', { list: 'work-41' }]],
} as const;

const WORKLOADS = [
  { about: 'edits at once without a lock', dialect: 0, format: 'words', meet: 3, ...files },
  {
    about: 'tickets at once without a lock',
    dialect: 1,
    format: 'structured',
    meet: 4,
    ...tickets,
  },
  { about: 'lines at once under a lock', dialect: 0, format: 'json', meet: 0, ...log },
] as unknown as readonly Workload[];

type Calling = (tool: string, args: Args) => Act<unknown>;

function* work({ writes, reads }: Workload, call: Calling): Act {
  yield* all(writes.map(([tool, args]) => call(tool, args)));
  for (const [tool, args] of reads) yield* call(tool, args);
}

async function really(load: Workload): Promise<Entry[]> {
  const { model, dialect, format, meet, holds } = load;
  const state = await temporaryFolder();
  const program = [
    '--import',
    'tsx',
    `${ROOT}/test/corpus/program.ts`,
    model,
    String(dialect),
    format,
    String(meet),
    JSON.stringify(holds),
  ];
  const [command = '', ...args] = await tapped([process.execPath, ...program], { state });
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command, args, cwd: ROOT, stderr: 'ignore' }));
  await client.listTools();
  const { wording } = offer(
    MODELS[model],
    createStore(),
    { dialect: dialectOf(model, dialect), format, ablation: {} },
    {} as never,
  );
  const call: Calling = (tool, given) =>
    waited((wake) => void client.callTool(wording(tool, given) as { name: string }).then(wake));
  await new Promise<void>((done) => begin(work(load, call), done));
  await client.close();
  return inOrder((await journal(state)).entries);
}

function simulated(load: Workload): Entry[] {
  const { model, dialect, format, meet, holds } = load;
  const world = createWorld({ seed: 20261122, revision: LEGACY, transport: 'stdio' });
  const place = world.place(model, { dialect: dialectOf(model, dialect), format, holds });
  if (meet > 0) place.working.racing = { writes: 'all', between: meeting(meet) };
  const client = world.connect(place, world.hosts[0]);
  world.start(
    (function* agent(): Act {
      yield* client.open();
      yield* work(load, (tool, args) => client.call(tool, args));
    })(),
  );
  return world.finish();
}

/** What is said, without what differs from run to run: names of sessions, places of messages, minted ids. */
function said(entries: readonly Entry[]): unknown[] {
  return analyse(viewsOf(entries)).map(({ rule, code, tier, severity, lost, evidence }) => ({
    ...{ rule, code, tier, severity, lost },
    roles: evidence.map(({ role }) => role).sort(),
  }));
}

test.each(WORKLOADS)('$about', async (load) => {
  const found = said(simulated(load));
  expect(found.length > 0).toBe(load.meet > 0);
  expect(said(await really(load))).toEqual(found);
});
