// `--miss live`: what was not recorded goes to a live server, which the user named, and is told.
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRecording } from '../../model/recording.ts';
import type { ReplayReport, StandInTransport } from '../../replay/index.ts';
import { type Folder, MAIN, start, temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { client, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { capture, type Program, released } from './capture.ts';
import { connect, type Talk } from './clients.ts';

let folder: Folder;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder[Symbol.asyncDispose]());

async function reportIn(file: string): Promise<ReplayReport> {
  return JSON.parse(await readFile(file, 'utf8'));
}

const words = ({ command, args, env = {} }: Program): readonly string[] => [
  'env',
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  command,
  ...args,
];

/** A client of the command, with a live server behind it that says when it is started. */
async function talkTo(name: string, live: Program): Promise<{ talk: Talk; report: string }> {
  const report = at(`${name}.json`);
  const marked = ['sh', '-c', `echo >> ${at(`${name}.started`)}; exec "$@"`, 'sh', ...words(live)];
  const args = ['replay', 'server', at(`${name}.tape.jsonl`), '--miss', 'live', '--report', report];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, ...args, '--', ...marked],
  });
  return { talk: await connect(1, transport as StandInTransport, 'full'), report };
}

const entity = (name: string) => ({
  entities: [{ name, entityType: 'note', observations: ['x'] }],
});

test('the recording answers what it has, and the live server, started then, all else', async () => {
  const memory = released('memory', [], { MEMORY_FILE_PATH: at('recorded.json') });
  const captured = capture('memory', memory);
  const recording = await connect(1, captured.transport);
  const known = await recording.call('create_entities', entity('recorded'));
  await recording.close();
  await writeFile(at('memory.tape.jsonl'), writeRecording(await captured.entries()));

  const live = released('memory', [], { MEMORY_FILE_PATH: at('live.json') });
  const { talk, report } = await talkTo('memory', live);
  expect(await talk.call('create_entities', entity('recorded'))).toEqual(known);
  await expect(access(at('memory.started'))).rejects.toThrow('ENOENT');
  const graphs = [await talk.call('read_graph', {})];
  await talk.call('create_entities', entity('live'));
  graphs.push(await talk.call('read_graph', {}));
  await talk.close();
  // It knows nothing of what the recording answered.
  expect(graphs.map((graph) => JSON.stringify(graph).includes('recorded'))).toEqual([false, false]);
  expect(JSON.stringify(graphs[1])).toContain('live');
  const { misses, live: passed, equal } = await reportIn(report);
  expect(misses).toMatchObject([
    { origin: 'live', reason: 'not-recorded' },
    { origin: 'live', from: 'caller' },
    { origin: 'live' },
  ]);
  expect({ equal, passed }).toEqual({ equal: false, passed: { passedCount: 3, answeredCount: 3 } });
  expect(await readFile(at('memory.started'), 'utf8')).toBe('\n');
});

test('a question of the live server is answered by the client, and clashes with none of the recording', async () => {
  const captured = capture('everything', released('everything'));
  const recording = await connect(1, captured.transport, 'full');
  // The recorded server asks for roots, with an id that the live one will use as well.
  await recording.seen('roots/list', 1);
  await recording.seen('notifications/message', 1);
  await recording.close();
  await writeFile(at('everything.tape.jsonl'), writeRecording(await captured.entries()));

  const { talk, report } = await talkTo('everything', released('everything'));
  await talk.seen('roots/list', 1);
  const sampled = await talk.call('trigger-sampling-request', { prompt: 'hi', maxTokens: 5 });
  expect(JSON.stringify(sampled)).toContain('a sampled answer');
  const progress: unknown[] = [];
  const args = { duration: 0.2, steps: 2 };
  await talk.call('trigger-long-running-operation', args, (step) => progress.push(step));
  await talk.seen('roots/list', 2);
  await talk.close();
  expect(progress.length).toBeGreaterThan(0);
  const { misses, live, differences } = await reportIn(report);
  expect(misses.every(({ origin }) => origin === 'live')).toBe(true);
  expect(differences).toEqual([]);
  expect(live).toEqual({ passedCount: 2, answeredCount: 2 });
});

