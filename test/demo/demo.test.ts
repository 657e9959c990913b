// The demo is true: what it counts is on the disk, what it records crossed the pipes, and where
// nothing is lost it finds nothing. The same clients then run against the recording alone.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PINNED } from '../../cli/demo/servers.ts';
import type { Entry } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { readRecording } from '../../model/recording.ts';
import type { Workflow } from '../../model/workflow.ts';
import type { ReplayReport } from '../../replay/index.ts';
import { type Folder, MAIN, ROOT, start, temporaryFolder, wiretape } from '../cli/wiretape.ts';

interface Scenario {
  readonly key: 'A' | 'B' | 'C';
  readonly acknowledged: number;
  readonly kept: number;
  readonly sessions: readonly string[];
}

interface Told {
  readonly scenarios: readonly [Scenario, Scenario, Scenario];
  readonly findings: readonly Finding[];
  readonly proofs: readonly { key: string; verdict: string; calls: number; schedule: string }[];
  readonly address?: string;
}

interface Server {
  readonly command: readonly string[];
  readonly around?: readonly string[];
  readonly explored?: readonly string[];
}

type Servers = Readonly<Record<string, Server>>;

const MEMORY = join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
const FILES = join(ROOT, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');
const TEE = join(import.meta.dirname, 'tee.mjs');
const node = process.execPath;
const CONNECTIONS = ['a', 'b1', 'b2', 'c'] as const;

let folder: Folder;
const at = (...names: string[]): string => join(folder.path, ...names);

/** Plays the demo with these servers, in a state folder of this name. */
async function play(name: string, servers: Servers): Promise<Told> {
  const { code, stdout, stderr } = await wiretape([...(await demo(name, servers)), '--exit']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const told: Told = JSON.parse(stdout);
  // Nobody could open it any more.
  expect(told.address).toBe(undefined);
  return told;
}

/** The words of the command. */
async function demo(name: string, servers: Servers): Promise<string[]> {
  const file = at(`${name}.json`);
  await writeFile(file, JSON.stringify(servers));
  return ['demo', '--json', '--state', at(name), '--servers', file];
}

/** All sessions of a demo, exported from the state folder that it left. */
async function exported(name: string, { scenarios }: Told): Promise<readonly Entry[]> {
  const file = at(`${name}.tape.jsonl`);
  const sessions = scenarios.flatMap((scenario) => scenario.sessions);
  const { code } = await wiretape(['export', ...sessions, '--state', at(name), '-o', file]);
  expect(code).toBe(0);
  const recording = readRecording(await readFile(file));
  if (!recording.ok || recording.problems.length > 0) throw new Error(JSON.stringify(recording));
  return recording.entries;
}

let recorded: readonly Entry[];
let told: Told;
beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(at('pipes'));
  const tee = (file: string): string[] => [node, TEE, at('pipes', file), '--'];
  const captured = (connection: string, server: readonly string[]) => ({
    around: tee(`${connection}-host`),
    command: [...tee(`${connection}-server`), ...server],
    explored: server,
  });
  told = await play('real', {
    a: captured('a', [node, MEMORY]),
    b1: captured('b1', [node, MEMORY]),
    b2: captured('b2', [node, MEMORY]),
    c: captured('c', [node, FILES, '{folder}']),
  });
  recorded = await exported('real', told);
}, 180_000);
afterAll(() => folder[Symbol.asyncDispose]());

/** What the files of a scenario hold: how many of its writes. */
async function onDisk(name: string, key: Scenario['key']): Promise<number> {
  const [run = ''] = (await readdir(at(name))).filter((one) => one.startsWith('demo-'));
  const file = key === 'C' ? 'tasks.md' : 'memory.jsonl';
  const text = await readFile(at(name, run, key.toLowerCase(), file), 'utf8');
  return text.match(key === 'C' ? /: done$/gm : /"name":"(?:note|left|right)-\d\d"/g)?.length ?? 0;
}

describe('with released servers', () => {
  test('three lost updates are observed, with the counts that the disk shows', async () => {
    const lost = told.findings.filter((finding) => finding.lost);
    expect(lost.map(({ tier }) => tier)).toEqual(['OBSERVED', 'OBSERVED', 'OBSERVED']);
    for (const { key, acknowledged, kept, sessions } of told.scenarios) {
      expect({ key, acknowledged }).toEqual({ key, acknowledged: key === 'C' ? 10 : 20 });
      expect({ key, kept }).toEqual({ key, kept: await onDisk('real', key) });
      const own = lost.filter(({ evidence }) =>
        sessions.some((id) => evidence[0].message.startsWith(id)),
      );
      expect(own.map((finding) => finding.lost)).toEqual([
        { gone: acknowledged - kept, of: acknowledged },
      ]);
    }
  });

  test('each is proved by running its calls again, with at most three of them', () => {
    expect(told.proofs.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual([
      'A NON_SERIALISABLE',
      'B NON_SERIALISABLE',
      'C NON_SERIALISABLE',
    ]);
    for (const { calls } of told.proofs) expect(calls).toBeLessThanOrEqual(3);
  });

  test('whoever looks at it afterwards is told that each is proved', async () => {
    for (const { sessions } of told.scenarios) {
      const words = ['check', ...sessions, '--json', '--state', at('real')];
      const { findings } = JSON.parse((await wiretape(words)).stdout) as Told;
      expect(findings.filter(({ lost }) => lost)).toMatchObject([
        { tier: 'PROVEN', explored: [{ verdict: 'NON_SERIALISABLE', proves: true }] },
      ]);
    }
  });

  test('the recording holds the bytes of both pipes of each tap, in order', async () => {
    const sessions = [...groupBy(recorded, ({ session }) => session).values()]
      .map((own) => `${crossed(own, 'client')}\u0000${crossed(own, 'server')}`)
      .sort();
    expect(sessions.join('').length).toBeGreaterThan(50_000);
    for (const side of ['host', 'server']) {
      const captured = CONNECTIONS.map(async (id) => {
        const read = (end: string) => readFile(at('pipes', `${id}-${side}.${end}`), 'utf8');
        return `${await read('in')}\u0000${await read('out')}`;
      });
      expect(sessions).toEqual((await Promise.all(captured)).sort());
    }
  });

  test('are the versions that package.json has', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(devDependencies).toMatchObject(PINNED);
  });
});

