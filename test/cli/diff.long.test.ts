// Ten runs of a flaky workflow on a released server, recorded by taps, marked, and told apart; and
// what `wiretape diff` says of two of them, of files, and of what is no use to it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import type { Comparison, SeparationReport } from '../../replay/index.ts';
import { until } from '../collector/kit.ts';
import { client, ends, opening, server, tape, toolCall } from '../kit/entries.ts';
import { dice, SEED, shuffled } from '../kit/random.ts';
import { type Folder, MAIN, ROOT, temporaryFolder, wiretape } from './wiretape.ts';

const MEMORY = join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
const RUNS = 10;

let folder: Folder;
let state = '';
const run = (...words: string[]) => wiretape([...words, '--state', state]);
const json = async <T>(...words: string[]): Promise<T> =>
  JSON.parse((await run(...words, '--json')).stdout);

/** The ids of the runs that went well, and of those that did not. */
const went: { good: string[]; bad: string[] } = { good: [], bad: [] };

/**
 * One run of the workflow: a reader that should wait until the writer was answered, and in some runs
 * does not. Says whether it read what was written.
 */
async function play(number: number, waits: boolean, order: readonly string[]): Promise<boolean> {
  const tap = [MAIN, 'tap', '--name', 'memory', '--workflow', 'race', '--state', state, '--'];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...tap, process.execPath, MEMORY],
    // Runs that follow each other at once are told apart by their trace.
    env: {
      PATH: process.env['PATH'] ?? '',
      MEMORY_FILE_PATH: join(folder.path, `${number}.jsonl`),
      TRACEPARENT: `00-${String(number + 1).padStart(32, '0')}-00000000000000aa-01`,
    },
    stderr: 'ignore',
  });
  const own = new Client({ name: 'flaky', version: '1.0.0' });
  await own.connect(transport);
  await own.listTools();
  const call = (name: string, args: Record<string, unknown> = {}) =>
    own.callTool({ name, arguments: args });
  await Promise.all(order.map((query) => call('search_nodes', { query })));
  const note = { name: 'note', entityType: 'note', observations: ['written'] };
  const write = () => call('create_entities', { entities: [note] });
  let seen: unknown;
  if (waits) {
    await write();
    seen = await call('read_graph');
  } else [seen] = await Promise.all([call('read_graph'), write()]);
  await call('read_graph');
  await own.close();
  return JSON.stringify(seen).includes('written');
}

beforeAll(async () => {
  folder = await temporaryFolder();
  state = join(folder.path, 'state');
  await run('open', '--no-browser', '--port', '0');
  process.stdout.write(`the workflow is scheduled with the seed ${SEED}\n`);
  const roll = dice();
  const waits = shuffled(
    Array.from({ length: RUNS }, (_, at) => at < RUNS / 2),
    roll,
  );
  const read: boolean[] = [];
  for (const [number, waiting] of waits.entries()) {
    read.push(await play(number, waiting, shuffled(['a', 'b', 'c'], roll)));
  }
  expect(read).toEqual(waits);
  const runs = await until(endedRuns, `${RUNS} runs to their end`);
  await Promise.all(
    runs.map(async ({ id, trace }) => {
      const mark = read[Number(trace) - 1] ? 'good' : 'bad';
      went[mark].push(id);
      expect(await run('mark', id, mark)).toMatchObject({ code: 0 });
    }),
  );
}, 120_000);
afterAll(async () => {
  await run('stop');
  await folder[Symbol.asyncDispose]();
});

interface Listed {
  readonly sessions: readonly { readonly phase: string }[];
  readonly runs: readonly { readonly id: string; readonly trace: string }[];
}

/** All runs, once each of their sessions has ended. */
async function endedRuns(): Promise<Listed['runs'] | undefined> {
  const { sessions, runs } = await json<Listed>('ls');
  const ended = sessions.filter(({ phase }) => phase === 'ended');
  return runs.length === RUNS && ended.length === RUNS ? runs : undefined;
}

