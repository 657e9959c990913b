// The fast way to the line of a message says what the model says, small or large.

import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { draftOfLine } from '../../model/crossing.ts';
import type { Entry } from '../../model/entry.ts';
import { journalLine } from '../../model/journal.ts';
import { largeLine } from '../../tap/large-line.ts';
import { createBlockText, messageStart, messageText } from '../../tap/message-text.ts';
import { createSealer } from '../../tap/seal.ts';

const blockText = createBlockText();
const where = { from: 'server', channel: 'stdout' } as const;
const redact = (text: string) => ({
  text: text.replaceAll('secret', '<s>'),
  count: text.split('secret').length - 1,
});

test.each([
  ['plain', '{"jsonrpc":"2.0","id":1}', false],
  ['a secret', '{"a":"secret","b":"secret"}', false],
  ['the end of a stream', '[1,2]', true],
  ['many characters', '{"a":"é漢😀\\ud800"}', false],
])('%s', (_, text, eof) => {
  const line = { bytes: Buffer.from(text), at: 5, sent: 7, eof };
  const entry = { ...draftOfLine(line, where, redact, 'redacted'), session: 'S', seq: 3 } as Entry;
  const expected = journalLine(entry, crc32);
  const quick = `${messageStart('S')}3${messageText(line, where, redact)}`;
  expect(Buffer.from(createSealer()([quick])).toString()).toBe(expected);
  const large = largeLine({ seq: 3, line, where }, 'S', { redact, capture: 'redacted' });
  expect(Buffer.from(large).toString()).toBe(expected);
});

const stream = { from: 'server', channel: 'stream', exchange: 4 } as const;

test.each([
  ['plain', 'data: {"jsonrpc":"2.0","id":1}\n\n'],
  ['an event', 'event: message\r\nid: 7\r\ndata:[1]\r\n\r\n'],
  ['a secret', '\nid: secret\ndata: {"a":"secret"}\nretry: 3\n\n'],
  ['many characters', '\ufeffdata: {"a":"é漢😀\\ud800"}\n\n'],
])('a block with %s', (_, text) => {
  const line = { bytes: Buffer.from(text), at: 5, sent: 7, eof: false };
  const entry = { ...draftOfLine(line, stream, redact, 'redacted'), session: 'S', seq: 3 } as Entry;
  const quick = blockText(line, stream, redact);
  expect(Buffer.from(createSealer()([`${messageStart('S')}3${quick?.text}`])).toString()).toBe(
    journalLine(entry, crc32),
  );
  expect(quick?.id).toBe(entry.type === 'message' ? entry.sse?.id : '');
});

test.each([
  ': ping\n\n',
  'id: 1\ndata: \n\n',
  'event: endpoint\ndata: {}\n\n',
  'data: 1\ndata: 2\n\n',
])('the block %j is left to the model', (text) => {
  const line = { bytes: Buffer.from(text), at: 0, sent: 0, eof: false };
  expect(blockText(line, stream, redact)).toBeUndefined();
});

test.each(['not json', '{"torn":', '\ufeff{}', ''])('%j is left to the model', (text) => {
  expect(
    messageText({ bytes: Buffer.from(text), at: 0, sent: 0, eof: false }, where, redact),
  ).toBeUndefined();
});

test.each([
  ['of ASCII', ['{"a":1}', '', `{"b":"${'x'.repeat(300_000)}"}`]],
  ['of many characters', ['{"a":1}', '{"é":"漢😀"}']],
])('lines %s are sealed together as each alone', (_, lines) => {
  const alone = lines.map((line) => Buffer.from(createSealer()([line])).toString());
  expect(Buffer.from(createSealer()(lines)).toString()).toBe(alone.join(''));
});