/** What one side sent, as it stands in the recording. */
function crossed(entries: readonly Entry[], from: 'client' | 'server'): string {
  return [...entries]
    .sort((a, b) => a.seq - b.seq)
    .flatMap((entry) =>
      (entry.type === 'message' || entry.type === 'frame') && entry.from === from
        ? [`${entry.text}${entry.eof ? '' : '\n'}`]
        : [],
    )
    .join('');
}

test('with servers that keep every write it finds nothing but what could happen', {
  timeout: 60_000,
}, async () => {
  const server = (name: string) => ({ command: [node, join(ROOT, 'test/kit/servers', name)] });
  const memory = server('memory.mjs');
  // Whoever has the usual port, the demo finds another.
  const other = createServer().on('error', () => {});
  other.listen(4320, '127.0.0.1');
  const servers = { ...{ a: memory, b1: memory, b2: memory }, c: server('files.mjs') };
  await using running = start(await demo('corrected', servers));
  const [line] = await running.says(/^\{.*\}$/m);
  const { scenarios, findings, address = '' }: Told = JSON.parse(line);
  expect(findings.filter(({ tier }) => tier !== 'POTENTIAL')).toEqual([]);
  const [, site, token, run] =
    /^(http:\/\/127\.0\.0\.1:(?!4320\/)\d+)\/#token=([\w-]{43})&go=\/run\/(\w+)$/.exec(address) ??
    [];
  expect(await sessionsOf({ site, token, run })).toEqual([...scenarios[1].sessions].sort());
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  other.close();
  for (const { key, acknowledged, kept } of scenarios) {
    expect({ key, acknowledged, kept }).toEqual({
      key,
      acknowledged: kept,
      kept: key === 'C' ? 10 : 20,
    });
    expect(await onDisk('corrected', key)).toBe(kept);
  }
});

/** The sessions that the page shows of a run. */
async function sessionsOf({ site = '', token = '', run = '' }): Promise<string[] | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const all = (await (await fetch(`${site}/api/workflows`, { headers })).json()) as Workflow[];
  const found = all.flatMap(({ runs }) => runs).find(({ id }) => id === run);
  return found && [...found.sessions].sort();
}

test('its clients get the same answers from the recording alone', { timeout: 60_000 }, async () => {
  const servers: Record<string, { command: string[] }> = {};
  for (const [session, own] of groupBy(recorded, (entry) => entry.session)) {
    const id = connectionOf(crossed(own, 'client'));
    const words = [at('real.tape.jsonl'), '--session', session, '--report', at(`${id}.report`)];
    servers[id] = { command: [node, MAIN, 'replay', 'server', ...words] };
  }
  expect(Object.keys(servers).sort()).toEqual([...CONNECTIONS]);
  const replayed = await play('replayed', servers);
  const counts = ({ scenarios }: Told) =>
    scenarios.map(({ key, acknowledged, kept }) => ({ key, acknowledged, kept }));
  expect(counts(replayed)).toEqual(counts(told));
  expect(answers(await exported('replayed', replayed))).toEqual(answers(recorded));
  for (const id of CONNECTIONS) {
    const report: ReplayReport = JSON.parse(await readFile(at(`${id}.report`), 'utf8'));
    expect({ id, equal: report.equal, misses: report.misses }).toEqual({
      id,
      equal: true,
      misses: [],
    });
  }
});

/** What a client wrote tells which one it was. */
function connectionOf(sent: string): string {
  const marks = { 'note-01': 'a', 'left-01': 'b1', 'right-01': 'b2', 'task 01': 'c' };
  return Object.entries(marks).find(([mark]) => sent.includes(mark))?.[1] ?? 'none';
}

/** Each answer with the question it answers, without the ids and the order that tie them. */
function answers(entries: readonly Entry[]): string[] {
  const messages = entries.flatMap((entry) => (entry.type === 'message' ? [entry] : []));
  const asked = new Map(messages.flatMap(({ session, value }) => questionIn(session, value)));
  return messages
    .flatMap(({ session, from, text, value }) => {
      if (from === 'client') return [];
      const { id } = value as { id?: number };
      return [`${asked.get(`${session} ${id}`)} → ${text.replace(`"id":${id}`, '')}`];
    })
    .sort();
}

function questionIn(session: string, value: unknown): [string, string][] {
  const { id, method, params } = value as { id?: number; method?: string; params?: unknown };
  return method === undefined || id === undefined
    ? []
    : [[`${session} ${id}`, `${method} ${JSON.stringify(params)}`]];
}

test('a proof goes with the sessions that it was made of', async () => {
  const kept = (): Promise<string[]> => readdir(at('real', 'explored'));
  const [first, ...others] = told.scenarios;
  expect((await kept()).length).toBe(3);
  const erase = (sessions: readonly string[]) =>
    wiretape(['rm', ...sessions, '--state', at('real')]);
  expect((await erase(first.sessions)).code).toBe(0);
  expect((await kept()).length).toBe(2);
  await erase(others.flatMap(({ sessions }) => sessions));
  expect(await kept()).toEqual([]);
});
