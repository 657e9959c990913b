// The test that exploring writes fails on the server it was written of, and passes on a corrected one.
// And whoever ends an exploration goes on from where it was.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, start } from '../../cli/wiretape.ts';
import { type UserProject, userProject } from '../user-vitest.ts';
import { type Bench, type Call, createBench, listServer, releasedServer, session } from './kit.ts';

let bench: Bench;
let project: UserProject;
beforeAll(async () => {
  bench = await createBench();
  project = await userProject();
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

function entity(name: string): Call {
  const entities = [{ name, entityType: 'note', observations: [] }];
  return ['create_entities', { entities }, entities];
}

const ENTRY = JSON.stringify(join(ROOT, 'dist/replay/index.js'));

test('a lost update of released server-memory', { timeout: 300_000 }, async () => {
  const entries = session('memory', [
    [entity('one'), entity('two'), entity('three')],
    [['read_graph', {}, { entities: [], relations: [] }]],
  ]);
  const recording = await bench.record('memory', entries);
  const servers = await bench.servers('memory.jsonc', { memory: releasedServer('memory') });
  const file = project.at('user.test.mjs');
  const ran = await bench.run([
    recording,
    '--servers',
    servers,
    '--calls',
    'create_entities#1,create_entities#2',
    '--test',
    file,
  ]);
  expect(ran).toMatchObject({ code: 1, stderr: '' });
  const written = await readFile(file, 'utf8');
  expect(written).toContain("from 'wiretape/replay'");
  const source = written.replace("'wiretape/replay'", ENTRY);
  const title =
    'create_entities #1 and create_entities #2 together come to what an order of them comes to';
  const failed = (await project.run(source)).get(title);
  expect(failed?.status).toBe('failed');
  expect(failed?.failure).toContain('NON_SERIALISABLE');
  const corrected = source.replace(
    /"[^"]*server-memory\/dist\/index\.js"/,
    JSON.stringify(join(ROOT, 'test/kit/servers/memory.mjs')),
  );
  expect(corrected).not.toBe(source);
  expect((await project.run(corrected)).get(title)?.status).toBe('passed');
});

/** Resolves when so many lines are kept. */
async function keptLines(file: string, count: number): Promise<void> {
  const lines = async (): Promise<number> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').length;
  while ((await lines()) < count) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('after Ctrl-C what is proved by then is told', { timeout: 120_000 }, async () => {
  const put = (word: string): Call => ['put', { word }, { put: word }];
  const batch = ['a', 'b', 'c', 'd', 'e', 'f'].map(put);
  const calls = [batch, [['list_all', {}, { words: [] }] as const]];
  const recording = await bench.record('ended', session('list', calls));
  const servers = await bench.servers('ended.jsonc', { list: listServer('racy') });
  const [kept, report] = [bench.at('ended.jsonl'), bench.at('ended.json')];
  const places = ['--resume', kept, '--report', report, '--state', bench.at('state')];
  const chance = ['--repeat', '2', '--budget', '2000', '--for', '600'];
  await using running = start(['explore', recording, '--servers', servers, ...places, ...chance]);
  await keptLines(kept, 24);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    code: 130,
    stdout: expect.stringMatching(
      /^PROVEN {2}NON_SERIALISABLE [\s\S]*\nNON_SERIALISABLE {2}[^\n]*; it was ended early\n$/,
    ),
    stderr: 'wiretape: It was ended before it was done. The same command goes on from here.\n',
  });
  expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
    ended: 'interrupted',
    proofs: [{ verdict: 'NON_SERIALISABLE' }],
  });
});

test('after Ctrl-C before anything was compared, that is what is told', {
  timeout: 120_000,
}, async () => {
  const put = (word: string): Call => ['put', { word }, { put: word }];
  const recording = await bench.record('early', session('list', [['a', 'b'].map(put)]));
  const servers = await bench.servers('early.jsonc', { list: listServer('silent') });
  const [kept, report] = [bench.at('early.jsonl'), bench.at('early.json')];
  const places = ['--resume', kept, '--report', report, '--state', bench.at('state')];
  const waits = ['--timeout', '600', '--for', '600'];
  await using running = start(['explore', recording, '--servers', servers, ...places, ...waits]);
  await keptLines(kept, 2);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    code: 130,
    stdout: expect.stringMatching(
      /\nUNTRIED {2}0 of 2 orders, 0 of 1 group together, [^\n]*early\n$/,
    ),
    stderr: 'wiretape: It was ended before it was done. The same command goes on from here.\n',
  });
  expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
    verdict: 'UNTRIED',
    ended: 'interrupted',
    proofs: [],
    operations: [{ number: 1 }, { number: 2 }],
  });
});

test('after Ctrl-C the same command goes on', { timeout: 120_000 }, async () => {
  const put = (word: string): Call => ['put', { word }, { put: word }];
  const batch = ['a', 'b', 'c', 'd'].map(put);
  const recording = await bench.record(
    'list',
    session('list', [batch, [['list_all', {}, { words: [] }]]]),
  );
  const servers = await bench.servers('list.jsonc', { list: listServer('locked') });
  const kept = bench.at('kept.jsonl');
  const words = [
    recording,
    '--servers',
    servers,
    '--resume',
    kept,
    '--repeat',
    '2',
    '--budget',
    '500',
  ];
  await using running = start(['explore', ...words, '--state', bench.at('state')]);
  await keptLines(kept, 6);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    code: 130,
    stderr: 'wiretape: It was ended before it was done. The same command goes on from here.\n',
  });
  const before = await readFile(kept, 'utf8');
  const ran = await bench.run(words);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect((await readFile(kept, 'utf8')).startsWith(before)).toBe(true);
  expect(ran.stdout).toContain('COMMUTES  24 of 24 orders');
});
