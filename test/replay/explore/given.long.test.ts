// What an exploration is given holds: its time, the secrets and footprints of its user, the start of
// each run, and values that one server gave for a call of another.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exploreSchedule } from '../../../replay/index.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';

import { type Bench, type Call, createBench, LIST, listServer, session } from './kit.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const put = (word: string, tool = 'put'): Call => [tool, { word }, { put: word }];
const listed: Call = ['list_all', {}, { words: [] }];

describe('time', { timeout: 60_000 }, () => {
  test('is over, whatever a server does meanwhile', async () => {
    const recording = await bench.record('slow', session('list', [[put('a'), put('b')]]));
    const file = await bench.servers('slow.jsonc', { list: listServer('silent') });
    const words = [recording, '--servers', file, '--timeout', '600', '--for', '1'];
    expect(await bench.run(words)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^wiretape: What was given for it was spent [^\n]*\[time-over\]\n$/,
      ),
    });
  });

  test('is over, whatever a hook does meanwhile', async () => {
    const recording = await bench.record('hooked', session('list', [[put('a'), put('b')]]));
    const reset = { hook: process.execPath, args: ['-e', 'setTimeout(() => {}, 600_000)'] };
    const args = [LIST, bench.at('never.json'), 'locked'];
    const file = await bench.servers('hooked.jsonc', {
      list: listServer('locked', { reset, args }),
    });
    expect(await bench.run([recording, '--servers', file, '--for', '1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[time-over]'),
    });
  });
});

describe('secrets', { timeout: 60_000 }, () => {
  const SECRET = 'x7Kq9LmZ2vB4nT8w';
  const env = { LIST_PASSWORD: SECRET };
  const given = ['--secret', 'word=LIST_PASSWORD'];
  const hidden = '<secret:password:0a1b2c3d>';
  const servers = { list: listServer('racy') };
  let recording: string;
  beforeAll(async () => {
    const calls = [[put(hidden), put('other')], [listed]];
    recording = await bench.record('hidden', session('list', calls));
  });

  test('that nobody gives are not sent, in one sentence', async () => {
    const file = await bench.servers('hidden.jsonc', servers);
    expect(await bench.run([recording, '--servers', file])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^wiretape: #1 put of list cannot be sent: word was redacted [^\n]*--secret word=VARIABLE[^\n]*\[redacted-value\]\n$/,
      ),
    });
  });

  test('that are given are sent, and are shown and written nowhere', async () => {
    const file = bench.at('hidden.test.mjs');
    const kept = bench.at('hidden.jsonl');
    const more = [...given, '--test', file, '--resume', kept];
    const { report, bytes, stdout, stderr } = await bench.explore(recording, servers, more, env);
    expect(report.verdict).toBe('NON_SERIALISABLE');
    const written = await Promise.all([file, kept].map((one) => readFile(one, 'utf8')));
    const all = [bytes, stdout, stderr, ...written];
    expect(all.map((text) => text.includes(SECRET))).toEqual(all.map(() => false));
    // The server had it, and showed it to us.
    expect(written[1]).toMatch(/<secret:[a-z-]+:(?!0a1b2c3d)[0-9a-f]{8}>/);
    expect(written[0]).toContain("secrets: { 'word': process.env['LIST_PASSWORD'] }");
    const told = await exploreSchedule({
      recording,
      servers: { list: listServer('racy', { probes: [{ tool: 'list_all' }] }) },
      schedule: '1+2',
      environment: { PATH: process.env['PATH'] },
      secrets: { word: SECRET },
    });
    expect(told.verdict).toBe('NON_SERIALISABLE');
    expect(told.proofs.join()).not.toContain(SECRET);
  });
});

test('footprints of the user say what may not commute', { timeout: 60_000 }, async () => {
  const recording = await bench.record('apart', session('list', [[put('a'), put('b')], [listed]]));
  const servers = { list: listServer('locked') };
  const plain = await bench.explore(recording, servers);
  expect(plain.report.schedules.total).toBe(2);
  const rules = [{ tool: 'put', accesses: { add: 'word:{/word}' } }];
  const place = bench.at('wiretape.config.jsonc');
  await writeFile(place, JSON.stringify({ footprints: rules }));
  try {
    const { report } = await bench.explore(recording, servers);
    expect(report).toMatchObject({ schedules: { total: 1 }, groups: { total: 0 } });
  } finally {
    await writeFile(place, '{}');
  }
});

