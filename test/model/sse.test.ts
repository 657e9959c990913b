import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfEntry, draftOfLine, type Redact } from '../../model/crossing.ts';
import type { Entry } from '../../model/entry.ts';
import { createFramer, nowhere } from '../../model/framing.ts';
import { createSha256 } from '../../model/keyed-hash.ts';
import { decodeEntry, encodeEntry } from '../../model/line.ts';
import { createBlockCut, readBlock } from '../../model/sse.ts';
import { bytesOf, utf8 } from '../../model/text.ts';
import { holds, SEED } from '../kit/random.ts';

const asItIs: Redact = (text) => ({ text, count: 0 });
const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** The blocks of a stream that comes in these chunks. */
function blocksOf(...chunks: readonly string[]): string[] {
  const framer = createFramer(1 << 20, createSha256, createBlockCut());
  const lines = chunks.flatMap((chunk) => framer.push(bytesOf(chunk), 1, 2));
  return [...lines, ...framer.end()].map(({ bytes }) => utf8(bytes) ?? '');
}

/** The entries of a stream or a body, each through its line. */
function entriesOf(chunks: readonly Uint8Array[], channel: 'stream' | 'response'): Entry[] {
  const cut = channel === 'stream' ? createBlockCut() : nowhere;
  const framer = createFramer(8 << 20, createSha256, cut);
  const lines = [...chunks.flatMap((chunk) => framer.push(chunk, 1, 2)), ...framer.end()];
  return lines.map((line, index) => {
    const draft = draftOfLine(line, { from: 'server', channel, exchange: 1 }, asItIs, 'raw');
    const decoded = decodeEntry(encodeEntry({ ...draft, session: 's', seq: index } as Entry));
    if (!decoded.ok) throw new Error(decoded.fault);
    return decoded.entry;
  });
}

describe('blocks end with an empty line', () => {
  test.each([
    ['LF', 'data: 1\n\ndata: 2\n\n', ['data: 1\n\n', 'data: 2\n\n']],
    ['CRLF', 'data: 1\r\n\r\ndata: 2\r\n\r\n', ['data: 1\r\n\r\n', 'data: 2\r\n\r\n']],
    ['CR', 'data: 1\r\rdata: 2\r\r', ['data: 1\r\r', 'data: 2\r\r']],
    ['mixed', 'data: 1\n\r\ndata: 2\r\n\rx', ['data: 1\n\r\n', 'data: 2\r\n\r', 'x']],
    ['empty lines alone', '\n\n', ['\n', '\n']],
    ['an unfinished one', 'data: 1\n\ndata', ['data: 1\n\n', 'data']],
  ])('%s', (_, stream, blocks) => {
    expect(blocksOf(stream)).toEqual(blocks);
    for (let at = 1; at < stream.length; at++) {
      const split = blocksOf(stream.slice(0, at), stream.slice(at));
      expect(split.join('')).toBe(stream);
      // Only a LF behind a CR may change its block, since nothing waits for it.
      const said = (all: readonly string[]) => all.map((block) => block.trim());
      expect(said(split).filter(Boolean)).toEqual(said(blocks).filter(Boolean));
    }
  });
});

test('the fields of a block', () => {
  const text = ': hello\nid: 7\nevent:message\nretry: 5\ndata: {"a":1}\n\n';
  const { data, ...fields } = readBlock(text);
  expect(fields).toEqual({ id: '7', event: 'message' });
  expect(text.slice(data?.start, data?.end)).toBe('{"a":1}');
  expect(readBlock('data: 1\ndata: 2\n\n')).toEqual({});
  expect(readBlock('data\n\n')).toEqual({ data: { start: 4, end: 4 } });
  expect(readBlock('\n\ufeffid:x\r\n\r\n')).toEqual({ id: 'x' });
});

test.each([
  ['event: message\nid: a\ndata: {"jsonrpc":"2.0"}\n\n', 'message'],
  ['data:{"n":1.0}\r\n\r\n', 'message'],
  ['data: {"a":1}\nid: late\n\n', 'message'],
  ['id: prime\ndata: \n\n', 'sse'],
  [': keepalive\n\n', 'sse'],
  ['event: endpoint\ndata: /messages?x=1\n\n', 'sse'],
  ['event: ping\ndata: {}\n\n', 'sse'],
  ['data: {"a":\ndata: 1}\n\n', 'sse'],
  ['data: {"cut":', 'sse'],
])('%j is a %s', (stream, kind) => {
  const [entry, ...more] = entriesOf([bytesOf(stream)], 'stream');
  expect(more).toEqual([]);
  expect(entry && ('why' in entry ? entry.why : entry.type)).toBe(kind);
  expect(entry && utf8(bytesOfEntry(entry) ?? new Uint8Array())).toBe(stream);
});

test.each([
  ['{"jsonrpc":"2.0","id":1,"result":{}}', 'message'],
  ['{"jsonrpc":"2.0","id":1,"result":{}}\n', 'message'],
  [' \r\n[1]\t', 'message'],
  ['{\n  "jsonrpc": "2.0"\n}\n', 'not-one-line'],
  ['<html>\n</html>', 'not-json'],
  ['Accepted', 'not-json'],
  [' \n ', 'empty'],
])('a body %j is a %s', (body, kind) => {
  const [entry] = entriesOf([bytesOf(body)], 'response');
  expect(entry && ('why' in entry ? entry.why : entry.type)).toBe(kind);
  expect(entry && utf8(bytesOfEntry(entry) ?? new Uint8Array())).toBe(body);
});

describe(`any bytes come back out of their entries (seed ${SEED})`, () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'data: ',
      'data:',
      'id: ',
      ':',
      '{"a":1}',
      '\ufeff',
    ),
    fc.json(),
    fc.string(),
  );
  const bytes = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((parts) => bytesOf(parts.join(''))),
    fc.uint8Array({ maxLength: 200 }),
  );
  const chunked = fc.tuple(bytes, fc.array(fc.nat(200), { maxLength: 6 })).map(([all, cuts]) => {
    const places = [...new Set(cuts.map((cut) => Math.min(cut, all.length)))].sort((a, b) => a - b);
    return [0, ...places].map((from, index) => all.subarray(from, places[index] ?? all.length));
  });

  test.each(['stream', 'response'] as const)('%s', (channel) => {
    holds(chunked, (chunks) => {
      const back = entriesOf(chunks, channel).map(
        (entry) => bytesOfEntry(entry) ?? new Uint8Array(),
      );
      expect(joined(back)).toEqual(joined(chunks));
    });
  });
});
