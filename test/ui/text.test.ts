/** What turns peers' words and people's words into what is shown: JSON lines, hidden characters, queries, routes, windows. */
import { describe, expect, test } from 'vitest';
import { bytes, duration } from '../../ui/format.ts';
import { pieces, short, visible } from '../../ui/hostile.ts';
import { jsonLines, jsonRows, segmentsOf } from '../../ui/inspector/json-lines.ts';
import { rowStarts } from '../../ui/inspector/wrap.ts';
import { wishOf } from '../../ui/keys.ts';
import { matches, parseQuery, type Subject } from '../../ui/query.ts';
import { formatRoute, parseRoute } from '../../ui/route.ts';
import { heightOf, scrollToRow, windowOf } from '../../ui/window.ts';
import { NASTY } from './scenes.ts';

/** The text as the inspector shows it, with this many characters a row. */
function shown(text: string, { folded = [] as number[], columns = 200 } = {}): string[] {
  const lines = jsonLines(text) ?? [];
  const set = new Set(folded);
  return jsonRows(text, lines, { folded: set, columns }).map((row) => {
    const indent = ' '.repeat((lines[row.line]?.depth ?? 0) * 2);
    return (
      indent +
      segmentsOf(text, lines, row, set.has(row.line))
        .map((segment) => segment.text)
        .join('')
    );
  });
}

describe('JSON lines', () => {
  test.each([
    '{"a":1,"b":[true,null,"x"],"c":{},"d":[],"e":{"f":{"g":[[1,2],[3]]}}}',
    '[]',
    '"only text"',
    '-1.5',
    '{"quote\\"d":"a\\\\","k":"\\n"}',
  ])('are those of JSON.stringify: %s', (text) => {
    expect(shown(text).join('\n')).toBe(JSON.stringify(JSON.parse(text), null, 2));
  });

  test('keep what parsing would lose', () => {
    expect(shown('{ "a" : 12345678901234567890.10, "a":1E400, "__proto__":{"x":-0}}')).toEqual([
      '{',
      '  "a": 12345678901234567890.10,',
      '  "a": 1E400,',
      '  "__proto__": {',
      '    "x": -0',
      '  }',
      '}',
    ]);
  });

  test('fold', () => {
    expect(shown('{"a":[1,2,3],"b":{"c":1}}', { folded: [1] })).toEqual([
      '{',
      '  "a": [ 3 … ],',
      '  "b": {',
      '    "c": 1',
      '  }',
      '}',
    ]);
  });

  test('cut long values by the width, and lose nothing', () => {
    const text = JSON.stringify({ long: 'y'.repeat(500), after: 1 });
    const rows = jsonRows(text, jsonLines(text) ?? [], { folded: new Set(), columns: 60 });
    expect(rows.length).toBeGreaterThan(9);
    expect(
      rows
        .filter(({ line }) => line === 1)
        .map(({ from, to }) => text.slice(from, to))
        .join(''),
    ).toBe(`"${'y'.repeat(500)}"`);
  });

  test.each(['{', 'x', '{"a":}', '', '[1,]'])('are none for %j', (text) => {
    expect(jsonLines(text)).toBeUndefined();
  });

  test('go to any depth and size', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(jsonLines(deep)?.length).toBe(39_999);
    expect(jsonLines(JSON.stringify({ text: 'x'.repeat(5_000_000) }))?.length).toBe(3);
  });
});

describe('hidden characters', () => {
  test('become marks, and all else stays', () => {
    expect(pieces('a\u202eb\u001b[0m')).toEqual([
      { text: 'a' },
      { text: 'RLO', mark: true },
      { text: 'b' },
      { text: 'ESC', mark: true },
      { text: '[0m' },
    ]);
    expect(visible('\u200b\ud800\u{e0041}é😀日本')).toBe('⟦ZWSP⟧⟦U+D800⟧⟦U+E0041⟧é😀日本');
  });

  test('are gone from what was hostile', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(visible(NASTY)).not.toMatch(/[\u0000-\u001f\u200b-\u202f]/u);
    expect(short('x'.repeat(500), 20)).toBe(`${'x'.repeat(19)}…`);
  });
});

describe('rows of a text', () => {
  test('are cut by what is shown, and never inside a character', () => {
    const text = `${'a'.repeat(9)}😀😀${'日'.repeat(7)}\u202e\u202eend`;
    const starts = rowStarts(text, 10);
    const rows = starts.map((start, index) => text.slice(start, starts[index + 1]));
    expect(rows).toEqual(['aaaaaaaaa', '😀😀日日日', '日日日日', '\u202e\u202e', 'end']);
    expect(rowStarts('', 10)).toEqual([0]);
    expect(rowStarts('\u{e0041}\u{e0042}', 2)).toEqual([0, 2]);
  });
});