describe('a fresh start', { timeout: 120_000 }, () => {
  test('of a server over HTTP is what a hook makes it, before each run', async () => {
    const words = bench.at('http.json');
    const child = spawn(process.execPath, [LIST, words, 'racy', 'http']);
    await using _ = { [Symbol.asyncDispose]: async () => void child.kill() };
    const [said] = await once(child.stdout, 'data');
    const url = String(said).trim();
    const recording = await bench.record('http', session('list', [[put('a'), put('b')], [listed]]));
    const spec = { explorable: true, url, write: true };
    const remove = `require('node:fs').rmSync(${JSON.stringify(words)}, { force: true })`;
    const reset = { hook: process.execPath, args: ['-e', remove] };
    const { report } = await bench.explore(recording, { list: { ...spec, reset } });
    expect(report).toMatchObject({
      verdict: 'NON_SERIALISABLE',
      proofs: [{ course: '1+2', operations: [1, 2] }],
    });
    const failing = { hook: process.execPath, args: ['-e', 'process.exit(4)'] };
    const file = await bench.servers('http.jsonc', { list: { ...spec, reset: failing } });
    expect(await bench.run([recording, '--servers', file])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^wiretape: The reset of list failed: [^\n]*\[not-explorable\]\n$/,
      ),
    });
    // Without a reset the second run does not begin where the first did.
    const nothing = { hook: process.execPath, args: ['-e', ''] };
    const unlike = await bench.explore(recording, { list: { ...spec, reset: nothing } });
    expect(unlike.report.verdict).toBe('UNSTABLE');
  });

  test('by copy has in it what was there, and what is left in it is compared', async () => {
    await mkdir(bench.at('start'));
    const before = JSON.stringify([{ word: 'before' }]);
    await writeFile(bench.at('start/list.json'), before);
    const recording = await bench.record('copied', session('list', [[put('a'), put('b')]]));
    const reset = { copy: bench.at('start') };
    const { report } = await bench.explore(recording, {
      list: listServer('racy', { reset, hash: true }),
    });
    expect(report.proofs[0]).toMatchObject({ course: '1+2', reach: 'state' });
    expect(report.proofs[0]?.contrasts.map(({ name }) => name)).toContain(
      `files of ${bench.at('start')}`,
    );
    expect(await readFile(bench.at('start/list.json'), 'utf8')).toBe(before);
    const kept = await bench.explore(recording, {
      list: listServer('locked', { reset, hash: true }),
    });
    expect(kept.report.findings.filter(({ rule }) => rule === 'non-serialisable')).toEqual([]);
  });
});

describe('values of one server in a call of another', { timeout: 60_000 }, () => {
  const id = '2f1c9a52-8f2e-4b7e-9c41-6d1c7a3f0b11';
  const sessions = () => [
    ...session('ids', [[['create', { word: 'a' }, { id }]]], '01A'.padEnd(26, '0')),
    ...tapeLater('keys', [['put_known', { key: id }, { put: id }], put('x')]),
  ];

  test('are those of the run', async () => {
    const recording = await bench.record('two', sessions());
    const { report, stdout } = await bench.explore(recording, {
      ids: listServer('locked'),
      keys: listServer('locked', { probes: [{ tool: 'list_all' }] }),
    });
    expect(report).toMatchObject({ verdict: 'COMMUTES', failing: [], illegal: 0 });
    expect(stdout).not.toContain(id);
    const kept = bench.at('two.jsonl');
    await bench.explore(
      recording,
      {
        ids: listServer('locked'),
        keys: listServer('locked', { probes: [{ tool: 'list_all' }] }),
      },
      ['--resume', kept],
    );
    expect(await readFile(kept, 'utf8')).not.toContain(id);
  });

  test('that the other server does not give any more make a run illegal', async () => {
    const recording = await bench.record('lost', sessions());
    const { report } = await bench.explore(
      recording,
      {
        ids: listServer('silent'),
        keys: listServer('locked'),
      },
      ['--timeout', '1'],
    );
    expect(report.verdict).toBe('ILLEGAL');
  });
});

/** A session that begins when the others are over. */
function tapeLater(name: string, calls: readonly Call[]) {
  const steps = calls.flatMap(([tool, args, answer], at) => [
    client(toolCall(at + 1, tool, args), at === 0 ? { after: 1_000_000 } : {}),
    server(toolText(at + 1, JSON.stringify(answer))),
  ]);
  return tape(name, [...opening(), ...steps], { id: '01B'.padEnd(26, '0') });
}

test('a write that waits for an answer of the client is seen where that answer is held, and only there', {
  timeout: 120_000,
}, async () => {
  const { report, stdout } = await bench.explore(
    await askingRecording(),
    { list: listServer('late') },
    ['--calls', 'put_asked,put_later', '--repeat', '20', '--budget', '300'],
  );
  // Answers are held in the third and the seventh run; those at once and with delays show nothing.
  expect(report.proofs).toMatchObject([{ verdict: 'NON_SERIALISABLE', course: '1+2' }]);
  expect(stdout).toContain('#1 with #2, seen 2 times in 7 runs');
});

test('a server that does one call after the other is not held up by an answer that is held', {
  timeout: 120_000,
}, async () => {
  const { report } = await bench.explore(await askingRecording(), { list: listServer('locked') }, [
    ...['--calls', 'put_asked,put_later', '--repeat', '4'],
  ]);
  expect(report).toMatchObject({ verdict: 'COMMUTES', proofs: [], failing: [] });
});

/** One call in which the server asks its client, and one that takes its time. */
function askingRecording(): Promise<string> {
  return bench.record(
    'asked',
    tape('list', [
      ...opening(),
      client(toolCall(1, 'put_asked', { word: 'a' })),
      client(toolCall(2, 'put_later', { word: 'b' })),
      server({ id: 'roots a', method: 'roots/list' }),
      client({ id: 'roots a', result: { roots: [] } }),
      server(toolText(1, '{"put":"a"}')),
      server(toolText(2, '{"put":"b"}')),
      client(toolCall(3, 'list_all', {})),
      server(toolText(3, '{"words":[]}')),
    ]),
  );
}
