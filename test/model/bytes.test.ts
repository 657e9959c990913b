import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../model/base64.ts';
import { bytesOfEntry, draftOfLine, type Redact } from '../../model/crossing.ts';
import type { Capture, Entry, FrameEntry, MessageEntry } from '../../model/entry.ts';
import { createFramer } from '../../model/framing.ts';
import { createSha256, sha256Hex } from '../../model/keyed-hash.ts';
import { decodeEntry, encodeEntry } from '../../model/line.ts';
import { bytesOf, fromLatin1, latin1, utf8 } from '../../model/text.ts';
import { holds, SEED } from '../kit/random.ts';

const nothingRedacted: Redact = (text) => ({ text, count: 0 });
const stdout = { from: 'server', channel: 'stdout' } as const;

function entriesOf(stream: Uint8Array, capture: Capture, cap = 8 << 20): Entry[] {
  const framer = createFramer(cap, createSha256);
  const lines = [...framer.push(stream, 1, 2), ...framer.end()];
  return lines.map((line, index) => {
    const draft = draftOfLine(line, stdout, nothingRedacted, capture);
    return { ...draft, session: 's', seq: index + 1 } as Entry;
  });
}

function throughALine(entry: Entry): Entry {
  const decoded = decodeEntry(encodeEntry(entry));
  if (!decoded.ok) throw new Error(decoded.fault);
  return decoded.entry;
}

describe('bytes as text', () => {
  test(`base 64 is that of everybody, and comes back (seed ${SEED})`, () => {
    holds(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = toBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(text)).toEqual(bytes);
      expect(fromBase64(text.replaceAll('=', '').replace(/.{7}/g, '$&\n'))).toEqual(bytes);
    });
  });

  test('base 64 of megabytes', () => {
    const bytes = new Uint8Array(5_000_001).map((_, index) => index * 7);
    expect(Buffer.compare(fromBase64(toBase64(bytes)), bytes)).toBe(0);
  });

  test(`one character a byte comes back (seed ${SEED})`, () => {
    holds(
      fc.uint8Array({ maxLength: 20_000 }),
      (bytes) => {
        expect(Buffer.compare(fromLatin1(latin1(bytes)), bytes)).toBe(0);
      },
      { runs: 50 },
    );
  });

  test(`what is no UTF-8 has no text, and what is comes back (seed ${SEED})`, () => {
    holds(fc.uint8Array(), (bytes) => {
      const text = utf8(bytes);
      if (text !== undefined) expect(bytesOf(text)).toEqual(bytes);
    });
    expect(utf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      expect(utf8(Uint8Array.from(bad))).toBeUndefined();
    }
  });
});

describe('a stream as entries', () => {
  test(`gives back its bytes from the lines of a raw recording (seed ${SEED})`, () => {
    const piece = fc.oneof(
      fc.constantFrom('{"a":1}\n', '\n', '\r\n', 'junk\n', '\ufeff{}\n').map(bytesOf),
      fc.uint8Array({ maxLength: 30 }),
    );
    holds(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const stream = new Uint8Array(Buffer.concat(pieces));
      const entries = entriesOf(stream, 'raw').map(throughALine);
      const bytes = entries.map((entry) => bytesOfEntry(entry) ?? new Uint8Array(0));
      expect(new Uint8Array(Buffer.concat(bytes))).toEqual(stream);
    });
  });

  const cases: readonly [stream: string | Uint8Array, entry: object][] = [
    ['{"a":1}\n', { type: 'message', text: '{"a":1}', value: { a: 1 }, at: 1, sent: 2, ...stdout }],
    ['{"a":1}', { type: 'message', text: '{"a":1}', eof: true }],
    ['\n', { type: 'frame', why: 'empty', text: '' }],
    ['hello\n', { type: 'frame', why: 'not-json', text: 'hello' }],
    [Uint8Array.of(0xff, 0x0a), { type: 'frame', why: 'invalid-utf8', base64: '/w==' }],
  ];
  test.each(cases)('%j', (stream, entry) => {
    const bytes = typeof stream === 'string' ? bytesOf(stream) : stream;
    expect(entriesOf(bytes, 'raw')).toMatchObject([entry]);
  });

  test('over the cap keeps what it began with, its length and its hash', () => {
    const line = `{"text":"${'ä'.repeat(200_000)}"}`;
    const [entry] = entriesOf(bytesOf(`${line}\n`), 'raw', 100_001) as [FrameEntry];
    expect(entry).toMatchObject({
      why: 'over-cap',
      bytes: bytesOf(line).length,
      sha256: sha256Hex(line),
    });
    expect(entry.base64).toBeUndefined();
    expect(line.startsWith(entry.text ?? '-')).toBe(true);
    expect(entry.text?.length).toBeGreaterThan(20_000);
    expect(bytesOfEntry(entry)).toBeUndefined();
    expect(throughALine(entry)).toEqual(entry);
  });

  test('over the cap leaves no half of a secret at the cut', () => {
    const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const redact: Redact = (text) => ({ text: text.replaceAll(secret, '<x>'), count: 1 });
    for (let shift = 0; shift < 2 * secret.length; shift += 3) {
      const framer = createFramer(200_000, createSha256);
      const start = 64 * 1024 - 1.5 * secret.length + shift;
      const text = 'a'.repeat(start) + secret + 'a'.repeat(300_000);
      const [line] = framer.push(bytesOf(`${text}\n`), 0, 0);
      const draft = line && draftOfLine(line, stdout, redact, 'redacted');
      expect(draft?.text).toMatch(/^a+(?:<x?>?)?a*$/);
    }
  });

  test('of metadata only has no text', () => {
    const [entry] = entriesOf(bytesOf('{"secret":1}\n'), 'metadata');
    expect(entry).toEqual({
      type: 'frame',
      why: 'metadata-only',
      session: 's',
      seq: 1,
      at: 1,
      sent: 2,
      ...stdout,
      bytes: 12,
    });
  });
});

test('a block of a stream is head, message and tail', () => {
  const message: MessageEntry = {
    ...{ type: 'message', session: 's', seq: 1, at: 0, from: 'server', channel: 'stream' },
    sse: { head: 'id: 1\ndata: ', tail: '\n\n' },
    text: '{}',
    value: {},
  };
  expect(utf8(bytesOfEntry(message) ?? new Uint8Array())).toBe('id: 1\ndata: {}\n\n');
  const block = { ...message, type: 'frame', why: 'sse', text: ': keepalive\n\n' } as Entry;
  expect(utf8(bytesOfEntry(block) ?? new Uint8Array())).toBe(': keepalive\n\n');
  expect(bytesOfEntry({ type: 'note', session: 's', seq: 1, at: 0, text: '' })).toBeUndefined();
});
