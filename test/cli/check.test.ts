// What `wiretape check` prints, writes and ends with: tiers, baselines, suppressions, SARIF.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failsOn } from '../../cli/fail-on.ts';
import { type Finding, SEVERITIES, TIERS } from '../../model/finding.ts';
import { writeRecording } from '../../model/recording.ts';
import { LOST_EDIT } from '../analysis/lost-edit.ts';
import { ms, type SceneCall, scene } from '../analysis/scene.ts';
import { ends } from '../kit/entries.ts';
import { sarifFaults } from './sarif-schema.ts';
import { type Folder, temporaryFolder, wiretape } from './wiretape.ts';

/** And a call that nobody answered. */
const LOST: readonly SceneCall[] = [...LOST_EDIT, { tool: 'slow', from: 60 }];

interface Bench extends Folder {
  check(...words: string[]): ReturnType<typeof wiretape>;
  findings(...words: string[]): Promise<Finding[]>;
  write(name: string, text: string): Promise<string>;
}

async function bench(): Promise<Bench> {
  const folder = await temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  await writeFile(
    at('run.tape.jsonl'),
    writeRecording(scene('files', LOST, { steps: [{ ...ends(), at: ms(80) }] })),
  );
  const check: Bench['check'] = (...words) =>
    wiretape(['check', 'run.tape.jsonl', '--state', at('state'), ...words], { cwd: folder.path });
  return {
    ...folder,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    check,
    findings: async (...words) => JSON.parse((await check('--json', ...words)).stdout).findings,
    async write(name, text) {
      await writeFile(at(name), text);
      return at(name);
    },
  };
}

test('each finding says what would make it wrong, how to make sure, and how to prove it', async () => {
  await using own = await bench();
  const { code, stdout } = await own.check();
  expect(code).toBe(1);
  expect(stdout).toMatch(/critical {2}in-server-lost-update \(C03\) {2}OBSERVED/);
  expect(stdout).toMatch(/Wrong if: .+\n.+To make sure: .+/);
  expect(await own.findings()).toContainEqual(
    expect.objectContaining({
      about: {
        servers: ['files'],
        tools: expect.arrayContaining(['edit_file']),
        versions: ['notes-server 1.0.0'],
      },
    }),
  );
});

test('what was found before is known: it is folded, told on demand, and never fails', async () => {
  await using own = await bench();
  const before = await own.write('before.json', (await own.check('--json')).stdout);
  const again = await own.check('--baseline', before);
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /Nothing found in 1 session\.\nBesides: .*known.*; --all shows them\./,
    ),
  });
  expect((await own.check('--baseline', before, '--all')).stdout).toMatch(/OBSERVED {2}known/);
  const all = await own.findings('--baseline', before);
  expect(all.every(({ known }) => known)).toBe(true);
  const [worst] = all;
  const less = await own.write(
    'less.json',
    JSON.stringify({ findings: all.filter((one) => one !== worst) }),
  );
  expect(await own.check('--baseline', less)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('1 finding (1 critical)'),
  });
});

test.each<[string, string | undefined, string]>([
  ['that is not there', undefined, 'no-such-file'],
  ['that is no JSON', 'x', 'not-a-baseline'],
  ['that has no findings', '{"found":[]}', 'not-a-baseline'],
  ['whose findings have no fingerprint', '{"findings":[{}]}', 'not-a-baseline'],
])('a baseline %s is refused', async (_, text, code) => {
  await using own = await bench();
  if (text !== undefined) await own.write('base.json', text);
  expect(await own.check('--baseline', 'base.json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`[${code}]`),
  });
});

test('suppressions of the configuration set findings aside, with their reason', async () => {
  await using own = await bench();
  await own.write(
    'wiretape.config.jsonc',
    JSON.stringify({
      suppressions: [
        { rule: '*', server: 'files', reason: 'being rewritten' },
        { rule: 'C03', reason: 'too late', expires: '2020-01-31' },
        { rule: 'nobody', reason: 'of old' },
      ],
    }),
  );
  const { code, stdout, stderr } = await own.check();
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/Nothing found.*\nBesides: \d+ suppressed/),
  ]);
  expect(stderr).toContain('rule C03 held until 2020-01-31: too late.');
  expect(stderr).toContain('rule nobody names a rule that there is not.');
  const [worst] = await own.findings();
  expect(worst?.suppressed).toEqual({ reason: 'being rewritten' });
  expect((await own.check('--all')).stdout).toContain('suppressed: being rewritten');
  await own.write('wiretape.config.jsonc', '{"suppressions": [{"rule": "C03"}]}');
  expect(await own.check()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/line 1, column 19: it has no reason.*\[config-invalid\]/),
  });
});

