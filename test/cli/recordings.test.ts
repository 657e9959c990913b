// Recordings as files, through the built program: shown, checked, exported, and refused with reason.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { writeRecording } from '../../model/recording.ts';
import {
  client,
  ends,
  exit,
  gap,
  opening,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { type Folder, start, temporaryFolder, wiretape } from './wiretape.ts';

let folder: Folder;
const at = (name: string): string => join(folder.path, name);

function notes(id: string, wall: string): Entry[] {
  const steps = [
    ...opening({ client: 'host', server: 'notes' }),
    client(toolCall(1, 'create_note', { title: 'a\u202eb' }, { progressToken: 7 })),
    stderr('ready \u001b[31mred'),
    server(toolText(1, 'made')),
    server('not json'),
    gap(2),
    exit(0),
    ends(),
  ];
  return tape('notes', steps, { id, wall, start: 9_000_000 });
}

const FIRST = '01FIRSTZZZZZZZZZZZZZZZZZZZ';
const recording = (): string => writeRecording(notes(FIRST, '2026-11-22T09:00:00.000Z'));

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(at('notes.tape.jsonl'), recording());
  await writeFile(
    at('other.tape.jsonl'),
    writeRecording(notes('01THER', '2026-11-23T10:00:00.000Z')),
  );
  await writeFile(at('notes.tape.jsonl.gz'), gzipSync(recording()));
  await writeFile(at('torn.tape.jsonl'), recording().slice(0, -40));
  await writeFile(at('newer.tape.jsonl'), recording().replace('{"wiretape":1', '{"wiretape":2'));
  await writeFile(at('words.txt'), 'no recording at all\n');
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('show', () => {
  test('ends quietly when nobody reads on', async () => {
    await using running = start(['show', at('notes.tape.jsonl')]);
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('prints one line an entry, with nothing that a terminal obeys', async () => {
    const { code, stdout, stderr } = await wiretape(['show', at('notes.tape.jsonl')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "    0.000    :0  ● notes  stdio  by wiretape/0.1.0
          0.001    :1  → initialize  {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"host","version":"1.0.0"}}
          0.002    :2  ← initialize answer 995 µs  {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"notes","version":"1.0.0"}}
          0.003    :3  → notifications/initialized (notification)
          0.004    :4  → tools/call create_note  {"name":"create_note","arguments":{"title":"a\\u{202e}b"},"_meta":{"progressToken":7}}
          0.005    :5  ! stderr  ready \\x1b[31mred
          0.006    :6  ← tools/call create_note answer 2.0 ms  {"content":[{"type":"text","text":"made"}]}
          0.007    :7  ← (not-json)  not json
          0.008    :8  ▲ 2 entries lost: disk full
          0.009   :10  ■ exit 0
          0.010   :11  ■ ended: closed
      "
    `);
  });

  test('is the same for two recordings of the same thing with --stable', async () => {
    const [first, other] = await Promise.all(
      ['notes.tape.jsonl', 'other.tape.jsonl'].map((name) =>
        wiretape(['show', '--stable', at(name)]),
      ),
    );
    expect(first?.stdout).toBe(other?.stdout);
    expect(first?.stdout).toMatchInlineSnapshot(`
      "● notes  stdio
      → initialize  {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"host","version":"1.0.0"}}
      ← initialize answer  {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"notes","version":"1.0.0"}}
      → notifications/initialized (notification)
      → tools/call create_note  {"name":"create_note","arguments":{"title":"a\\u{202e}b"}}
      ← tools/call create_note answer  {"content":[{"type":"text","text":"made"}]}
      ← (not-json)  not json
      ▲ 2 entries lost: disk full
      ! stderr  ready \\x1b[31mred
      ■ exit 0
      ■ ended: closed
      "
    `);
  });

  test('prints one entry whole, by its reference', async () => {
    const { stdout: entry } = await wiretape(['show', `${at('notes.tape.jsonl')}:4`]);
    expect(entry).toMatchInlineSnapshot(`
      "{
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
          "name": "create_note",
          "arguments": {
            "title": "a\\u{202e}b"
          },
          "_meta": {
            "progressToken": 7
          }
        }
      }
      "
    `);
    const { stdout } = await wiretape(['show', at('notes.tape.jsonl'), '--json']);
    const shown = JSON.parse(stdout);
    expect(shown.entries).toHaveLength(11);
    expect(shown.entries[4].message.params.arguments).toEqual({ title: 'a\u202eb' });
    expect(shown.sessions[0]).toMatchObject({ id: FIRST, callCount: 2, lostCount: 2 });
    expect(stdout).not.toMatch(/\u202e/);
  });
});

describe('check', () => {
  test('tells what broke, and ends with 1', async () => {
    const { code, stdout } = await wiretape(['check', at('notes.tape.jsonl')]);
    expect(code).toBe(1);
    expect(stdout).toContain('malformed-message');
    expect(stdout).toContain(`${FIRST}:7`);
  });

  test('prints one document with --json, and ends as --fail-on says', async () => {
    const args = ['check', at('notes.tape.jsonl'), '--json', '--fail-on'];
    const never = await wiretape([...args, 'never']);
    expect(never.code).toBe(0);
    const { findings } = JSON.parse(never.stdout);
    expect(findings.map(({ rule }: { rule: string }) => rule)).toContain('malformed-message');
    const failing = await wiretape([...args, findings[0].severity]);
    expect(failing).toEqual({ ...never, code: 1 });
  });
});

describe('validate', () => {
  test.each(['notes.tape.jsonl', 'notes.tape.jsonl.gz'])('accepts %s', async (name) => {
    const { code, stdout } = await wiretape(['validate', at(name)]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${at(name)}: valid, sessions: 1, entries: 11\n`,
    });
  });

  test('names lines that a reader forgives: fields named twice, messages that are not JSON', async () => {
    const [header, head, ...rest] = recording().split('\n');
    const doubled = head?.replace('{"type":"session"', '{"type":"exit","type":"session"');
    const forged =
      '{"type":"message","session":"S","seq":0,"at":0,"from":"server","channel":"stdout","message":{},"x":1}';
    await writeFile(at('bad.tape.jsonl'), [header, doubled, forged, ...rest].join('\n'));
    const { code, stdout } = await wiretape(['validate', at('bad.tape.jsonl'), '--json']);
    expect(code).toBe(1);
    const details = JSON.parse(stdout).problems.map(({ detail }: { detail: string }) => detail);
    expect(details).toContain('line 2 is no entry: it names a field twice');
    expect(details).toContain('line 3 says message, and its text is not one JSON text');
  });
});

