// What was explored is kept: whoever is told of the finding is told of its proof, as long as the
// servers are those that were run; and what showed nothing is told as what it is.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Finding } from '../../../model/finding.ts';
import { sarifFaults } from '../../cli/sarif-schema.ts';
import { wiretape } from '../../cli/wiretape.ts';
import { sessionId } from '../../kit/entries.ts';
import { type Bench, type Call, createBench, type How, listServer, session } from './kit.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const make = (word: string): Call => ['create', { word }, { id: `id-of-${word}` }];
const set = (word: string): Call => ['set_all', { word }, { set: word }];
const shown = (...words: string[]): Call => [
  'list_all',
  {},
  { words: words.map((word) => ({ word })), at: '2026-01-01T00:00:00.000Z' },
];

/** A write of two at once that is gone, in a recording of this name. */
const recordLoss = (name: string): Promise<string> => {
  const calls = [make('alpha-seventeen'), make('bravo-eighteen')];
  return bench.record(name, session('list', [calls, [shown('bravo-eighteen')]], sessionId(name)));
};

const check = (recording: string, ...options: string[]) =>
  wiretape(['check', recording, '--state', bench.at('state'), ...options]);

const allIn = async (recording: string): Promise<readonly Finding[]> =>
  JSON.parse((await check(recording, '--json')).stdout).findings;

async function found(recording: string): Promise<Finding> {
  const finding = (await allIn(recording)).find(({ rule }) => rule === 'in-server-lost-update');
  if (!finding) throw new Error('nothing is found');
  return finding;
}

async function explore(recording: string, how: How, more: object = {}, ...options: string[]) {
  const { fingerprint } = await found(recording);
  const words = ['--finding', fingerprint, '--timeout', '2', ...options];
  return bench.explore(recording, { list: listServer(how, more) }, words);
}

test('a proof is told wherever its finding is, with what shows it', {
  timeout: 60_000,
}, async () => {
  const recording = await recordLoss('lost');
  const before = await found(recording);
  expect(before).toMatchObject({ rule: 'in-server-lost-update', tier: 'OBSERVED' });
  const test = bench.at('lost.test.ts');
  const { stdout } = await explore(recording, 'racy', {}, '--test', test);
  expect(stdout).toContain('Kept: wiretape check and the page tell it');
  const after = await found(recording);
  expect(after).toMatchObject({
    ...before,
    tier: 'PROVEN',
    confidence: 1,
    explored: [
      {
        verdict: 'NON_SERIALISABLE',
        proves: true,
        versions: ['test-server 1.0.0'],
        seed: 1,
        shown: { calls: 2, schedule: '1+2', message: expect.stringContaining('#1 with #2') },
        test,
      },
    ],
  });
  const text = (await check(recording)).stdout;
  expect(text).toMatch(/in-server-lost-update \(C03\) {2}PROVEN/);
  expect(text).toMatch(
    /Proved on \d+ \w{3} \d{4} with 2 calls \(schedule 1\+2, seed 1\): .+ It ran test-server 1\.0\.0\. Test: /,
  );
  expect(text).toContain('Run it again: wiretape explore ');
  // Another recording of the same fault.
  expect(await found(await recordLoss('lost-again'))).toMatchObject({ tier: 'PROVEN' });
});

test('it fails what is to fail on proofs, and stands in JUnit and SARIF', {
  timeout: 60_000,
}, async () => {
  const recording = await recordLoss('failing');
  await explore(recording, 'racy');
  const [junit, sarif] = [bench.at('check.xml'), bench.at('check.sarif')];
  const ran = await check(recording, '--fail-on', 'proven', '--junit', junit, '--sarif', sarif);
  expect(ran.code).toBe(1);
  expect(await readFile(junit, 'utf8')).toMatch(/type="PROVEN critical"[\s\S]*Proved on /);
  const document = JSON.parse(await readFile(sarif, 'utf8'));
  expect(sarifFaults(document)).toEqual([]);
  const { properties } = document.runs[0].results.find(
    ({ ruleId }: { ruleId: string }) => ruleId === 'in-server-lost-update',
  );
  expect(properties).toMatchObject({ tier: 'PROVEN', explored: [{ proves: true }] });
  // The same findings are the same text, whenever and wherever they were proved.
  expect(JSON.stringify(properties)).not.toMatch(/"at"|"test"/);
});

test('of servers of another version it is told, and proves nothing', {
  timeout: 60_000,
}, async () => {
  const recording = await recordLoss('other');
  const { stdout } = await explore(recording, 'racy', { env: { LIST_VERSION: '2.0.0' } });
  expect(stdout).toContain(
    'Kept, and no finding is raised by it: test-server 2.0.0 was run, and the recording has test-server 1.0.0.',
  );
  expect(stdout).not.toContain('from now on');
  expect(await found(recording)).toMatchObject({
    tier: 'OBSERVED',
    explored: [
      { proves: true, versions: ['test-server 2.0.0'], otherVersions: ['test-server 1.0.0'] },
    ],
  });
  expect((await check(recording)).stdout).toContain(
    'It ran test-server 2.0.0. The recording has test-server 1.0.0: of that nothing was shown.',
  );
});

test('what shows nothing anew takes the proof back, and both are told', {
  timeout: 60_000,
}, async () => {
  const recording = await recordLoss('mended');
  await explore(recording, 'racy');
  const { report } = await explore(recording, 'locked', {}, '--repeat', '2', '--budget', '200');
  expect(report).toMatchObject({ verdict: 'COMMUTES', ended: 'complete' });
  const mended = await found(recording);
  expect(mended.tier).toBe('OBSERVED');
  expect(mended.explored?.map(({ verdict, proves }) => [verdict, proves])).toEqual([
    ['COMMUTES', false],
    ['NON_SERIALISABLE', true],
  ]);
  const { stdout } = await check(recording);
  expect(stdout).toMatch(
    /Explored on .+: no difference in 2 of 2 orders and 1 of 1 groups together\. That is no proof that there is none elsewhere\./,
  );
  expect(stdout).toContain('Proved on ');
  await explore(recording, 'racy');
  expect(await found(recording)).toMatchObject({ tier: 'PROVEN' });
});

test('what no rule finds is a finding of its recording once it is proved', {
  timeout: 60_000,
}, async () => {
  const put: Call = ['put', { word: 'alpha-seventeen' }, { put: 'alpha-seventeen' }];
  const calls = [[put, set('bravo-eighteen')], [shown('bravo-eighteen')]];
  const recording = await bench.record('ordered', session('list', calls));
  await bench.explore(recording, { list: listServer('locked') });
  const proved = (await allIn(recording)).filter(({ rule }) => rule === 'order-dependent');
  expect(proved).toMatchObject([
    {
      tier: 'PROVEN',
      about: { servers: ['list'], tools: ['put', 'set_all'], versions: ['test-server 1.0.0'] },
      explored: [{ verdict: 'ORDER_DEPENDENT', shown: { schedule: '2,1' } }],
    },
  ]);
  const other = await recordLoss('nothing-ordered');
  expect((await allIn(other)).map(({ rule }) => rule)).not.toContain('order-dependent');
});