describe('where the live server is no help', () => {
  const line = (own: number, name: string): string =>
    `${JSON.stringify({ jsonrpc: '2.0', ...toolCall(own, name) })}\n`;
  const small = async (): Promise<string> => {
    const file = at('small.tape.jsonl');
    const steps = [client(toolCall(1, 'a')), server(toolText(1, 'x'))];
    await writeFile(file, writeRecording(tape('small', steps)));
    return file;
  };

  test.each([
    ['does not exist', ['/nonexistent/server'], 'was not found'],
    [
      'ends without an answer',
      [process.execPath, '-e', 'process.stdin.once("data", () => process.exit(7))'],
      'code 7',
    ],
  ] as const)(
    'one that %s: the request is refused, and the recording goes on',
    async (_, command, why) => {
      const report = at('no-help.json');
      const args = ['replay', 'server', await small(), '--miss', 'live', '--report', report];
      await using child = start([...args, '--', ...command]);
      child.child.stdin?.write(line(5, 'b'));
      await child.says(/"id":5,"error"/);
      // Nobody is there any more: told as without a live server.
      child.child.stdin?.end(line(6, 'c') + line(7, 'a'));
      const { stdout } = await child.ended;
      const answers = stdout
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text));
      expect(answers).toMatchObject([
        { id: 5, error: { code: 90404, message: expect.stringContaining(why) } },
        { id: 6, error: { message: expect.stringContaining('has no') } },
        { id: 7, result: {} },
      ]);
      const { misses, live } = await reportIn(report);
      expect(misses.map(({ origin }) => origin)).toEqual(['live', undefined]);
      expect(live).toMatchObject({
        passedCount: 1,
        answeredCount: 0,
        ended: expect.stringContaining(why),
      });
    },
  );

  test('--strict fails, since an answer of today is none of the recording', async () => {
    const reply =
      'process.stdin.once("data", () => console.log(JSON.stringify({jsonrpc:"2.0",id:5,result:{}})))';
    const args = ['replay', 'server', await small(), '--strict', '--miss', 'live', '--'];
    await using child = start([...args, process.execPath, '-e', reply]);
    child.child.stdin?.write(line(1, 'a') + line(5, 'b'));
    await child.says(/"id":5,"result"/);
    child.child.stdin?.end();
    expect(await child.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1 went to the live server'),
    });
  });

  test.each([
    ['without a command', ['--miss', 'live'], 'no-command'],
    ['a command without it', ['--', 'true'], 'wrong-usage'],
  ])('%s is refused', async (_, args, code) => {
    const ran = await wiretape(['replay', 'server', await small(), ...args]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(`[${code}]`) });
  });
});

test('the handshake is the one that the client made, and is made before anything else', async () => {
  const steps = [...opening(), client(toolCall(1, 'a')), server(toolText(1, 'x'))];
  const file = at('handshake.tape.jsonl');
  await writeFile(file, writeRecording(tape('handshake', steps)));
  // Writes down what it hears, and answers every request by its id.
  const program = `
    const lines = require('node:readline').createInterface({ input: process.stdin });
    lines.on('line', (text) => {
      require('node:fs').appendFileSync(process.argv[1], text + '\\n');
      const { id } = JSON.parse(text);
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    });`;
  const heard = at('heard.jsonl');
  await using child = start([
    'replay',
    'server',
    file,
    '--miss',
    'live',
    '--',
    process.execPath,
    '-e',
    program,
    heard,
  ]);
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: { roots: {} },
    clientInfo: { name: 'mine', version: '2' },
  };
  const said = [
    { id: 'i', method: 'initialize', params },
    { method: 'notifications/initialized' },
    toolCall(7, 'b', { big: 1 }),
  ].map((one) => JSON.stringify({ jsonrpc: '2.0', ...one }));
  // A number that JavaScript would round crosses as it was written.
  const exact = (said[2] ?? '').replace('"big":1', '"big":12345678901234567890');
  child.child.stdin?.write(`${said[0]}\n${said[1]}\n${exact}\n`);
  await child.says(/"id":7,"result"/);
  child.child.stdin?.end();
  const { stdout } = await child.ended;
  expect(stdout.match(/"id":"i"/g)).toHaveLength(1);
  expect((await readFile(heard, 'utf8')).trimEnd().split('\n')).toEqual([said[0], said[1], exact]);
});
