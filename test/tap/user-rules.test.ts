// Invariant: what a user adds to the rules of redaction reaches no file of ours, wherever it stands; and when his rules
// cannot be read, no text does, while the traffic passes as it came.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { InMemoryTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SessionEntry } from '../../model/entry.ts';
import { RULES } from '../../model/secrets.ts';
import { tapTransport } from '../../tap/index.ts';
import { built, ROOT } from '../kit/built.ts';
import { ask, bodyOf, tapAt, upstream } from './http/kit.ts';
import { inOrder, journal, outcome, type Ran, start, tapped, temporaryFolder } from './kit.ts';

const CONFIG = 'wiretape.config.jsonc';

const USERS = `{
  // Everything that its user runs.
  "redaction": {
    "names": ["internalId"],
    "shapes": [{ "type": "acme-key", "shape": "acme_[a-z0-9]{16}" }],
    "variables": ["MY_CODE"],
  },
}
`;
const PROJECTS = '{ "redaction": { "names": ["pin"] } }';

/** A secret of the user's shape; its middle is what must be nowhere. */
const shaped = (mark: string): string => `acme_canary${mark}${'0'.repeat(10 - mark.length)}`;

async function bytesBelow(folder: string): Promise<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  const texts = files.map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

const canaries = (text: string): string[] => text.match(/canary-?[a-z0-9]/g) ?? [];

/** A state folder and a project beside it, with these configurations. */
async function folders({ users = USERS, projects = PROJECTS } = {}) {
  const folder = await temporaryFolder();
  const [state, project] = [join(folder, 'state'), join(folder, 'project')];
  await mkdir(state, { mode: 0o700 });
  await mkdir(project);
  if (users !== '') await writeFile(join(state, CONFIG), users);
  if (projects !== '') await writeFile(join(project, CONFIG), projects);
  return { state, project };
}

