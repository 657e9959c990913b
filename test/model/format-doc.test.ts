/** docs/format.md says what the reader does: every line of JSON in it is in the golden recording. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { openLine, readJournal } from '../../model/journal.ts';
import { decodeEntry, encodeEntry } from '../../model/line.ts';
import { readRecordingText } from '../../model/recording.ts';
import { bytesOf } from '../../model/text.ts';
import { goldens } from './goldens.ts';

const manual = readFileSync(join(import.meta.dirname, '../../docs/format.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...manual.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))].flatMap(
    ([, block = '']) => block.split('\n'),
  );
const golden = goldens['format-1.tape.jsonl'] ?? '';
const [header = '', ...lines] = blocks('json');

test('the header of the manual is that of the golden recording', () => {
  expect(`${header}\n`).toBe(golden.slice(0, golden.indexOf('\n') + 1));
  expect(readRecordingText(golden)).toMatchObject({ ok: true, problems: [] });
});

test.each(lines)('%.120s', (line) => {
  const decoded = decodeEntry(line);
  if (!decoded.ok) throw new Error(decoded.fault);
  expect(encodeEntry(decoded.entry)).toBe(line);
  expect(golden.split('\n')).toContain(line);
});

test('the manual shows every type of entry', () => {
  const types = golden
    .split('\n')
    .slice(1, -1)
    .map((line) => /"type":"(\w+)"/.exec(line)?.[1]);
  for (const type of new Set(types)) {
    expect(lines.filter((line) => line.startsWith(`{"type":"${type}"`))).not.toEqual([]);
  }
});

test('the manual shows the forged line and the header of a journal', () => {
  const [forgery = '', journal = ''] = blocks('text');
  expect(goldens['forged.tape.jsonl']).toContain(`"message":${forgery}}`);
  expect(openLine(journal, crc32)).toBeDefined();
  expect(readJournal(bytesOf(`${journal}\n`), crc32)).toMatchObject({ problems: [], entries: [] });
});
