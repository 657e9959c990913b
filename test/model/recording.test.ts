import { describe, expect, test } from 'vitest';
import { type Entry, FORMAT } from '../../model/entry.ts';
import { sha256Hex } from '../../model/keyed-hash.ts';
import {
  openRecording,
  type Recording,
  readRecording,
  readRecordingText,
  recordingLines,
  type Upgrades,
  writeRecording,
} from '../../model/recording.ts';
import { bytesOf } from '../../model/text.ts';
import { client, ends, exit, note, opening, server, tape, toolCall } from '../kit/entries.ts';

const ENTRIES = tape('memory', [
  ...opening(),
  client(toolCall(1, 'create_entities', { name: 'ä𝄞\u2028' })),
  server('{"jsonrpc":"2.0","id":1,"result":{"n":1.0,"n":1e2}}'),
  exit(0),
]);
const TEXT = writeRecording(ENTRIES);

function opened(text: string | Uint8Array): Recording {
  const result = typeof text === 'string' ? readRecordingText(text) : readRecording(text);
  if (!result.ok) throw new Error(result.detail);
  return result;
}

const problemsOf = (text: string | Uint8Array): string[] =>
  opened(text).problems.map(({ kind, line }) => (line === undefined ? kind : `${kind} ${line}`));

/** A recording whose header was written for exactly these lines. */
function sealed(lines: readonly string[]): string {
  const own = lines.map((line) => `${line}\n`).join('');
  return `{"wiretape":1,"recording":"${sha256Hex(own).slice(0, 32)}"}\n${own}`;
}

describe('a recording', () => {
  test('is read as it was written, byte for byte', () => {
    const recording = opened(TEXT);
    expect(recording.problems).toEqual([]);
    expect(recording.entries).toEqual(ENTRIES);
    expect(writeRecording(recording.entries)).toBe(TEXT);
    expect(TEXT).toContain('"message":{"jsonrpc":"2.0","id":1,"result":{"n":1.0,"n":1e2}}}\n');
  });

  test('is the same in pieces of any size, whole or torn', () => {
    for (const bytes of [bytesOf(TEXT), bytesOf(TEXT).subarray(0, -3)]) {
      for (const size of [1, 2, 7, 100, bytes.length]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.slice(at * size, (at + 1) * size),
        );
        const reading = openRecording(pieces);
        const entries = reading.ok ? [...reading.entries] : [];
        const problems = reading.ok ? reading.problems() : [];
        expect({ ok: reading.ok, entries, problems }).toEqual(opened(bytes));
      }
    }
  });

  test('names the hash of its entry lines first', () => {
    const [header = '', ...rest] = TEXT.split(/(?<=\n)/);
    const hash = sha256Hex(rest.join('')).slice(0, 32);
    expect(header).toBe(`{"wiretape":1,"recording":"${hash}"}\n`);
  });

  test('can be written line by line, for those longer than any text', () => {
    expect([...recordingLines(ENTRIES)].join('')).toBe(TEXT);
  });

  test('of nothing is only a header', () => {
    expect(writeRecording([])).toMatch(/^\{"wiretape":1,"recording":"[0-9a-f]{32}"\}\n$/);
    expect(opened(writeRecording([]))).toEqual({ ok: true, entries: [], problems: [] });
  });

  test('every line of it is JSON, whatever was handed over as a message', () => {
    const forgery = '{"jsonrpc":"2.0"},"from":"client","type":"exit","x":1';
    const [head, message] = tape('s', [server('{}')]) as [Entry, Entry];
    // What a tap hands over unread has no value, like a text too deep to be walked.
    const unread = { ...message, text: forgery, value: undefined } as Entry;
    const text = writeRecording([head, unread]);
    for (const line of text.trimEnd().split('\n')) expect(JSON.parse(line).type).not.toBe('exit');
    expect(opened(text).entries[1]).toMatchObject({ type: 'frame', text: forgery });
  });

  test('a forged line is a frame in a whole file, sealed as it should be', () => {
    const [line = ''] = [...recordingLines(tape('s', [server('{"id":1}')]))].slice(2);
    const forged = line.trimEnd().replace('{"id":1}', '{"id":1},"type":"exit","code":0,"x":1');
    expect(JSON.parse(forged)).toMatchObject({ type: 'exit' });
    const { entries } = opened(sealed([forged]));
    expect(entries.map(({ type }) => type)).toEqual(['frame']);
  });
});