/** Runs a tap in a folder, and sends it its input in pieces of this size. */
async function runIn(
  folder: string,
  command: readonly string[],
  { input, env = {}, piece = 100 }: { input: string; env?: Record<string, string>; piece?: number },
): Promise<Ran> {
  const child = start(['sh', '-c', 'cd "$0" && exec "$@"', folder, ...command], env);
  const ended = outcome(child);
  for (let at = 0; at < input.length; at += piece) {
    if (!child.stdin.write(input.slice(at, at + piece)))
      await new Promise((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  return await ended;
}

function message(id: number, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`;
}

const pad = 'lorem ipsum '.repeat(8000);

/** Everywhere in messages: as an argument, deep in strings, in an address, under a name, in a large line. */
const INPUT = [
  { text: `see ${shaped('a')} there` },
  { text: JSON.stringify({ inner: JSON.stringify({ more: shaped('b') }) }) },
  { uri: `https://host.example/a?q=${shaped('c')}&internal_id=canary-d1` },
  { internalId: 'canary-e1', list: { 'customer-internal-id': ['canary-f1'] } },
  { text: JSON.stringify({ internal_id: 'canary-g1', pin: 'canary-h1' }), pin: 471_147 },
  { text: 'the canary-code of ours' },
  { pad, text: shaped('i'), internalId: 'canary-j1', code: 'canary-code' },
  { pad, text: `INTERNAL_ID=canary-k1\\nPIN=canary-l1` },
]
  .map((params, id) => message(id, params))
  .join('');

const SCRIPT = `echo "using ${shaped('m')} and canary-code" >&2; exec cat`;

async function tapIn(state: string, project: string, options: readonly string[] = []) {
  const words = ['sh', '-c', SCRIPT, 'sh', '--internal-id', 'canary-n1', `--pin=canary-o1`];
  const command = await tapped([...words, shaped('p')], { state, options });
  return await runIn(project, command, { input: INPUT, env: { MY_CODE: 'canary-code' } });
}

test('over stdio: messages, strings in strings, addresses, names, arguments, environment, standard error', async () => {
  const { state, project } = await folders();
  const options = ['--record', join(state, 'a.tape.jsonl')];
  const { stdout, stderr, code } = await tapIn(state, project, options);
  expect(code).toBe(0);
  expect(stdout.toString()).toBe(INPUT);
  expect(stderr.toString()).toBe(`using ${shaped('m')} and canary-code\n`);
  const written = await bytesBelow(state);
  expect(canaries(written)).toEqual([]);
  expect(written).not.toContain('471147');
  // In the journal and in the recording, both ways: all messages are there.
  expect(written.split('"tools/call"')).toHaveLength(1 + 4 * 8);
  const { entries } = await journal(state);
  expect(entries.filter(({ type }) => type === 'message')).toHaveLength(16);
  const { redaction, capture } = inOrder(entries)[0] as SessionEntry;
  expect(redaction.rules).toMatch(/^default\/\d+\+user:[0-9a-f]{8}$/);
  expect(capture).toBe('redacted');
});

test('over HTTP: bodies, streams, headers, queries', async () => {
  const { state } = await folders();
  const far = await upstream(async (request, response) => {
    const body = await bodyOf(request);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-internal-id': 'canary-a1' });
    response.write('data: ');
    response.write(body.subarray(0, 70), () => response.end(`${body.subarray(70)}\n\n`));
  });
  const tap = await tapAt(far.url, state);
  const text = message(1, { text: shaped('b'), internalId: 'canary-c1' }).trim();
  const { status, body } = await ask(`${tap.url}?internal_id=canary-d1&q=${shaped('e')}`, {
    headers: { 'internal-id': 'canary-f1', 'x-other': shaped('g') },
    body: [text.slice(0, 60), text.slice(60)],
  });
  expect([status, body.toString()]).toEqual([200, `data: ${text}\n\n`]);
  expect(await tap.end()).toBe(0);
  const written = await bytesBelow(state);
  expect(canaries(written)).toEqual([]);
  expect(written).toContain('"tools/call"');
  expect(written).toContain('<secret:acme-key:');
});

test('inside a program, as an option', async () => {
  const { state } = await folders({ users: '' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const tapped = tapTransport(near, {
    name: 'x',
    side: 'client',
    state,
    redaction: {
      names: ['internalId'],
      shapes: [{ type: 'acme-key', shape: 'acme_[a-z0-9]{16}' }],
    },
  });
  await far.start();
  await tapped.start();
  const params = { text: shaped('a'), internalId: 'canary-b1', pad: `${pad}${shaped('c')}` };
  await tapped.send({ jsonrpc: '2.0', id: 1, method: 'x', params });
  await tapped.close();
  const written = await bytesBelow(state);
  expect(canaries(written)).toEqual([]);
  expect(written).toContain('<secret:field:');
});

describe('rules that cannot be read', () => {
  const broken: readonly (readonly [what: string, text: string, said: RegExp])[] = [
    [
      'a shape that may take for ever',
      '{\n  "redaction": {\n    "shapes": [{ "type": "x", "shape": "(a+)+b" }]\n  }\n}',
      /wiretape\.config\.jsonc, line 3, column 40: the shape x cannot be used: it repeats \(a\+\)\+ without an end/,
    ],
    ['a key that is misspelt', '{ "redactoin": {} }', /line 1, column 16: redactoin is not known/],
    ['no JSON', '{ "redaction": ', /line 1, column \d+: value expected\./],
    ['no object', '[]', /line 1, column 1: no object\./],
  ];
  test.each(broken)('%s: the traffic passes, and no text of it is kept', async (_, users, said) => {
    const { state, project } = await folders({ users });
    const { stdout, stderr, code } = await tapIn(state, project);
    expect([code, stdout.toString()]).toEqual([0, INPUT]);
    expect(stderr.toString()).toMatch(said);
    expect(stderr.toString().match(/\[config-invalid\]\n/g)).toHaveLength(1);
    const { entries, lines } = await journal(state);
    expect(canaries(lines.join('\n'))).toEqual([]);
    const head = inOrder(entries)[0] as SessionEntry;
    expect([head.capture, head.redaction.rules]).toEqual(['metadata', 'unknown']);
    expect(head.launch?.args.every((arg) => /<secret:\w+:[0-9a-f]{8}>$/.test(arg))).toBe(true);
  });

  test('a file that is a folder, and a project that allows something', async () => {
    const { state, project } = await folders({ users: '', projects: '' });
    await mkdir(join(state, CONFIG));
    const { stderr } = await tapIn(state, project);
    expect(stderr.toString()).toMatch(/wiretape\.config\.jsonc cannot be read: it is no file\./);
    const projects = '{ "redaction": { "allow": { "types": ["github"] } } }';
    const other = await folders({ users: '', projects });
    const ran = await tapIn(other.state, other.project);
    expect(ran.stderr.toString()).toContain('only the configuration in the state folder may say');
  });

  test('`--capture raw` keeps what it was asked for, and hides the arguments', async () => {
    const { state, project } = await folders({ users: '{ "x": 1 }' });
    const { stdout } = await tapIn(state, project, ['--capture', 'raw']);
    expect(stdout.toString()).toBe(INPUT);
    const { entries } = await journal(state);
    expect(canaries(JSON.stringify(inOrder(entries)[0]))).toEqual([]);
    expect(entries.filter(({ type }) => type === 'message')).toHaveLength(16);
  });

  test('in a program: said, and no text is kept', async () => {
    const { state } = await folders({ users: '' });
    const said: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
    onTestFinished(() => {
      process.stderr.write = write;
    });
    const [near, far] = InMemoryTransport.createLinkedPair();
    const redaction = { shapes: [{ type: 'x', shape: 'a+b' }] };
    const tapped = tapTransport(near, { name: 'x', side: 'client', state, redaction });
    await far.start();
    await tapped.start();
    await tapped.send({ jsonrpc: '2.0', id: 1, method: 'canary-1' });
    await tapped.close();
    expect(said.join('')).toContain('The option redaction.shapes.0.shape of a tap: the shape x');
    expect(canaries(await bytesBelow(state))).toEqual([]);
  });
});

describe('the commands', () => {
  const wiretape = async (...words: string[]): Promise<Ran> =>
    await runIn('/', [process.execPath, await built(), ...words], { input: '' });

  test('`validate` says what a configuration holds, and what is wrong with it', async () => {
    const { state, project } = await folders();
    const manual = await readFile(join(ROOT, 'docs/redaction.md'), 'utf8');
    await writeFile(join(state, CONFIG), /```jsonc\n([\s\S]*?)```/.exec(manual)?.[1] ?? '');
    const valid = await wiretape('validate', join(state, CONFIG), '--state', state);
    expect([valid.code, valid.stderr.toString()]).toEqual([0, '']);
    expect(valid.stdout.toString()).toContain('valid, names: 1, shapes: 1, variables: 1');
    await writeFile(join(project, CONFIG), '{\n  "redaction": { "allow": {} }\n}');
    const invalid = await wiretape('validate', join(project, CONFIG), '--state', state, '--json');
    expect(invalid.code).toBe(2);
    expect(JSON.parse(invalid.stdout.toString())).toMatchObject({
      error: {
        code: 'config-invalid',
        detail: expect.stringMatching(/, line 2, column 27: only the configuration in the state/),
      },
    });
  });

  test.each([
    ['', 1, 1, 'it is empty: write {}, or remove it'],
    ['// nothing yet\n', 1, 1, 'it is empty: write {}, or remove it'],
    ['{"redaction":{},\n "redaction":{}}', 2, 2, 'redaction stands there twice'],
    ['{"redaction":{"names":["a"],\n"names":["b"]}}', 2, 1, 'names stands there twice'],
  ])('`validate` refuses %j', async (text, line, column, reason) => {
    const { state } = await folders();
    await writeFile(join(state, CONFIG), text);
    const { code, stderr } = await wiretape('validate', join(state, CONFIG), '--state', state);
    expect(code).toBe(2);
    expect(stderr.toString()).toContain(`, line ${line}, column ${column}: ${reason}.`);
    expect(stderr.toString()).toMatch(/\[config-invalid\]\n$/);
  });

  test('`wrap` puts no tap in place whose rules cannot be read', async () => {
    const { state } = await folders({ users: '{ "x": 1 }' });
    const { code, stderr } = await wiretape('wrap', '--all', '--dry-run', '--state', state);
    expect(code).toBe(2);
    expect(stderr.toString()).toMatch(
      /line 1, column 8: x is not known here.*\[config-invalid\]\n$/,
    );
  });

  test('`wiretape` alone says that nothing but sizes and times is recorded', async () => {
    const { state } = await folders({ users: '{ "x": 1 }' });
    const { code, stdout } = await wiretape('--state', state);
    expect([code, stdout.toString()]).toEqual([
      0,
      expect.stringMatching(/line 1, column 8: x is not known here.*no texts\. \[config-invalid\]/),
    ]);
    await writeFile(join(state, CONFIG), '{}');
    expect((await wiretape('--state', state)).stdout.toString()).not.toContain('config');
  });
});

test('without a configuration nothing is added', async () => {
  const { state, project } = await folders({ users: '', projects: '' });
  await tapIn(state, project);
  const { entries } = await journal(state);
  expect((inOrder(entries)[0] as SessionEntry).redaction.rules).toBe(RULES);
});
