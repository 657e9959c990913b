// The fast way to the line of a message says what the model says, small or large.

import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { draftOfLine } from '../../model/crossing.ts';
import type { Entry } from '../../model/entry.ts';
import { journalLine } from '../../model/journal.ts';
import { largeLine } from '../../tap/large-line.ts';
import { messageStart, messageText } from '../../tap/message-text.ts';
import { createSealer } from '../../tap/seal.ts';

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

test.each(['not json', '{"torn":', '\ufeff{}', ''])('%j is left to the model', (text) => {
  expect(
    messageText({ bytes: Buffer.from(text), at: 0, sent: 0, eof: false }, where, redact),
  ).toBeUndefined();
});