describe('export', () => {
  test('gives the same bytes from any copies, readable by its user only', async () => {
    const args = ['notes.tape.jsonl.gz', 'notes.tape.jsonl', 'other.tape.jsonl'].map(at);
    expect(await wiretape(['export', ...args, '-o', at('all.tape.jsonl')])).toMatchObject({
      code: 0,
    });
    const both = [
      ...notes(FIRST, '2026-11-22T09:00:00.000Z'),
      ...notes('01THER', '2026-11-23T10:00:00.000Z'),
    ];
    expect(await readFile(at('all.tape.jsonl'), 'utf8')).toBe(writeRecording(both));
    expect((await stat(at('all.tape.jsonl'))).mode & 0o777).toBe(0o600);
    const { stdout } = await wiretape(['export', at('notes.tape.jsonl'), '-o', '-']);
    expect(stdout).toBe(recording());
  });

  test('gives spans in OTLP, the same each time, and replaces no file', async () => {
    const spans = (file: string) =>
      wiretape(['export', at('notes.tape.jsonl'), '--to', 'otlp', '-o', file]);
    expect(await spans(at('spans.json'))).toMatchObject({ code: 0 });
    const text = await readFile(at('spans.json'), 'utf8');
    expect((await spans('-')).stdout).toBe(text);
    const [{ resource, scopeSpans }] = JSON.parse(text).resourceSpans;
    expect(resource.attributes).toContainEqual({
      key: 'service.instance.id',
      value: { stringValue: FIRST },
    });
    expect(scopeSpans[0].spans[0]).toMatchObject({ name: 'mcp session', kind: 1 });
    expect((await stat(at('spans.json'))).mode & 0o777).toBe(0o600);
    expect(await spans(at('spans.json'))).toMatchObject({ code: 2 });
    expect(await readFile(at('spans.json'), 'utf8')).toBe(text);
  });

  test('gives many spans as several requests, one a line, none larger than collectors take', async () => {
    const steps = Array.from({ length: 6000 }, (_, call) => [
      client(toolCall(call + 1, `tool-${call}`)),
      server(toolText(call + 1, 'ok')),
    ]);
    await writeFile(at('large.tape.jsonl'), writeRecording(tape('large', steps.flat())));
    const ran = await wiretape(['export', at('large.tape.jsonl'), '--to', 'otlp', '-o', '-']);
    expect(ran.code).toBe(0);
    const requests = ran.stdout.trimEnd().split('\n');
    expect(requests.length).toBeGreaterThan(1);
    expect(Math.max(...requests.map(({ length }) => length))).toBeLessThan(5 << 20);
    const ids = requests.flatMap((request) =>
      JSON.parse(request).resourceSpans.flatMap(
        ({ scopeSpans: [{ spans }] }: { scopeSpans: [{ spans: { spanId: string }[] }] }) =>
          spans.map(({ spanId }) => spanId),
      ),
    );
    expect(ids).toHaveLength(6001);
    expect(new Set(ids).size).toBe(6001);
  });

  test('says for which sessions --otel-parent does not hold', async () => {
    const live = (parent: 'remote' | 'link', wall: string) =>
      tape(parent, opening(), {
        wall,
        head: { otlp: { endpoint: 'http://127.0.0.1:4318', parent } },
      });
    const entries = [
      ...live('remote', '2026-11-22T09:00:00.000Z'),
      ...live('link', '2026-11-22T09:01:00.000Z'),
    ];
    await writeFile(at('live.tape.jsonl'), writeRecording(entries));
    const ran = await wiretape([
      ...['export', at('live.tape.jsonl'), '--to', 'otlp', '--otel-parent', 'link', '-o', '-'],
    ]);
    expect(ran).toMatchObject({
      code: 0,
      stderr:
        'wiretape: --otel-parent link does not hold for 1 session that was sent live: the spans stay as sent.\n',
    });
  });

  test('gives metrics in OTLP', async () => {
    const { code, stdout } = await wiretape([
      ...['export', at('notes.tape.jsonl'), '--to', 'otlp-metrics', '-o', '-'],
    ]);
    expect(code).toBe(0);
    const [{ resource, scopeMetrics }] = JSON.parse(stdout).resourceMetrics;
    expect(resource.attributes[0]).toEqual({
      key: 'service.name',
      value: { stringValue: 'notes' },
    });
    expect(scopeMetrics[0].metrics.map(({ name }: { name: string }) => name)).toEqual([
      'mcp.server.session.duration',
      'mcp.server.operation.duration',
    ]);
    expect(stdout).not.toContain(FIRST);
  });

  test('shows payloads when asked to, and none that was recorded raw', async () => {
    const raw = tape('raw', [client(toolCall(1, 'save', { note: 'plain' }))], {
      head: { capture: 'raw' },
    });
    await writeFile(at('raw.tape.jsonl'), writeRecording(raw));
    const spans = (file: string, ...more: string[]) =>
      wiretape(['export', at(file), '--to', 'otlp', '-o', '-', ...more]);
    const { stdout } = await spans('notes.tape.jsonl', '--otel-payloads', 'genai');
    expect(stdout).toContain('{"key":"gen_ai.tool.call.arguments"');
    expect((await spans('notes.tape.jsonl')).stdout).not.toContain('gen_ai.tool.call');
    const refused = await spans('raw.tape.jsonl', '--otel-payloads', 'preview');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^wiretape: raw was recorded with --capture raw.*\[not-redacted\]\n$/,
    );
    expect(await spans('raw.tape.jsonl')).toMatchObject({ code: 0 });
    const tapeOf = await wiretape([
      ...['export', at('notes.tape.jsonl'), '-o', '-', '--otel-parent', 'link'],
    ]);
    expect(tapeOf).toMatchObject({ code: 2, stdout: '' });
    expect(tapeOf.stderr).toContain('[wrong-usage]');
  });

  test('writes what check finds as log records of OpenTelemetry', async () => {
    const ran = await wiretape(['export', at('notes.tape.jsonl'), '--to', 'otlp-logs', '-o', '-']);
    const checked = await wiretape(['check', at('notes.tape.jsonl'), '--json']);
    const { findings } = JSON.parse(checked.stdout);
    const [{ scopeLogs }] = JSON.parse(ran.stdout).resourceLogs;
    const bodies = scopeLogs[0].logRecords.map(({ body }: { body: object }) => body);
    expect(bodies.length).toBeGreaterThan(0);
    expect(bodies).toEqual(
      findings.map(({ message }: { message: string }) => ({ stringValue: message })),
    );
  });

  test.each([
    ['words.txt', 'file-exists', () => 'no recording at all\n'],
    ['words.gz', 'file-exists', () => gzipSync('photographs of last summer\n')],
    ['mangled.gz', 'file-exists', () => '\x1f\x8bnothing compressed'],
    ['almost.json', 'file-exists', () => '{"wiretape":"my settings"}\n'],
    ['newest.tape.jsonl', 'newer-format', () => recording().replace(':1', ':99')],
    ['newest.tape.jsonl.gz', 'newer-format', () => gzipSync(recording().replace(':1', ':99'))],
  ])('leaves %s alone: %s', async (name, code, content) => {
    await writeFile(at(name), content());
    const before = await readFile(at(name));
    const ran = await wiretape(['export', at('notes.tape.jsonl'), '-o', at(name)]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(
      new RegExp(`left alone.*\\. Name another file with -o\\. \\[${code}\\]\n$`),
    );
    expect(await readFile(at(name))).toEqual(before);
  });

  test.each(['again.tape.jsonl', 'again.tape.jsonl.gz'])(
    'replaces a recording: %s',
    async (name) => {
      const exportTo = (from: string) => wiretape(['export', at(from), '-o', at(name)]);
      await exportTo('other.tape.jsonl');
      const old = await readFile(at(name));
      expect(await exportTo('notes.tape.jsonl')).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(': 1 session, 11 entries.'),
      });
      expect(await readFile(at(name))).not.toEqual(old);
    },
  );
});

