// `wiretape replay server` as hosts start it: the built program, in the place of the real server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../model/canonical.ts';
import type { Entry } from '../../model/entry.ts';
import { member } from '../../model/json.ts';
import { writeRecording } from '../../model/recording.ts';
import type { MessageRef } from '../../model/session.ts';
import { viewsOf } from '../../model/view.ts';
import type { ReplayReport, StandInTransport } from '../../replay/index.ts';
import { type Folder, MAIN, start, temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { client, exit, frame, gap, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { capture } from './capture.ts';
import { connect } from './clients.ts';
import { plain, type Recorded, recordScenarios } from './scenarios.ts';

let folder: Folder;
let recordings: readonly Recorded[];
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  recordings = await recordScenarios();
  await writeFile(
    at('all.tape.jsonl'),
    writeRecording(recordings.flatMap(({ entries }) => entries)),
  );
});

afterAll(() => folder[Symbol.asyncDispose]());

describe('in the place of the real server', () => {
  test.each([
    ['everything', 1],
    ['everything', 2],
    ['memory', 1],
    ['filesystem', 2],
  ] as const)('%s, to a client of SDK %i', async (name, version) => {
    const report = at(`${name}-${version}.json`);
    const args = ['replay', 'server', at('all.tape.jsonl'), '--session', name, '--report', report];
    const Stdio = version === 1 ? StdioV1 : StdioV2;
    const transport = new Stdio({ command: process.execPath, args: [MAIN, ...args] });
    const recorded = recordings.find(({ scenario }) => scenario.name === name);
    const talk = await connect(version, transport as StandInTransport, recorded?.scenario.ability);
    const results = plain(await recorded?.scenario.run(talk));
    await talk.close();
    // Which progress a client of the SDKs notices depends on how it reads; that it was sent stands in the report.
    expect(withoutProgress(results)).toEqual(withoutProgress(recorded?.results ?? []));
    expect(await reportIn(report)).toMatchObject({ equal: true, misses: [], withheld: [] });
  });
});

// Seen from outside: what crosses between a client and the stand-in, taken apart by the session
// machine and not by the player, is what crossed between the client and the server.
test('T5: a recording of the replay holds what the recording holds', async () => {
  for (const { scenario, entries } of recordings) {
    const args = ['replay', 'server', at('all.tape.jsonl'), '--session', scenario.name];
    const again = capture(scenario.name, { command: process.execPath, args: [MAIN, ...args] });
    const talk = await connect(1, again.transport, scenario.ability);
    await scenario.run(talk);
    await talk.close();
    expect(contentOf(await again.entries())).toEqual(contentOf(entries));
  }
});

/** Calls with their outcomes, and notifications, without ids and in an order of their own. */
function contentOf(entries: readonly Entry[]): string[] {
  const [view] = viewsOf(entries);
  if (!view) throw new Error('nothing was recorded');
  const said = (ref: MessageRef | undefined, ...path: string[]) =>
    ref && member(view.value(ref), ...path);
  const calls = view.session.calls.map(({ from, method, request, response, progress = [] }) => ({
    from,
    method,
    asked: [said(request, 'params', 'name'), said(request, 'params', 'arguments')],
    told: progress.map((ref) => said(ref, 'params', 'progress')),
    answered: [said(response, 'result'), said(response, 'error')],
  }));
  const notifications = view.session.notifications.map(({ from, method, ref }) => ({
    from,
    method,
    data: said(ref, 'params', 'data'),
  }));
  return [...calls, ...notifications].map(canonicalJson).sort();
}

function withoutProgress(results: readonly unknown[]): readonly unknown[] {
  return Array.isArray(results.at(-1)) ? results.slice(0, -1) : results;
}

async function reportIn(file: string): Promise<ReplayReport> {
  return JSON.parse(await readFile(file, 'utf8'));
}

const call = (id: number, name: string): string =>
  `${JSON.stringify({ jsonrpc: '2.0', ...toolCall(id, name) })}\n`;

async function small(name: string, ...steps: Parameters<typeof tape>[1]): Promise<string> {
  const launch = { command: '/bin/sh', args: ['-c', `touch ${at('touched')}`], env: {} };
  const file = at(`${name}.tape.jsonl`);
  await writeFile(file, writeRecording(tape(name, steps, { head: { launch } })));
  return file;
}

const asked = [client(toolCall(1, 'a')), server(toolText(1, 'x'))] as const;

test('--strict: 0 for what was recorded, 1 for anything else, and the report says what', async () => {
  const file = await small('strict', ...asked, exit(0));
  for (const [said, code] of [
    [call(7, 'a'), 0],
    [call(7, 'a') + call(8, 'b'), 1],
    ['', 1],
  ] as const) {
    const report = at(`strict-${code}.json`);
    await using child = start(['replay', 'server', file, '--strict', '--report', report]);
    child.child.stdin?.end(said);
    const ended = await child.ended;
    expect(ended.code).toBe(code);
    expect(
      ended.stdout
        .split('\n')
        .filter((line) => line !== '')
        .map(idOf),
    ).toEqual(
      said
        .split('\n')
        .filter((line) => line !== '')
        .map(idOf),
    );
    expect(await reportIn(report)).toMatchObject({ name: 'strict', equal: code === 0 });
  }
});

