/**
 * Printing for people. Everything a peer sent is hostile: control characters, terminal escapes,
 * bidirectional overrides and invisible characters are made visible here, and nowhere else.
 * Colours only on a terminal that wants them.
 */
import picocolors from 'picocolors';

/**
 * Controls (C0, C1); marks that reorder or hide text (bidi, zero width, tags, all that may be
 * ignored); line and paragraph separators; halves of a surrogate pair. The selector that makes an
 * emoji of a character is common and harmless.
 */
const HOSTILE = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** The text on one line, with everything that a terminal would obey or hide written out. */
export function visible(text: string): string {
  return text.replace(HOSTILE, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`;
  });
}

/** The same for a text of several lines: its line ends stay. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** One JSON text that a terminal can show as it stands: still the same value, on one line. */
export function jsonLine(value: unknown): string {
  return safeJson(JSON.stringify(value));
}

/** A JSON text with hostile characters written as escapes, as JSON allows inside its strings. */
export function safeJson(text: string): string {
  return text.replace(HOSTILE, (character) =>
    character === '\n'
      ? character
      : [...utf16(character)].map((unit) => `\\u${hex(unit, 4)}`).join(''),
  );
}

function* utf16(character: string): Iterable<number> {
  for (let at = 0; at < character.length; at++) yield character.charCodeAt(at);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** A number of things: `1 session`, `2 sessions`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** At most `width` characters, the last one an ellipsis when something was cut. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const characters = [...text.slice(0, 2 * width + 2)];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where a command prints: colours and width are those of the terminal, when it is one. */
export interface Terminal {
  readonly colors: Colors;
  /** Columns; undefined in a pipe, where nothing is shortened. */
  readonly width: number | undefined;
  /** Prints one line. Its text must have been made visible. */
  line(text?: string): void;
}

export function terminal(stream: NodeJS.WriteStream = process.stdout): Terminal {
  const { NO_COLOR, TERM } = process.env;
  const wanted = stream.isTTY === true && !NO_COLOR && TERM !== 'dumb';
  return {
    colors: picocolors.createColors(wanted),
    width: stream.isTTY ? stream.columns : undefined,
    line: (text = '') => stream.write(`${text}\n`),
  };
}

/** Prints one JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}

/** Says something about the work on stderr, where stdout may carry data. */
export function remark(text: string): void {
  process.stderr.write(`wiretape: ${visible(text)}\n`);
}

export interface Column {
  readonly title: string;
  readonly align?: 'right';
  readonly paint?: (text: string) => string;
}

/** The lines of a table with a heading; cells are made visible, and shortened to 40 characters. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((row) => row.map((cell) => shorten(visible(cell), 40)));
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...shown.map((row) => [...(row[at] ?? '')].length)),
  );
  const lineOf = (cells: readonly string[], painted: boolean): string =>
    columns
      .map(({ align, paint }, at) => {
        const cell = cells[at] ?? '';
        const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - [...cell].length));
        const text = painted && paint ? paint(cell) : cell;
        const last = at === columns.length - 1;
        return align === 'right' ? room + text : text + (last ? '' : room);
      })
      .join('  ')
      .trimEnd();
  return [
    lineOf(
      columns.map(({ title }) => title),
      false,
    ),
    ...shown.map((row) => lineOf(row, true)),
  ];
}
