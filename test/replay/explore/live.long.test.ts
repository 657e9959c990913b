// Exploring live servers: what loses writes is proved so with the calls that it takes, what keeps
// them is not, and whatever a server does the command ends and says what it knows.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { type Bench, type Call, createBench, type How, listServer, session } from './kit.ts';

let bench: Bench;
let adding: string;
let ordered: string;
beforeAll(async () => {
  bench = await createBench();
  adding = await bench.record('adding', session('list', [words('put', 4), [shown([])]]));
  const overwriting = session('list', [
    [...words('put', 1), ['set_all', { word: 'z' }, {}]],
    [shown([])],
  ]);
  ordered = await bench.record('ordered', overwriting);
});
afterAll(() => bench[Symbol.asyncDispose]());

/** So many calls of a tool, each with a word of its own. */
function words(tool: string, count: number): Call[] {
  return Array.from({ length: count }, (_, at) => [
    tool,
    { word: `word-${at}` },
    { put: `word-${at}` },
  ]);
}

function shown(list: readonly object[]): Call {
  return ['list_all', {}, { words: list, at: '2026-01-01T00:00:00.000Z' }];
}

const explore = (recording: string, how: How, options: readonly string[] = []) =>
  bench.explore(recording, { list: listServer(how) }, ['--timeout', '2', ...options]);

describe('one server', { timeout: 180_000 }, () => {
  test('that loses what is written meanwhile is proved to, with two calls', async () => {
    const { code, report, stdout } = await explore(adding, 'racy');
    expect(code).toBe(1);
    expect(report.verdict).toBe('NON_SERIALISABLE');
    expect(report.proofs[0]).toMatchObject({
      verdict: 'NON_SERIALISABLE',
      operations: [1, 2],
      edges: ['#1 with #2'],
      course: '1+2',
      reach: 'state',
    });
    expect(report.findings[0]).toMatchObject({
      rule: 'non-serialisable',
      tier: 'PROVEN',
      severity: 'critical',
    });
    expect(stdout).toContain('PROVEN  NON_SERIALISABLE  #1 with #2');
    expect(stdout).toContain(`--schedule 1+2 --seed 1 --state ${bench.at('state')}\n`);
  });

  test('that keeps every write proves nothing, and all of it was explored', async () => {
    const { code, report } = await explore(adding, 'locked', ['--budget', '500', '--repeat', '2']);
    expect({ code, verdict: report.verdict, proofs: report.proofs }).toEqual({
      code: 0,
      verdict: 'COMMUTES',
      proofs: [],
    });
    expect(report.ended).toBe('complete');
    expect(report.schedules).toEqual({ explored: 24, total: 24, isLeast: false });
    expect(report.masks).toEqual(['list_all:/result/content/*/text#/at=rfc3339']);
  });

  test('whose lists show the order in which it was asked does so when order counts', async () => {
    const { report } = await explore(adding, 'locked', ['--ordered', '--calls', 'put#1,put#2']);
    expect(report.proofs).toMatchObject([
      { verdict: 'ORDER_DEPENDENT', edges: ['#2 before #1'], reach: 'state' },
    ]);
  });

  test('of which one call undoes another is proved to depend on their order', async () => {
    const { code, report } = await explore(ordered, 'locked');
    expect(code).toBe(1);
    expect(report.proofs).toMatchObject([
      {
        verdict: 'ORDER_DEPENDENT',
        operations: [1, 2],
        edges: ['#2 before #1'],
        course: '2,1',
        against: ['1,2'],
      },
    ]);
    expect(report.findings).toMatchObject([
      { rule: 'order-dependent', tier: 'PROVEN', severity: 'high' },
    ]);
  });

  test('whose answers alone tell of an order is said to keep the same, and it matters little', async () => {
    const calls = words('add', 2).map(([tool, args], at): Call => [tool, args, { count: at + 1 }]);
    const counting = await bench.record('counting', session('list', [calls, [shown([])]]));
    const { report, stdout } = await explore(counting, 'locked');
    expect(report.proofs).toMatchObject([{ verdict: 'ORDER_DEPENDENT', reach: 'answers' }]);
    expect(report.findings).toMatchObject([{ severity: 'low' }]);
    expect(report.findings[0]?.message).toMatch(/^What they answer depends on the order/);
    expect(stdout).toContain('  Only what was answered differs');
  });

  test('that answers by chance is unstable', async () => {
    const { code, report } = await explore(adding, 'random');
    expect({ code, verdict: report.verdict, proofs: report.proofs }).toEqual({
      code: 0,
      verdict: 'UNSTABLE',
      proofs: [],
    });
  });

  for (const how of ['silent', 'garbage', 'endless', 'dies'] as const) {
    test(`that is ${how} is left, and nothing is claimed`, async () => {
      const file = await bench.servers(`${how}.jsonc`, { list: listServer(how) });
      const { code, stderr } = await bench.run([adding, '--servers', file, '--timeout', '1']);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining('[not-reproduced]'),
      });
    });
  }

  test('a schedule is run again as it was printed, and gives the same report', async () => {
    const pair = ['--calls', 'put#1,put#2'];
    const one = await explore(adding, 'racy', pair);
    const again = await explore(adding, 'racy', pair);
    expect(one.report.verdict).toBe('NON_SERIALISABLE');
    expect(again.bytes).toBe(one.bytes);
    const { report } = await explore(adding, 'racy', ['--schedule', '2+3']);
    expect(report.proofs).toMatchObject([{ operations: [2, 3], course: '2+3' }]);
    const kept = await explore(adding, 'locked', ['--schedule', '2+3']);
    expect(kept.report).toMatchObject({ verdict: 'COMMUTES', proofs: [] });
    const turned = await explore(ordered, 'locked', ['--schedule', '2,1']);
    expect(turned.report.proofs).toMatchObject([{ verdict: 'ORDER_DEPENDENT', course: '2,1' }]);
  });

  test('ids that it mints are those of the run, in what is sent and in what is compared', async () => {
    const id = '2f1c9a52-8f2e-4b7e-9c41-6d1c7a3f0b11';
    const other = '9b0d4e60-1d0a-4c55-8a3b-0f4a5e7d2c22';
    const entries = session('list', [
      [
        ['create', { word: 'a' }, { id }],
        ['create', { word: 'b' }, { id: other }],
      ],
      [['update', { id, word: 'c' }, { found: true }]],
      [
        shown([
          { id, word: 'c' },
          { id: other, word: 'b' },
        ]),
      ],
    ]);
    const recording = await bench.record('minted', entries);
    const { report } = await bench.explore(recording, { list: listServer('locked') });
    expect(report).toMatchObject({ verdict: 'COMMUTES', failing: [], illegal: 0 });
    // `update` needs what the first call was answered with, whatever the order of the two.
    expect(report.schedules).toMatchObject({ explored: report.schedules.total });
  });
});