function idOf(line: string): unknown {
  return JSON.parse(line).id;
}

test('without --strict a miss is told on stderr, and the code is 0', async () => {
  const file = await small('loose', ...asked);
  await using child = start(['replay', 'server', file]);
  child.child.stdin?.end(call(1, 'b'));
  const { code, stderr } = await child.ended;
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('the recording has no such tools/call b; the nearest is'),
  });
});

test('--miss exit: the first miss ends it with 1, and stderr names it', async () => {
  const file = await small('exit', ...asked);
  const report = at('exit.json');
  await using child = start(['replay', 'server', file, '--miss', 'exit', '--report', report]);
  child.child.stdin?.write(call(1, 'b'));
  const { code, stdout, stderr } = await child.ended;
  expect({ code, stdout, stderr }).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('90404'),
    stderr: expect.stringContaining('the recording has no such tools/call b'),
  });
  expect(await reportIn(report)).toMatchObject({ misses: [{ reason: 'not-recorded' }] });
});

test('--mask: another value of the class is answered, told, and fails --strict', async () => {
  const added = (own: number) => toolCall(own, 'add', { key: own });
  const file = await small('masked', client(added(1)), server(toolText(1, 'x')));
  const report = at('masked.json');
  const mask = 'add:/params/arguments/key=int';
  await using child = start([
    'replay',
    'server',
    file,
    '--strict',
    '--mask',
    mask,
    '--report',
    report,
  ]);
  child.child.stdin?.end(`${JSON.stringify({ jsonrpc: '2.0', ...added(5) })}\n`);
  expect(await child.ended).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"text":"x"'),
    stderr: expect.stringContaining('1 only nearly as recorded'),
  });
  expect(await reportIn(report)).toMatchObject({ misses: [], degraded: [{ class: 'int' }] });
});

test('--fault: a delayed answer comes last, a dropped one never, and all else as recorded', async () => {
  const names = ['slow', 'lost', 'quick'];
  const steps = [
    ...names.map((name, own) => client(toolCall(own, name))),
    ...names.map((name, own) => server(toolText(own, name))),
  ];
  const file = await small('faults', ...steps);
  const report = at('faults.json');
  const args = ['--fault', 'delay@slow:20-60', '--fault', 'drop@lost', '--seed', '7'];
  await using child = start(['replay', 'server', file, '--strict', ...args, '--report', report]);
  child.child.stdin?.end(names.map((name, own) => call(own, name)).join(''));
  const { code, stdout } = await child.ended;
  expect({ code, ids: stdout.trimEnd().split('\n').map(idOf) }).toEqual({ code: 0, ids: [2, 0] });
  expect((await reportIn(report)).faults).toMatchObject([
    { fault: 'delay@slow:20-60' },
    { fault: 'drop@lost' },
  ]);
});

test('--placement causal: a log message waits for the last message before it only', async () => {
  const log = server({ method: 'notifications/message', params: { level: 'info', data: 'b' } });
  const file = await small('causal', client(toolCall(1, 'a')), client(toolCall(2, 'b')), log);
  for (const [placement, text] of [
    ['observed', ''],
    ['causal', 'notifications/message'],
  ] as const) {
    await using child = start(['replay', 'server', file, '--placement', placement]);
    child.child.stdin?.end(call(2, 'b'));
    expect((await child.ended).stdout).toMatch(text === '' ? /^$/ : text);
  }
});

test.each([
  ['its own code', exit(3), [], 3],
  ['the code of a fault', exit(0), ['--fault', 'close@a:7'], 7],
  ['1 when a fault has none', exit(0), ['--fault', 'close@a'], 1],
] as const)(
  'the end of the server is the end, with the client still there: %s',
  async (_, end, more, code) => {
    const answer = code === 3 ? [] : [server(toolText(1, 'x'))];
    const file = await small('crash', client(toolCall(1, 'a')), ...answer, end);
    const report = at('crash.json');
    await using child = start(['replay', 'server', file, '--strict', '--report', report, ...more]);
    child.child.stdin?.write(call(1, 'a'));
    expect(await child.ended).toMatchObject({ code, stdout: '', stderr: '' });
    expect(await reportIn(report)).toMatchObject({ equal: true });
  },
);