test('stuck shortens what a peer made long', async () => {
  const long = 'x'.repeat(30_000);
  await writeFile(
    at('long.tape.jsonl'),
    writeRecording(tape('long', [...opening(), client(toolCall(1, long))])),
  );
  const { code, stdout } = await wiretape(['stuck', at('long.tape.jsonl')]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^long · x{79}… · waiting /);
  expect(stdout.length).toBeLessThan(2000);
  const all = await wiretape(['stuck', at('long.tape.jsonl'), '--json']);
  expect(JSON.parse(all.stdout).stuck[0].subject).toBe(long);
});

test('nothing that a recording says reaches the terminal as a command', async () => {
  const evil = 'x\u001b[2J\u0007\u009b31m\u202e\u2066y';
  const steps = [
    ...opening({ client: evil, server: evil }),
    client(toolCall(evil, evil, { [evil]: evil })),
    client({ id: 9, method: evil, params: { name: evil } }),
    server(`${evil} not json`),
    server({ id: 9, error: { code: -1, message: evil } }),
    stderr(evil),
    ends(evil),
  ];
  const launch = { command: evil, args: [evil], env: {} };
  const head = { workflow: evil, tap: evil, launch };
  await writeFile(at('evil.tape.jsonl'), writeRecording(tape(evil, steps, { head })));
  const words = [
    ['show'],
    ['show', '--json'],
    ['check'],
    ['check', '--json'],
    ['stuck'],
    ['stuck', '--json'],
  ];
  for (const [command = '', ...options] of [...words, ['validate']]) {
    const { stdout, stderr } = await wiretape([command, at('evil.tape.jsonl'), ...options]);
    expect(stdout).not.toBe('');
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});

describe('a file that cannot be opened', () => {
  test.each([
    ['words.txt', 'not-a-recording'],
    ['newer.tape.jsonl', 'newer-format'],
    ['missing.tape.jsonl', 'no-such-file'],
  ])('%s is refused: %s', async (name, code) => {
    for (const command of ['show', 'check', 'open', 'stuck']) {
      const ran = await wiretape([command, at(name), '--json']);
      const { error } = JSON.parse(ran.stdout);
      expect({ ...ran, stdout: error.code }).toEqual({ code: 2, stdout: code, stderr: '' });
      expect(error.hint).not.toBe('');
    }
  });

  test('a torn one is opened, and the loss told', async () => {
    const { code, stdout, stderr } = await wiretape(['show', at('torn.tape.jsonl')]);
    expect(code).toBe(0);
    expect(stdout).toContain('create_note');
    expect(stderr).toContain('torn.tape.jsonl: the last line has no end and was left out.');
    const validated = await wiretape(['validate', at('torn.tape.jsonl')]);
    expect(validated).toMatchObject({ code: 1, stdout: expect.stringContaining('torn') });
  });
});
