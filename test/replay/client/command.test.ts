// `wiretape replay client` as its users run it: one call, secrets, a new recording, and what it refuses.
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readRecording, writeRecording } from '../../../model/recording.ts';
import { viewsOf } from '../../../model/view.ts';
import { type Folder, start, temporaryFolder, wiretape } from '../../cli/wiretape.ts';
import { client, gap, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { bodyOf, upstream } from '../../tap/http/kit.ts';
import { type Bench, createBench, fixture } from './kit.ts';

let folder: Folder;
let bench: Bench;
const echo = fixture('echo');

beforeAll(async () => {
  folder = await temporaryFolder();
  bench = createBench(folder.path);
  const launch = { command: '/bin/sh', args: ['-c', `touch ${bench.at('touched')}`], env: {} };
  await bench.record(
    'echo',
    tape(
      'echo',
      [
        ...opening({ server: 'echo' }),
        client(toolCall(1, 'echo', { text: 'one' })),
        server(toolText(1, '{"text":"one"}')),
        client(toolCall(2, 'echo', { text: 'two' })),
        server(toolText(2, '{"text":"another"}')),
        client(toolCall(3, 'login', { password: '<secret:field:1a2b3c4d>' })),
        server(toolText(3, '{"password":"<secret:field:1a2b3c4d>"}')),
        client(toolCall(4, 'ask')),
        server({ id: 'q', method: 'roots/list' }),
      ],
      { head: { launch } },
    ),
  );
});

afterAll(() => folder[Symbol.asyncDispose]());

const REC = 'echo.tape.jsonl';

describe('--only', () => {
  test.each(['01ECH0…:6', 'echo#2'])(
    '%s: one call, its answer beside the recorded one, and the code 1',
    async (word) => {
      const { code, stdout } = await bench.run([REC, '--only', word, '--', ...echo]);
      expect(stdout.split('\n').slice(0, 3)).toEqual([
        '01ECH000000000000000000000:6',
        String.raw`  recorded  {"content":[{"type":"text","text":"{\"text\":\"another\"}"}]}`,
        String.raw`  live      {"content":[{"type":"text","text":"{\"text\":\"two\"}"}]}`,
      ]);
      expect(stdout).toContain(
        'value  01ECH000000000000000000000:6  tools/call  echo  /result/content/0/text#/text',
      );
      expect(code).toBe(1);
    },
  );

  test('an answer as recorded ends with 0', async () => {
    const ran = await bench.run([REC, '--only', 'echo', '--json', '--', ...echo]);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      equal: true,
      only: '01ECH000000000000000000000:4',
      coverage: { sent: 1, compared: 1 },
    });
  });

  test('a call that waits for the client, named by the question: as in the recording, and why', async () => {
    const ran = await bench.run([REC, '--only', ':11', '--timeout', '4', '--', ...echo]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain(
      'Not compared: as recorded: no answer in 4 s; the server waits for the answer to roots/list, which the recording does not have.',
    );
  });
});

test('a secret that the server says stands in no output, however long the text around it is', async () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const text = (end: string) => `${'x'.repeat(300)} ${secret} and ${end.repeat(300)}`;
  // They begin to differ so soon behind the secret that what is shown would begin inside it.
  const recorded = tape('secret', [
    ...opening({ server: 'echo' }),
    client(toolCall(1, 'echo', { text: text('y') })),
    server(toolText(1, JSON.stringify({ text: text('z') }))),
  ]);
  const file = await bench.record('secret', recorded);
  const ran = await bench.replay(file, ['--only', 'echo'], echo);
  expect(ran.report.differences.map(({ class: name }) => name)).toEqual(['value']);
  expect(JSON.stringify(ran)).not.toMatch(/a1B2a1B2|ghp_/);
});

describe('a redacted value', () => {
  const only = [REC, '--only', 'login'];

  test('is taken from the environment, never shown, and agrees with what the server says of it', async () => {
    const secret = ['--secret', 'password=MY_PASSWORD'];
    const ran = await bench.replay(only[0] ?? '', [...only.slice(1), ...secret, '--strict'], echo, {
      MY_PASSWORD: 'correct horse',
    });
    expect(ran).toMatchObject({ code: 0, stderr: '', report: { equal: true, redacted: [] } });
    expect(JSON.stringify(ran)).not.toContain('correct horse');
  });

  test('that stands nowhere is said, and only that', async () => {
    const both = ['--secret', 'password=P', '--secret', 'nope=P'];
    const ran = await bench.run([...only, ...both, '--', ...echo], { P: 'correct horse' });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toBe(
      'wiretape: --secret nope: nothing that is sent was redacted as that.\n',
    );
  });

  test('that nobody gave is sent as it stands, and that is said', async () => {
    const ran = await bench.run([...only, '--', ...echo]);
    expect(ran.stderr).toContain(
      'password in 01ECH000000000000000000000:8 is <secret:field:1a2b3c4d>',
    );
    expect(ran.stderr).toContain('--secret password=VARIABLE');
    expect(ran.code).toBe(0);
  });
});

