// A new version of a server with one changed field, one reordered list and one new id per run: of
// these the stand-in client reports the first, by what control runs of the new version have shown.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { member } from '../../../model/json.ts';
import { type Folder, temporaryFolder } from '../../cli/wiretape.ts';
import { capture } from '../../kit/capture.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { type Bench, createBench, fixture } from './kit.ts';

let folder: Folder;
let bench: Bench;
let recording: string;
let runs: string;

const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];

beforeAll(async () => {
  folder = await temporaryFolder();
  bench = createBench(folder.path);
  runs = bench.at('runs');
  const [, script = '', ...args] = fixture('notes', '--runs', runs);
  const notes = await capture({
    name: 'notes',
    session: '01N0TES0000000000000000000',
    script,
    args,
  });
  const created = await notes.call('create_note', { title: 'plan', labels });
  const text = String(member((member(created, 'content') as unknown[])[0], 'text'));
  await notes.call('read_note', { id: JSON.parse(text).id });
  await notes.call('count_notes');
  await notes.close();
  recording = await bench.record('notes', notes.entries);
});

afterAll(() => folder[Symbol.asyncDispose]());

test('reports exactly the changed field, and exits with 1', async () => {
  const second = fixture('notes', '--runs', runs, '--second');
  const { code, stdout, report } = await bench.replay(recording, ['--control', '2'], second);
  expect(report.differences).toEqual([
    {
      class: 'value',
      entry: expect.stringMatching(/^01N0TES/),
      method: 'tools/call',
      subject: 'create_note',
      pointer: '/result/content/0/text#/state',
      recorded: '"draft"',
      live: '"new"',
    },
  ]);
  expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('"draft"') });
  expect(report).toMatchObject({
    controlRuns: 2,
    unmaskable: [],
    coverage: { recorded: 5, sent: 5, compared: 5 },
    masks: [
      { mask: 'create_note:/result/content/*/text#/id=uuid', origin: 'learned', uses: 0 },
      { mask: 'create_note:/result/content/*/text#/labels=set', origin: 'learned', uses: 1 },
      { mask: 'read_note:/result/content/*/text#/id=uuid', origin: 'learned', uses: 0 },
    ],
    // The id flows into the next call, and was sent as the server minted it this time.
    rebound: [{ recorded: expect.any(String), live: expect.any(String) }],
  });
});

test('finds nothing in the version that was recorded, with learned or with declared masks', async () => {
  const first = fixture('notes', '--runs', runs);
  const learned = await bench.replay(recording, ['--control', '2', '--strict'], first);
  expect(learned).toMatchObject({ code: 0, report: { equal: true, differences: [] } });
  const mask = 'create_note:/result/content/*/text#/labels=set';
  const declared = await bench.replay(recording, ['--mask', mask], first);
  expect(declared).toMatchObject({ code: 0, report: { equal: true, controlRuns: 0 } });
});

test('without masks the order of the list is told too, the id never, since it is rebound', async () => {
  const first = fixture('notes', '--runs', runs);
  const { code, report } = await bench.replay(recording, [], first);
  expect(code).toBe(1);
  expect(report.differences).toMatchObject([
    { class: 'order', pointer: '/result/content/0/text#/labels' },
  ]);
});

test('over HTTP as over stdio, from the same recording', async () => {
  const [command = '', ...args] = fixture('notes', '--runs', runs, '--second', '--http');
  const server = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [address] = await once(createInterface({ input: server.stdout }), 'line');
    const mask = 'create_note:/result/content/*/text#/labels=set';
    const { code, report } = await bench.replay(recording, ['--url', address, '--mask', mask], []);
    expect(code).toBe(1);
    // The server keeps its notes, so that their number is another one only the second time.
    expect(report.differences).toMatchObject([{ pointer: '/result/content/0/text#/state' }]);
    const again = await bench.replay(recording, ['--url', address, '--mask', mask], []);
    expect(again.report.differences).toMatchObject([
      { pointer: '/result/content/0/text#/state' },
      { pointer: '/result/content/0/text#/count', recorded: '1', live: '2' },
    ]);
  } finally {
    server.kill('SIGKILL');
  }
});

test('a value that would be two values is not sent: it is told, with the code 2', async () => {
  const id = 'c0ffee00-1111-4222-8333-444455556666';
  const note = JSON.stringify({ id, title: 'plan', state: 'draft', labels: [] });
  const make = (at: number) => [
    client(toolCall(at, 'create_note', { title: 'plan', labels: [] })),
    server(toolText(at, note)),
  ];
  const read = client(toolCall(3, 'read_note', { id }));
  const twice = await bench.record(
    'twice',
    tape('twice', [...opening(), ...make(1), ...make(2), read]),
  );
  const ran = await bench.run([twice, '--', ...fixture('notes', '--runs', runs)]);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(
    /The recorded value "c0ffee00-.*" is both ".*" and ".*" in the live run/,
  );
  expect(ran.stderr).toContain('[ambiguous-value]');
});