test('JUnit has failures by tier and severity, and what was set aside as skipped', async () => {
  await using own = await bench();
  const junit = join(own.path, 'junit.xml');
  await own.check('--junit', junit);
  expect(await readFile(junit, 'utf8')).toContain('<failure type="OBSERVED critical"');
  const before = await own.write('before.json', (await own.check('--json')).stdout);
  await own.check('--junit', junit, '--baseline', before);
  const text = await readFile(junit, 'utf8');
  expect(text).toContain('<skipped message="known: it is in the baseline"/>');
  expect(text).toContain('failures="0"');
});

test('SARIF is what its schema says, at the lines of the recording', async () => {
  await using own = await bench();
  const file = join(own.path, 'out.sarif');
  const before = await own.write(
    'before.json',
    JSON.stringify({ findings: (await own.findings()).slice(1) }),
  );
  await own.check('--sarif', file, '--baseline', before);
  const text = await readFile(file, 'utf8');
  const document = JSON.parse(text);
  expect(sarifFaults(document)).toEqual([]);
  const [run] = document.runs;
  const [worst] = run.results;
  expect(worst).toMatchObject({
    ruleId: 'in-server-lost-update',
    level: 'error',
    baselineState: 'new',
  });
  expect(run.results.slice(1).map((one: { baselineState: string }) => one.baselineState)).toContain(
    'unchanged',
  );
  for (const result of run.results)
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  const { artifactLocation, region } = worst.locations[0].physicalLocation;
  expect(artifactLocation.uri).toBe('run.tape.jsonl');
  const lines = (await readFile(join(own.path, 'run.tape.jsonl'), 'utf8')).split('\n');
  const [, session, seq] =
    /^(\w+):(\d+)/.exec(worst.locations[0].logicalLocations[0].fullyQualifiedName) ?? [];
  expect(lines[region.startLine - 1]).toContain(`"session":"${session}","seq":${seq},`);
  expect((await own.check('--sarif', file, '--baseline', before)).code).toBe(1);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('a schema that says so refuses a result without a message', () => {
  const result = { ruleId: 'x', level: 'loud' };
  const run = { tool: { driver: { name: 'w' } }, results: [result] };
  expect(sarifFaults({ version: '2.1.0', runs: [run] }).join()).toMatch(
    /results\/0 must have required property 'message'.*level must be equal to one of/,
  );
});

test('--fail-on is a severity, a tier, or both', () => {
  const failing = (words: string | undefined): string[] => {
    const fails = failsOn(words);
    return TIERS.flatMap((tier) =>
      SEVERITIES.filter((severity) => fails({ tier, severity } as Finding)).map(
        (one) => `${tier} ${one}`,
      ),
    );
  };
  const count = SEVERITIES.length;
  expect(failing(undefined)).toHaveLength(2 * count);
  expect(failing(undefined)).not.toContain('POTENTIAL critical');
  expect(failing('potential')).toHaveLength(3 * count);
  expect(failing('high')).toEqual([
    'OBSERVED high',
    'OBSERVED critical',
    'PROVEN high',
    'PROVEN critical',
  ]);
  expect(failing('proven,high')).toEqual(['PROVEN high', 'PROVEN critical']);
  expect(failing('critical, potential')).toEqual([
    'POTENTIAL critical',
    'OBSERVED critical',
    'PROVEN critical',
  ]);
  expect(failing('never')).toEqual([]);
  for (const words of ['', 'sometimes', 'high,low', 'proven,observed', 'high,never', 'high,']) {
    expect(() => failsOn(words)).toThrow('--fail-on cannot be');
  }
});

test.each([
  [['--update'], '--update needs --lock'],
  [['--lock', '--sarif', 'x'], '--sarif does not go with --lock'],
  [['--lock', '--baseline', 'x'], '--baseline does not go with --lock'],
])('%j is refused', async (words, said) => {
  await using own = await bench();
  expect(await own.check(...words)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(said),
  });
});