describe('ten runs of a flaky workflow, marked', () => {
  test('the order of the two calls that race is ranked first', async () => {
    const { code, stdout } = await run('diff');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^5 good runs, 5 bad runs of race\n\n1\. {3}order {2}the answer to memory tools\/call create_entities .* came before memory tools\/call read_graph \(no\. 1\) was asked\n {5}in 5 of 5 good runs and 0 of 5 bad ones; /,
    );
    const report = await json<SeparationReport & { workflow: string }>('diff', '--good', '--bad');
    expect(report).toMatchObject({ workflow: 'race', good: 5, bad: 5, tooFew: false });
    const [first, ...others] = report.separations;
    expect(first).toMatchObject({
      kind: 'order',
      good: { having: 5, of: 5 },
      bad: { having: 0, of: 5 },
      chance: expect.closeTo(2 / 252, 10),
      confident: true,
    });
    // What was read is the same evidence, and comes of it.
    expect(first?.with.map(({ kind }) => kind)).toContain('result');
    for (const { in: side } of first?.with ?? [])
      expect(stdout).toContain(`with it, in the ${side} ones: `);
    expect(others.filter(({ confident, kind }) => confident && kind !== 'duration')).toEqual([]);
  });

  test('the same is said twice, without the collector, and of files', async () => {
    const before = await run('diff');
    expect(await run('diff')).toEqual(before);
    const files = (mark: 'good' | 'bad') =>
      Promise.all(
        went[mark].map(async (id) => {
          const file = join(folder.path, `${id}.tape.jsonl`);
          expect(await run('export', id, '-o', file)).toMatchObject({ code: 0 });
          return file;
        }),
      );
    const [good, bad] = [await files('good'), await files('bad')];
    await run('stop');
    expect(await run('diff')).toEqual(before);
    const { separations } = await json<SeparationReport>(
      'diff',
      '--good',
      ...good,
      '--bad',
      ...bad,
    );
    expect(separations[0]).toMatchObject({ kind: 'order', confident: true });
  });

  test.each([1, 2])('with %i and as many it says that they are too few to tell', async (count) => {
    const sets = ['--good', ...went.good.slice(0, count), '--bad', ...went.bad.slice(0, count)];
    const { code, stdout } = await run('diff', ...sets);
    expect(code).toBe(0);
    expect(stdout).toContain('Too few runs to tell');
    const report = await json<SeparationReport>('diff', ...sets);
    expect(report.tooFew).toBe(true);
    expect(report.separations.filter(({ confident }) => confident)).toEqual([]);
  });

  test('of two runs it names where they part first', async () => {
    const [good = '', other = ''] = went.good;
    const [bad = ''] = went.bad;
    expect(await run('diff', good, other)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nNo differences: 8 calls the same\.\n/),
    });
    const { code, stdout } = await run('diff', good, bad);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /\nFirst divergence: tools\/call read_graph is answered differently\n {2}A 01\w+:\d+ {2}B 01\w+:\d+ {2}at \/result\/content\/0\/text → \/entities\/0\n/,
    );
    const { first, changed } = await json<Comparison>('diff', good, bad);
    expect(first).toMatchObject({ what: 'answered', title: 'tools/call read_graph' });
    expect(changed).toMatchObject([{ waited: [{ in: 'a', title: 'tools/call create_entities' }] }]);
  });
});

test('nothing that a recording says reaches the terminal as a command', async () => {
  const evil = 'x\u001b[2J\u0007\u009b31m\u202e\u2066y';
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const taped = (name: string, more: string) => {
    const args = JSON.parse(
      `{"__proto__":{"x":${JSON.stringify(evil + more)}},"${'k'.repeat(9999)}":1}`,
    );
    const steps = [
      ...opening({ client: evil, server: evil + more }),
      client({ id: 1, method: 'tools/list' }),
      server({ id: 1, result: { tools: [{ name: evil, description: more }] } }),
      client(toolCall(evil, evil, args)),
      server({ id: evil, result: { content: [{ type: 'text', text: `{"${evil}":"${more}"}` }] } }),
      client(`{"jsonrpc":"2.0","id":3,"method":"x","params":${deep}}`),
      client(toolCall(4, evil + more)),
      server({ id: 4, error: { code: -1, message: evil + more } }),
      ends(evil),
    ];
    return writeFile(at(name), writeRecording(tape(evil, steps, { head: { workflow: evil } })));
  };
  const at = (name: string) => join(folder.path, `${name}.tape.jsonl`);
  const names = ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8'];
  // One session may not stand for several runs, so each file has its own.
  for (const [number, name] of names.entries()) {
    await taped(name, number < 4 ? 'good' : 'bad');
    const text = await readFile(at(name), 'utf8');
    const [header, ...lines] = text.split('\n');
    const own = lines.map((line) => line.replace(/"session":"[^"]*"/, `"session":"01EV${number}"`));
    await writeFile(at(name), [header, ...own].join('\n'));
  }
  const [good, bad] = [names.slice(0, 4).map(at), names.slice(4).map(at)];
  for (const words of [
    [good[0]!, bad[0]!],
    ['--good', ...good, '--bad', ...bad],
  ]) {
    for (const options of [[], ['--json']]) {
      const { code, stdout, stderr } = await run('diff', ...words, ...options);
      expect(code).toBe(1);
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (options.length > 0) expect(JSON.parse(stdout)).toBeTypeOf('object');
      else expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThan(2000);
    }
  }
});

test('what it cannot compare is told in one sentence, with a code and 2', async () => {
  const [one = ''] = went.good;
  const cases: [words: string[], code: string][] = [
    [['nobody', 'nobody'], 'unknown-session'],
    [[one], 'wrong-usage'],
    [['no/such.tape.jsonl', one], 'no-such-file'],
    [['--good', one], 'wrong-usage'],
    [['--good', one, '--bad', one], 'wrong-usage'],
    [['--good', one, '--bad', join(folder.path, `${one}.tape.jsonl`)], 'wrong-usage'],
    [['--state', join(folder.path, 'empty')], 'no-marked-runs'],
  ];
  for (const [words, code] of cases) {
    const state = words.includes('--state') ? [] : ['--state', join(folder.path, 'state')];
    const { stderr, ...ended } = await wiretape(['diff', ...words, ...state]);
    expect({ words, ...ended }).toEqual({ words, code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^wiretape: \\S.*\\. .*\\. \\[${code}\\]\n$`));
  }
});