describe('what is not written any more when it is told to end', () => {
  const late = ['--fault', 'delay@a:600000'];
  test.each(['SIGTERM', 'SIGINT'] as const)('%s gives up a late answer', async (signal) => {
    const file = await small('late', ...asked, client(toolCall(2, 'b')), server(toolText(2, 'y')));
    const report = at('late.json');
    await using child = start(['replay', 'server', file, '--report', report, ...late]);
    child.child.stdin?.write(call(1, 'a') + call(2, 'b'));
    await child.says(/"y"/);
    child.child.kill(signal);
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(await reportIn(report)).toMatchObject({ equal: true });
  });

  test('so does the end of the client', async () => {
    const file = await small('late', ...asked);
    await using child = start(['replay', 'server', file, ...late]);
    child.child.stdin?.end(call(1, 'a'));
    expect(await child.ended).toMatchObject({ code: 0, stdout: '' });
  });

  test('SIGTERM gives up an answer that nobody reads', async () => {
    const long = 'x'.repeat(4_000_000);
    const file = await small('unread', client(toolCall(1, 'a')), server(toolText(1, long)));
    const report = at('unread.json');
    const args = [MAIN, 'replay', 'server', file, '--report', report];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    child.stdin.write(call(1, 'a'));
    // It has begun to write, and is not read any further.
    await once(child.stdout, 'readable');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await reportIn(report)).toMatchObject({ equal: true });
    child.stdout.destroy();
  });
});

test('a signal ends it with its report', async () => {
  const file = await small('signal', ...asked);
  const report = at('signal.json');
  await using child = start(['replay', 'server', file, '--report', report]);
  child.child.stdin?.write(call(1, 'a'));
  await child.says(/"x"/);
  child.child.kill('SIGTERM');
  expect(await child.ended).toMatchObject({ code: 0 });
  expect(await reportIn(report)).toMatchObject({ equal: true });
});

test.each([
  ['several sessions and no name', ['all.tape.jsonl'], 'ambiguous-session'],
  ['a name that nobody has', ['all.tape.jsonl', '--session', 'nobody'], 'unknown-session'],
  ['T8: a recording without messages', ['metadata.tape.jsonl'], 'incomplete-recording'],
  [
    'T8: a recording with a gap, when strict',
    ['gap.tape.jsonl', '--strict'],
    'incomplete-recording',
  ],
  [
    'T8: a recording over the cap, when strict',
    ['cut.tape.jsonl', '--strict'],
    'incomplete-recording',
  ],
  [
    'T8: a recording with lines of metadata, when strict',
    ['bare.tape.jsonl', '--strict'],
    'incomplete-recording',
  ],
  ['a mask that covers nothing', ['cut.tape.jsonl', '--mask', 'b:/params/x=int'], 'mask-refused'],
  ['a fault that names no call', ['cut.tape.jsonl', '--fault', 'drop@b'], 'fault-refused'],
  ['a seed that is no number', ['cut.tape.jsonl', '--seed', 'x'], 'wrong-usage'],
  [
    'a report that cannot be written',
    ['gap.tape.jsonl', '--report', 'no/such/folder'],
    'unwritable-folder',
  ],
] as const)('refused with 2: %s', async (_, args, code) => {
  await small('gap', gap(2));
  const sha256 = 'ab'.repeat(32);
  await small('cut', ...asked, frame('server', { why: 'over-cap', text: '{', bytes: 9e7, sha256 }));
  await small('bare', ...asked, frame('server', { why: 'metadata-only', bytes: 20 }));
  const metadata = tape('metadata', [], { head: { capture: 'metadata' } });
  await writeFile(at('metadata.tape.jsonl'), writeRecording(metadata));
  const ran = await wiretape(['replay', 'server', ...args], { cwd: folder.path });
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`[${code}]`) });
});

test('of two sessions of one name, one is chosen by its id', async () => {
  const file = at('twice.tape.jsonl');
  const other = tape('twice', asked, { id: '0TW1CE00000000000000000002' });
  await writeFile(file, writeRecording([...tape('twice', asked), ...other]));
  const ran = await wiretape(['replay', 'server', file, '--session', 'twice']);
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('Give the id of one') });
});

describe('T8: a file that is not whole is played, and refused when strict', () => {
  const lines = (text: string) => text.split('\n');
  test.each([
    ['lines were taken out', (text: string) => lines(text).toSpliced(2, 1).join('\n')],
    ['it ends in mid-line', (text: string) => text.slice(0, text.lastIndexOf('"seq":3'))],
    ['a line is no entry', (text: string) => lines(text).with(2, '!').join('\n')],
    ['it was changed', (text: string) => text.replace('"text":"x"', '"text":"y"')],
  ])('%s', async (_, spoil) => {
    const whole = await readFile(await small('whole', ...asked, exit(0)), 'utf8');
    const file = at('spoiled.tape.jsonl');
    await writeFile(file, spoil(whole));
    const nobody = ['--', process.execPath, '-e', ''];
    for (const [words, client] of [
      [['replay', 'server', file], []],
      [['replay', 'workflow', file, '--state', at('state')], nobody],
    ] as const) {
      const strict = await wiretape([...words, '--strict', ...client]);
      expect(strict).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('[incomplete-recording]'),
      });
      expect((await wiretape([...words, ...client])).code).not.toBe(2);
    }
  });
});

test('nothing that a recording names was run', async () => {
  await expect(access(at('touched'))).rejects.toThrow('ENOENT');
});
