import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type Journal,
  journalHeader,
  journalLine,
  openLine,
  readJournal,
} from '../../model/journal.ts';
import { encodeEntry } from '../../model/line.ts';
import { bytesOf } from '../../model/text.ts';
import { client, exit, gap, opening, server, tape } from '../kit/entries.ts';

const OWNER = { pid: 41, started: '8812' };
const ENTRIES = tape('s', [...opening(), client('{"text":"ä𝄞"}'), server('junk'), gap(2), exit(0)]);
const SESSION = ENTRIES[0]?.session ?? '';

const HEADER = journalHeader(SESSION, OWNER, crc32);
const TEXT = HEADER + ENTRIES.map((entry) => journalLine(entry, crc32)).join('');

function read(text: string | Uint8Array): Journal {
  const journal = readJournal(typeof text === 'string' ? bytesOf(text) : text, crc32);
  if (!journal) throw new Error('this is no journal');
  return journal;
}

describe('a journal', () => {
  test('is read as it was written', () => {
    expect(read(TEXT)).toEqual({
      session: SESSION,
      owner: OWNER,
      entries: ENTRIES,
      lines: ENTRIES.map(encodeEntry),
      problems: [],
    });
  });

  test('has the sum of each line before it', () => {
    for (const line of TEXT.trimEnd().split('\n')) {
      expect(line).toMatch(/^[0-9a-f]{8} \{/);
      expect(Number.parseInt(line.slice(0, 8), 16)).toBe(crc32(line.slice(9)));
    }
    expect(HEADER).toMatch(
      /^[0-9a-f]{8} \{"wiretape":1,"journal":"01S0+","pid":41,"started":"8812"\}\n$/,
    );
  });

  test('that was cut anywhere keeps every whole line', () => {
    const bytes = bytesOf(TEXT);
    const start = bytesOf(HEADER).length;
    for (let end = start; end < bytes.length; end++) {
      const { entries, problems } = read(bytes.subarray(0, end));
      const whole =
        Buffer.from(bytes.subarray(start, end)).toString('latin1').split('\n').length - 1;
      expect(entries).toEqual(ENTRIES.slice(0, whole));
      const isTorn = bytes[end - 1] !== 0x0a;
      expect(problems.map(({ kind }) => kind)).toEqual(isTorn ? ['torn'] : []);
    }
  });

  test('with any bit flipped never yields a changed entry, and says which line', () => {
    const bytes = bytesOf(TEXT);
    const sound = new Set(ENTRIES.map(encodeEntry));
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = bytes.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const journal = readJournal(flipped, crc32);
        // Without its header it is not known whose journal it is.
        if (at < HEADER.length - 1) expect(journal).toBeUndefined();
        if (!journal) continue;
        expect(journal.lines.filter((line) => !sound.has(line))).toEqual([]);
        expect(journal.problems.length).toBeGreaterThan(0);
      }
    }
  });

  test('takes no entry of another session', () => {
    const [foreign] = tape('other', []);
    const journal = read(TEXT + (foreign ? journalLine(foreign, crc32) : ''));
    expect(journal.entries).toEqual(ENTRIES);
    const line = ENTRIES.length + 2;
    expect(journal.problems).toEqual([
      { kind: 'not-an-entry', detail: `line ${line} is damaged`, line },
    ]);
  });

  test('holds a forged line as the frame it is', () => {
    const forgery = '{"id":1},"from":"client","type":"exit","code":0,"signal":null,"x":1';
    const [, message] = tape('s', [server('{"id":1}')]);
    if (message?.type !== 'message') throw new Error('the tape has no message');
    // Above 64 KiB a tap may journal what nobody parsed: the line is sealed as a message.
    const { entries } = read(HEADER + journalLine({ ...message, text: forgery }, crc32));
    expect(entries).toMatchObject([
      { type: 'frame', from: 'server', why: 'not-json', text: forgery },
    ]);
  });

  const none: readonly [what: string, text: string][] = [
    ['nothing', ''],
    ['a recording', '{"wiretape":1,"recording":"00"}\n'],
    ['a header without its sum', HEADER.slice(9)],
    ['a torn header', HEADER.slice(0, -1)],
    ['a header of another format', seal('{"wiretape":2,"journal":"s","pid":1,"started":"1"}')],
    ['a header of no session', seal('{"wiretape":1,"pid":1,"started":"1"}')],
    ['a line of zeros', `${'\0'.repeat(64)}\n`],
  ];
  test.each(none)('is not %s', (_, text) => {
    expect(readJournal(bytesOf(text), crc32)).toBeUndefined();
  });

  function seal(line: string): string {
    return `${crc32(line).toString(16).padStart(8, '0')} ${line}\n`;
  }
});

test('a sum is written in lower case only, so that each line has one form', () => {
  const line = 'abc';
  const sealed = `${crc32(line).toString(16).padStart(8, '0')} ${line}`;
  expect(openLine(sealed, crc32)).toBe(line);
  expect(openLine(sealed.toUpperCase(), crc32)).toBeUndefined();
  expect(openLine(`${sealed} `, crc32)).toBeUndefined();
});