test('--update writes what the server says now, by a tap; another file is left alone', async () => {
  const fresh = bench.at('fresh.tape.jsonl');
  const options = ['--update', fresh, '--secret', 'password=P'];
  const { report } = await bench.replay(REC, options, echo, { P: 'correct horse' });
  const recording = readRecording(await readFile(fresh));
  if (!recording.ok) throw new Error(recording.detail);
  const [view] = viewsOf(recording.entries);
  expect(view?.session.head).toMatchObject({ name: 'echo', transport: 'stdio', fidelity: 'bytes' });
  expect(view?.session.calls.map(({ method }) => method)).toEqual([
    'initialize',
    ...Array(4).fill('tools/call'),
    'roots/list',
  ]);
  expect(report.differences).toMatchObject([{ class: 'value', recorded: '"another"' }]);
  expect(await readFile(fresh, 'utf8')).not.toContain('correct horse');

  // Driven by its own recording, nothing differs; the recording takes the place of the first one.
  const again = await bench.replay(fresh, options, echo, { P: 'correct horse' });
  expect(again.report).toMatchObject({ equal: true, differences: [] });
  expect((await readdir(bench.at('state'))).filter((name) => name.startsWith('update-'))).toEqual(
    [],
  );

  await writeFile(bench.at('notes.txt'), 'mine');
  const refused = await bench.run([
    REC,
    '--only',
    'echo',
    '--update',
    'notes.txt',
    '--state',
    bench.at('state'),
    '--',
    ...echo,
  ]);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Name another file with --update. [file-exists]'),
  });
  expect(await readFile(bench.at('notes.txt'), 'utf8')).toBe('mine');
});

test('a signal ends it with its report, and its server', async () => {
  const pid = bench.at('pid');
  const [node, script] = fixture('echo');
  const command = [
    'sh',
    '-c',
    `echo $$ > "${pid}.part" && mv "${pid}.part" "${pid}"; exec "${node}" "${script}"`,
  ];
  await using running = start(
    ['replay', 'client', REC, '--only', 'ask', '--state', bench.at('state'), '--', ...command],
    { cwd: folder.path },
  );
  await vi.waitFor(() => access(pid), { timeout: 20_000 });
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(stdout).toContain('It broke off: it was interrupted.');
  expect(code).toBe(1);
  const server = Number(await readFile(pid, 'utf8'));
  expect(() => process.kill(server, 0)).toThrow('ESRCH');
});

test.each([
  ['no server', [REC], 'no-command'],
  ['two servers', [REC, '--url', 'http://127.0.0.1:9/', '--', ...echo], 'wrong-usage'],
  ['no address', [REC, '--url', 'file:///etc/passwd'], 'wrong-usage'],
  ['nobody at the address', [REC, '--url', 'http://127.0.0.1:9/mcp'], 'server-unreachable'],
  ['no such command', [REC, '--', '/no/such/command'], 'command-not-found'],
  ['no such call', [REC, '--only', 'echo#9', '--', ...echo], 'unknown-call'],
  ['no such session', [REC, '--session', 'nobody', '--', ...echo], 'unknown-session'],
  ['a redacted value, when strict', [REC, '--strict', '--', ...echo], 'redacted-value'],
  [
    'a variable that is not set',
    [REC, '--secret', 'password=NOT_SET', '--', ...echo],
    'wrong-usage',
  ],
  ['one control run', [REC, '--control', '1', '--', ...echo], 'wrong-usage'],
  ['no time', [REC, '--timeout', '0', '--', ...echo], 'wrong-usage'],
  [
    'a mask of no type',
    [REC, '--mask', 'echo:/result/content/*/text#/text=word', '--', ...echo],
    'mask-refused',
  ],
  [
    'a mask that covers nothing',
    [REC, '--mask', 'echo:/result/content/*/text#/id=uuid', '--', ...echo],
    'mask-refused',
  ],
  ['no messages', ['metadata.tape.jsonl', '--', ...echo], 'incomplete-recording'],
  ['a gap, when strict', ['gap.tape.jsonl', '--strict', '--', ...echo], 'incomplete-recording'],
] as const)('refused with 2: %s', async (_, args, code) => {
  await bench.record('gap', tape('gap', [gap(2)]));
  await writeFile(
    bench.at('metadata.tape.jsonl'),
    writeRecording(tape('metadata', [], { head: { capture: 'metadata' } })),
  );
  const ran = await bench.run(args);
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`[${code}]`) });
});

test.each(['client', 'server', 'workflow'])(
  'a wrong option of %s: hints at its own help',
  async (name) => {
    const ran = await wiretape(['replay', name, REC, '--nothing-such'], { cwd: folder.path });
    expect(ran.stderr).toContain(`wiretape replay ${name} --help says more. [wrong-usage]`);
  },
);

test('refused with 2: an address that does not answer initialize, of which nothing more is asked', async () => {
  const asked: string[] = [];
  const { url } = await upstream(async (request, response) => {
    asked.push(JSON.parse((await bodyOf(request)).toString()).method);
    response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
  });
  for (const more of [[], ['--control', '2'], ['--overlap', 'max']]) {
    const ran = await bench.run([REC, ...more, '--url', url]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('The server did not answer initialize: HTTP 404.');
    expect(ran.stderr).toContain('[server-unreachable]');
  }
  expect(asked).toEqual(['initialize', 'initialize', 'initialize']);
});

test('nothing that the recording names was run', async () => {
  await expect(access(bench.at('touched'))).rejects.toThrow('ENOENT');
});