describe('two sessions', { timeout: 180_000 }, () => {
  const hosts = (): Entry[] => [
    ...session(
      'list',
      [[['put', { word: 'left' }, { put: 'left' }]], [shown([])]],
      '01A'.padEnd(26, '0'),
    ),
    ...session('list', [[['put', { word: 'right' }, { put: 'right' }]]], '01B'.padEnd(26, '0')),
  ];

  test('of one server on one file are two processes, which lose what the other wrote', async () => {
    const recording = await bench.record('hosts', hosts());
    const { report } = await bench.explore(recording, {
      list: listServer('racy', { probes: [{ tool: 'list_all' }] }),
    });
    expect(report.proofs.map(({ verdict, course }) => `${verdict} ${course}`)).toContain(
      'NON_SERIALISABLE 1+2',
    );
    expect(report.probes).toContain('list_all');
  });
});

test('more calls at once than four are tried too, and said to be a sample', {
  timeout: 120_000,
}, async () => {
  const recording = await bench.record('crowd', session('list', [words('put', 6), [shown([])]]));
  const { code, report, stdout } = await explore(recording, 'crowded');
  expect({ code, verdict: report.verdict, proofs: report.proofs }).toEqual({
    code: 0,
    verdict: 'SUSPECT',
    proofs: [],
  });
  expect(report.groups.sampled).toBe(1);
  expect(stdout).toMatch(/SUSPECT {2}1\+2\+3\+4\+5(\+6)?: an outcome /);
  expect(stdout).toMatch(/ groups together \(1 with a sample of their orders\)/);
});

test('what meets only in another order, by an id that is minted then, is turned around there too', {
  timeout: 120_000,
}, async () => {
  const page = (path: string, id: string): Call => ['create_page', { path }, { id }];
  const removed: Call = ['remove_page', { path: '/trash', id: 'page-0002' }, { found: true }];
  const made = [page('/site', 'page-0001'), page('/site/b', 'page-0002')];
  const recording = await bench.record(
    'pages',
    session('list', [[...made, removed], [shown([{ id: 'page-0001' }, { gone: 'page-0002' }])]]),
  );
  const { report } = await explore(recording, 'locked', ['--budget', '400', '--repeat', '1']);
  // As recorded, only the second page meets its removal; the first one does where it is made second.
  expect(report.schedules).toEqual({ explored: 6, total: 6, isLeast: false });
  expect(report.ended).toBe('complete');
});

test('what was run is kept, and gone on with', { timeout: 180_000 }, async () => {
  const file = bench.at('resume.jsonl');
  const first = await explore(adding, 'locked', [
    '--resume',
    file,
    '--repeat',
    '2',
    '--budget',
    '10',
  ]);
  expect(first.report.ended).toBe('budget');
  const kept = await readFile(file, 'utf8');
  const whole = await explore(adding, 'locked', [
    '--resume',
    file,
    '--repeat',
    '2',
    '--budget',
    '500',
  ]);
  expect(whole.report.ended).toBe('complete');
  expect((await readFile(file, 'utf8')).startsWith(kept)).toBe(true);
  // With everything in the file the server is not asked any more: a random one would be unstable.
  const again = await explore(adding, 'random', [
    '--resume',
    file,
    '--repeat',
    '2',
    '--budget',
    '500',
  ]);
  expect(again.bytes).toBe(whole.bytes);
});
