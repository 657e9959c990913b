import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFramer, type Line } from '../../model/framing.ts';
import { createSha256 } from '../../model/keyed-hash.ts';
import { utf8 } from '../../model/text.ts';
import { holds, SEED } from '../kit/random.ts';

const CAP = 40;

/** What the lines of a stream must be, found without looking at how it was split. */
function expectedLines(stream: Uint8Array): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let at = 0; at < stream.length; at++) {
    if (stream[at] !== 0x0a) continue;
    lines.push(lineText(stream.subarray(start, at), ''));
    start = at + 1;
  }
  if (start < stream.length) lines.push(lineText(stream.subarray(start), ' eof'));
  return lines;
}

function lineText(whole: Uint8Array, end: string): string {
  const kept = hex(whole.subarray(0, CAP));
  if (whole.length <= CAP) return kept + end;
  const hash = createHash('sha256').update(whole).digest('hex');
  return `${kept}${end} of ${whole.length} ${hash}`;
}

function framedText({ bytes, eof, overCap }: Line): string {
  const over = overCap ? ` of ${overCap.length} ${overCap.sha256}` : '';
  return `${hex(bytes)}${eof ? ' eof' : ''}${over}`;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function framed(chunks: readonly Uint8Array[]): Line[] {
  const framer = createFramer(CAP, createSha256);
  const lines = chunks.flatMap((chunk, index) => framer.push(chunk, index * 10, index * 10 + 1));
  return [...lines, ...framer.end()];
}

/** The stream in pieces that end at these places. */
function splitAt(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set([...cuts, stream.length])].filter((cut) => cut <= stream.length);
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => stream.slice(ends[index - 1] ?? 0, end));
}

const piece = fc.oneof(
  fc.constantFrom('\n', '\n\n', '\r\n', '\ufeff', '{"a":1}', '{"text":"ä€𝄞"}', 'x'.repeat(CAP)),
  fc.string({ unit: 'binary' }),
);
const stream = fc
  .array(
    fc.oneof(
      piece.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 60 }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('framing', () => {
  test(`a stream cut anywhere has the lines of the whole stream (seed ${SEED})`, () => {
    const cuts = fc.array(fc.nat(300), { maxLength: 20 });
    holds(fc.tuple(stream, cuts), ([bytes, places]) => {
      const expected = expectedLines(bytes);
      expect(framed(splitAt(bytes, places)).map(framedText)).toEqual(expected);
    });
  });

  test('a stream cut at every single byte has the lines of the whole stream', () => {
    const bytes = Buffer.from(`\ufeff{"a":1}\r\n\n€${'y'.repeat(CAP)}\n{"last":"𝄞"}`);
    const expected = expectedLines(bytes);
    expect(expected).toHaveLength(4);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(framed(splitAt(bytes, [cut])).map(framedText)).toEqual(expected);
    }
    expect(framed([...bytes].map((byte) => Uint8Array.of(byte))).map(framedText)).toEqual(expected);
  });

  const cases: readonly [what: string, stream: string, lines: readonly string[]][] = [
    ['nothing', '', []],
    ['an empty line', '\n', ['']],
    ['empty lines', 'a\n\n\nb\n', ['a', '', '', 'b']],
    ['a carriage return stays', '{}\r\n', ['{}\r']],
    ['a byte order mark stays', '\ufeff{}\n', ['\ufeff{}']],
    ['a last line without its end', 'a\nb', ['a', 'b']],
  ];
  test.each(cases)('%s', (_, text, lines) => {
    expect(framed([Buffer.from(text)]).map(({ bytes }) => utf8(bytes))).toEqual(lines);
  });

  test('a line is as old as its first byte and as sent as its last', () => {
    const chunks = ['a', 'b\nc\n\nd', '\n'].map((text) => Buffer.from(text));
    const times = framed(chunks).map(({ at, sent }) => [at, sent]);
    expect(times).toEqual([
      [0, 11],
      [10, 11],
      [10, 11],
      [10, 21],
    ]);
  });

  test('a line of 300,000 single bytes costs its length, not its square', () => {
    const framer = createFramer(1 << 20, createSha256);
    const byte = Buffer.from('x');
    for (let count = 0; count < 300_000; count++) framer.push(byte, 0, 0);
    const [line] = framer.push(Buffer.from('\n'), 0, 0);
    expect(line?.bytes.length).toBe(300_000);
    expect(line?.overCap).toBeUndefined();
  });

  test('memory that a chunk came in is never written to', () => {
    const framer = createFramer(CAP, createSha256);
    const whole = Buffer.from('ab--');
    framer.push(whole.subarray(0, 2), 0, 0);
    framer.push(Buffer.from('cd\n'), 0, 0);
    expect(whole.toString()).toBe('ab--');
  });
});