describe('what is wrong with a recording', () => {
  const lines = TEXT.split(/(?<=\n)/);

  test('a torn last line is reported and left out, at every byte', () => {
    const bytes = bytesOf(TEXT);
    const last = bytes.length - bytesOf(lines.at(-1) ?? '').length;
    for (let end = last + 1; end < bytes.length; end++) {
      const { entries, problems } = opened(bytes.subarray(0, end));
      expect(problems).toEqual([
        { kind: 'torn', detail: 'the last line has no end and was left out', line: lines.length },
      ]);
      expect(entries).toEqual(ENTRIES.slice(0, -1));
    }
  });

  test('a line that is no entry is reported, and the others are read', () => {
    const damaged = lines.toSpliced(3, 1, 'rubbish\n').join('');
    expect(problemsOf(damaged)).toEqual(['changed', 'not-an-entry 4', 'lost']);
    expect(opened(damaged).entries).toHaveLength(ENTRIES.length - 1);
  });

  test('a line that is no UTF-8 is reported', () => {
    const bytes = bytesOf(TEXT);
    bytes[bytes.length - 3] = 0xff;
    expect(problemsOf(bytes)).toEqual(['changed', `not-an-entry ${lines.length}`]);
  });

  test('a changed byte is reported, wherever it is', () => {
    const bytes = bytesOf(TEXT);
    const start = bytesOf(lines[0] ?? '').length;
    for (let at = start; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const problems = problemsOf(changed);
      expect(problems[0] === 'changed' || problems[0]?.startsWith('torn')).toBe(true);
    }
  });

  const refused: readonly [what: string, file: string | Uint8Array, code: string][] = [
    ['nothing', '', 'not-a-recording'],
    ['a torn header', '{"wiretape":1,"recording":"00"}', 'not-a-recording'],
    ['a text', 'hello\nworld\n', 'not-a-recording'],
    ['other JSON lines', '{"time":1}\n{"time":2}\n', 'not-a-recording'],
    ['a list', '[{"wiretape":1}]\n', 'not-a-recording'],
    ['a journal without its sums', '{"wiretape":1,"journal":"s"}\n', 'not-a-recording'],
    ['a format that never was', '{"wiretape":0,"recording":"00"}\n', 'not-a-recording'],
    ['a format that is no number', '{"wiretape":"1","recording":"00"}\n', 'not-a-recording'],
    ['bytes', Uint8Array.of(0x1f, 0x8b, 8, 0, 0x0a), 'not-a-recording'],
    ['a newer format', '{"wiretape":2,"recording":"00"}\n', 'newer-format'],
    ['a newer format with another header', '{"wiretape":9,"tape":{}}\n{"a":1}\n', 'newer-format'],
  ];
  test.each(refused)('%s is refused', (_, file, code) => {
    const bytes = typeof file === 'string' ? bytesOf(file) : file;
    expect(readRecording(bytes)).toMatchObject({ ok: false, code });
  });

  test('a recording that an editor or Git rewrote is refused by what was done to it', () => {
    expect(readRecordingText(`\uFEFF${TEXT}`)).toMatchObject({
      code: 'not-a-recording',
      detail: expect.stringContaining('byte order mark'),
    });
    expect(readRecordingText(TEXT.replaceAll('\n', '\r\n'))).toMatchObject({
      code: 'not-a-recording',
      detail: expect.stringContaining('CRLF'),
    });
  });

  test('a newer format is refused in one clear sentence', () => {
    expect(readRecordingText('{"wiretape":7,"recording":"00"}\n')).toEqual({
      ok: false,
      code: 'newer-format',
      detail: 'the recording has format 7, this version reads 1',
    });
  });
});

describe('older formats', () => {
  /** What the formats before the first would have been: times in ms, and entries called records. */
  const upgrades: Upgrades = {
    [FORMAT - 2]: (lines) => lines.map((line) => line.replace('"record":', '"type":')),
    [FORMAT - 1]: (lines) =>
      lines.map((line) => line.replace(/"ms":(\d+)/, (_, ms) => `"at":${Number(ms) * 1000}`)),
  };
  const old = (format: number, line: string): string =>
    sealed([line]).replace('"wiretape":1', `"wiretape":${format}`);

  test('are read through every step of the chain', () => {
    const expected = tape('s', [note('hi')]).slice(1);
    const [entry] = expected;
    const place = `"session":"${entry?.session}","seq":1,"ms":1,"text":"hi"}`;
    for (const [format, first] of [
      [FORMAT - 2, '{"record":"note",'],
      [FORMAT - 1, '{"type":"note",'],
    ] as const) {
      const result = readRecording(bytesOf(old(format, first + place)), upgrades);
      expect(result).toMatchObject({ ok: true, entries: expected });
      expect(result.ok && result.problems.map(({ kind }) => kind)).toEqual(['no-head', 'lost']);
    }
  });

  test('without a step are refused', () => {
    const { [FORMAT - 2]: _, ...torn } = upgrades;
    const file = bytesOf(old(FORMAT - 2, '{}'));
    expect(readRecording(file, torn)).toMatchObject({ ok: false, code: 'not-a-recording' });
  });
});

describe('the entries of a session are all there', () => {
  const whole = tape('s', [note('1'), note('2'), note('3'), ends()]);
  const [head, one, two, three, four] = whole as [Entry, Entry, Entry, Entry, Entry];
  const gap = (seq: number, to: number): Entry => ({
    type: 'gap',
    session: head.session,
    seq,
    at: 9,
    to,
    count: to - seq + 1,
    reason: 'x',
  });
  const cases: readonly [what: string, entries: readonly Entry[], problems: readonly string[]][] = [
    ['whole', whole, []],
    ['in any order', [four, two, head, three, one], []],
    ['one lost', [head, one, three, four], ['session ID lacks entry 2']],
    ['some lost', [head, four], ['session ID lacks entries 1 to 3']],
    [
      'the first lost',
      [two, three],
      ['session ID has no opening entry', 'session ID lacks entries 0 to 1'],
    ],
    ['one doubled', [head, one, one, two], ['session ID has entry 1 twice']],
    ['a gap says what is lost', [head, gap(1, 3), four], []],
    ['one arrived after all', [head, gap(1, 3), two, four], []],
    ['one at the place of the gap arrived', [head, one, gap(1, 3), four], []],
    ['all arrived after all', [head, gap(1, 3), one, two, three, four], []],
    [
      'one arrived twice after all',
      [head, gap(1, 3), two, two, four],
      ['session ID has entry 2 twice'],
    ],
    ['a gap that is too short', [head, gap(1, 2), four], ['session ID lacks entry 3']],
    ['a gap inside another', [head, gap(1, 3), gap(2, 2), four], []],
  ];
  test.each(cases)('%s', (_, entries, problems) => {
    const lines = [...entries].map((entry) => [...recordingLines([entry])][1]?.trimEnd() ?? '');
    const found = opened(sealed(lines)).problems;
    expect(found.map(({ detail }) => detail.replace(head.session, 'ID'))).toEqual(problems);
  });
});
