/**
 * A JSON text as lines to read: made from the text itself, so that numbers, escapes, repeated keys and
 * order stand as they were sent. Works through any depth and size, and never throws; a text that is no
 * JSON gives undefined.
 */

import { endOfString } from '../../model/json.ts';
import { endOfRow } from './wrap.ts';

export type ValueKind = 'text' | 'number' | 'word' | 'open' | 'close' | 'empty';

export interface JsonLine {
  readonly depth: number;
  readonly kind: ValueKind;
  /** Places in the text: of the key with its quotes, and of the value or bracket. */
  readonly key?: readonly [number, number];
  readonly value: readonly [number, number];
  /** Of an opening line: the line that closes it, and how many members it has. */
  readonly close?: number;
  readonly size?: number;
  readonly comma: boolean;
}

/** Ends a number, `true`, `false` or `null`. */
const WORD_END = /[\s,:\]}]|$/g;

export function jsonLines(text: string): readonly JsonLine[] | undefined {
  try {
    // Only a check, by the one parser that is surely right; it keeps no depth and leaves nothing behind.
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const writer = createWriter();
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    const end = tokenEnd(text, at, character);
    writer.token(character, [at, end]);
    at = end;
  }
  return writer.end();
}

function tokenEnd(text: string, at: number, character: string): number {
  if (character === '"') return endOfString(text, at) + 1;
  if (!/[-\w]/.test(character)) return at + 1;
  WORD_END.lastIndex = at;
  return WORD_END.exec(text)?.index ?? text.length;
}

interface Writable {
  readonly depth: number;
  kind: ValueKind;
  readonly key?: readonly [number, number];
  value: readonly [number, number];
  close?: number;
  size?: number;
  comma: boolean;
}

/** Writes the lines of a text that is known to be JSON, token by token. */
function createWriter() {
  const lines: Writable[] = [];
  const open: { readonly line: Writable; size: number }[] = [];
  let key: readonly [number, number] | undefined;
  // A string is a key or a value: what follows it tells.
  let held: readonly [number, number] | undefined;

  const add = (kind: ValueKind, value: readonly [number, number]): Writable => {
    const parent = open.at(-1);
    if (parent) parent.size++;
    const line: Writable = {
      depth: open.length,
      kind,
      value,
      comma: false,
      ...(key ? { key } : {}),
    };
    key = undefined;
    lines.push(line);
    return line;
  };
  const settle = (): void => {
    if (held) add('text', held);
    held = undefined;
  };
  const close = (place: readonly [number, number]): void => {
    const last = open.pop();
    if (!last) return;
    if (last.size === 0) {
      last.line.kind = 'empty';
      last.line.value = [last.line.value[0], place[1]];
      return;
    }
    last.line.size = last.size;
    last.line.close = lines.length;
    lines.push({ depth: open.length, kind: 'close', value: place, comma: false });
  };
  const comma = (): void => {
    const last = lines.at(-1);
    if (last) last.comma = true;
  };

  const value = (character: string, place: readonly [number, number]): void => {
    settle();
    switch (character) {
      case ',':
        comma();
        break;
      case '{':
      case '[':
        open.push({ line: add('open', place), size: 0 });
        break;
      case '}':
      case ']':
        close(place);
        break;
      default:
        add(/[-0-9]/.test(character) ? 'number' : 'word', place);
    }
  };

  return {
    token(character: string, place: readonly [number, number]): void {
      if (character === '"') held = place;
      else if (character === ':') [key, held] = [held, undefined];
      else if (!/\s/.test(character)) value(character, place);
    },
    end(): readonly JsonLine[] {
      settle();
      return lines;
    },
  };
}

/** One row of the view: a line, or a part of one that is too long for the width. */
export interface JsonRow {
  readonly line: number;
  /** The part of the line's value that stands in this row; the first also has the key. */
  readonly from: number;
  readonly to: number;
  readonly first: boolean;
  readonly last: boolean;
}

/** The rows that the lines of a text make at so many characters a row, without what is folded. */
export function jsonRows(
  text: string,
  lines: readonly JsonLine[],
  { folded, columns }: { readonly folded: ReadonlySet<number>; readonly columns: number },
): JsonRow[] {
  const rows: JsonRow[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (!line) continue;
    const room = Math.max(16, columns - indentOf(line));
    const key = line.key ? line.key[1] - line.key[0] + 2 : 0;
    const [start, end] = line.value;
    let from = start;
    let to = endOfRow(text, start, end, Math.max(16, room - key));
    for (; to < end; [from, to] = [to, endOfRow(text, to, end, room)]) {
      rows.push({ line: index, from, to, first: from === start, last: false });
    }
    rows.push({ line: index, from, to, first: from === start, last: true });
    if (folded.has(index) && line.close !== undefined) index = line.close;
  }
  return rows;
}

/** How far a line is indented, in characters; beyond forty levels depth is no longer shown. */
export function indentOf({ depth }: JsonLine): number {
  return Math.min(depth, 40) * 2;
}

/** A part of a row that has a colour of its own. */
export interface Segment {
  readonly kind: 'key' | 'mark' | 'rest' | ValueKind;
  readonly text: string;
}

/** What stands in a row, after its indentation. */
export function segmentsOf(
  text: string,
  lines: readonly JsonLine[],
  row: JsonRow,
  isFolded: boolean,
): Segment[] {
  const line = lines[row.line];
  if (!line) return [];
  const closing = isFolded && line.close !== undefined ? lines[line.close] : undefined;
  const segments: Segment[] = [];
  if (row.first && line.key)
    segments.push({ kind: 'key', text: text.slice(...line.key) }, { kind: 'mark', text: ': ' });
  segments.push({ kind: line.kind, text: text.slice(row.from, row.to) });
  if (closing)
    segments.push(
      { kind: 'rest', text: ` ${line.size} … ` },
      { kind: 'close', text: text.slice(...closing.value) },
    );
  if (row.last && (closing ?? line).comma) segments.push({ kind: 'mark', text: ',' });
  return segments;
}
