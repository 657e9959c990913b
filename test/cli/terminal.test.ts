// What a peer sent can neither drive a terminal nor hide on it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLine, safeJson, shorten, table, visible } from '../../cli/terminal.ts';

describe('text of a peer', () => {
  test.each([
    ['\u001b[2J\u001b]0;owned\u0007', '\\x1b[2J\\x1b]0;owned\\x07'],
    ['a\u009b31mb\u0000', 'a\\x9b31mb\\x00'],
    ['file\u202egnp.exe', 'file\\u{202e}gnp.exe'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
    ['tag\u{e0041}\u{e01ef}', 'tag\\u{e0041}\\u{e01ef}'],
    ['two\nlines\r\ttab\u2028', 'two\\nlines\\r\\ttab\\u{2028}'],
    ['half \ud83d, whole 😀, heart ❤️, ñ, 日本', 'half \\u{d83d}, whole 😀, heart ❤️, ñ, 日本'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('is the same value after it was made a safe JSON text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const safe = jsonLine([value, text]);
        expect(JSON.parse(safe)).toEqual(JSON.parse(JSON.stringify([value, text])));
        expect(visible(safe)).toBe(safe);
      }),
      { numRuns: 100 },
    );
  });

  test('keeps the line ends of a JSON text that has several', () => {
    expect(safeJson('{\n"a": "\u202e"\n}')).toBe('{\n"a": "\\u202e"\n}');
  });
});

test('a text is shortened by characters, never inside one', () => {
  expect(shorten('😀😀😀', 3)).toBe('😀😀😀');
  expect(shorten('😀😀😀', 2)).toBe('😀…');
});

test('a table keeps its columns, whatever stands in a cell', () => {
  const lines = table(
    [{ title: 'NAME' }, { title: 'CALLS', align: 'right' }, { title: 'STATE' }],
    [
      ['a\u001b[31m', '7', 'ready'],
      ['x'.repeat(50), '12', ''],
    ],
  );
  expect(lines).toEqual([
    `NAME${' '.repeat(36)}  CALLS  STATE`,
    `a\\x1b[31m${' '.repeat(31)}      7  ready`,
    `${'x'.repeat(39)}…     12`,
  ]);
});