describe('queries', () => {
  const row: Subject = {
    server: 'github mirror',
    tool: 'create_release',
    method: 'tools/call',
    subject: 'create_release',
    id: '19',
    kind: 'request',
    states: new Set(['error']),
  };

  test.each([
    ['', true],
    ['server:git', true],
    ['server:jira|github tool:release', true],
    ['server:jira', false],
    ['server:release', false],
    ['-server:jira is:error', true],
    ['-is:error', false],
    ['is:error|open', true],
    ['is:conflict', false],
    ['id:19', true],
    ['id:1', false],
    ['kind:req', true],
    ['kind:notify', false],
    ['"github mirror"', true],
    ['server:"github mirror"', true],
    ['RELEASE', true],
    ['tools/call missing', false],
    ['server:', true],
    ['- | ""', true],
  ])('%j is %s', (text, expected) => {
    expect(matches(parseQuery(text), row)).toBe(expected);
  });

  test('say what they do not understand, and look for it as text', () => {
    const { terms, problems } = parseQuery('sever:x is:broken http://a');
    expect(terms.map(({ key, values }) => [key, values])).toEqual([
      ['text', ['sever:x']],
      ['is', ['broken']],
      ['text', ['http://a']],
    ]);
    expect(problems.length).toBe(3);
  });

  test('end on any input', () => {
    for (const text of ['"', ':::', '-"', 'a:"b c', '\\', '((((', NASTY, 'x'.repeat(10_000)]) {
      expect(matches(parseQuery(text), row)).toBeTypeOf('boolean');
    }
  });
});

describe('routes', () => {
  test.each([
    '#/',
    '#/sessions?q=jira',
    '#/run/ab12',
    '#/message/01KX:47/2',
    '#/run/ab12?view=list&t=1.8-3.02&sel=01KX:47&q=is:error%20-tool%3Ax'.replace('%3A', ':'),
    '#/run/ab12?t=-0.05-0.000025&sel=batch@01KX:47/2',
  ])('%s is what it was made of', (hash) => {
    expect(formatRoute(parseRoute(hash))).toBe(hash);
  });

  test('that make no sense lead home, or are left out', () => {
    expect(parseRoute('#/nowhere/x').page).toBe('home');
    expect(parseRoute('#/run/%E0%A4%A?t=5-1&view=x')).toEqual({
      page: 'run',
      run: '%E0%A4%A',
      view: 'timeline',
      query: '',
    });
  });
});

describe('windows', () => {
  const list = { height: 260, rowHeight: 26, rowCount: 1_000_000 };

  test('have the rows on screen and a few more', () => {
    expect(windowOf({ ...list, rowCount: 1000, scrollTop: 2600 })).toEqual({
      first: 94,
      end: 116,
      offset: 2444,
    });
    expect(windowOf({ ...list, rowCount: 3, scrollTop: 0 })).toEqual({
      first: 0,
      end: 3,
      offset: 0,
    });
    expect(windowOf({ ...list, rowCount: 0, scrollTop: 0 })).toEqual({
      first: 0,
      end: 0,
      offset: 0,
    });
  });

  test('reach the last of a million rows though no element is that tall', () => {
    const tall = heightOf(list.rowCount, list.rowHeight);
    expect(windowOf({ ...list, scrollTop: tall - list.height }).end).toBe(list.rowCount);
    const scrolled = { ...list, scrollTop: 0 };
    const scrollTop = scrollToRow(scrolled, 765_432) ?? 0;
    const { first, end } = windowOf({ ...list, scrollTop });
    expect(first <= 765_432 && 765_432 < end).toBe(true);
    expect(scrollToRow(scrolled, 3)).toBeUndefined();
  });
});

test('numbers are short and have their unit', () => {
  expect([0, 999, 1234, 412_000, 4_820_000, 72_000_000, 7_380_000_000].map(duration)).toEqual([
    '0 µs',
    '999 µs',
    '1.23 ms',
    '412 ms',
    '4.82 s',
    '1 m 12 s',
    '2 h 3 m',
  ]);
  expect([640, 1234, 12_345, 5_000_000].map(bytes)).toEqual(['640 B', '1.2 kB', '12 kB', '5.0 MB']);
});

test('keys are letters where text is typed with modifiers', () => {
  const press = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  expect(wishOf({ ...press, key: 'n' })).toBe('next-conflict');
  expect(wishOf({ ...press, key: 'N', shiftKey: true })).toBe('previous-conflict');
  expect(wishOf({ ...press, key: 'a', ctrlKey: true })).toBeUndefined();
  expect(wishOf({ ...press, key: 'constructor' })).toBeUndefined();
});
