import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ColumnBuilder, createColumns, type Row } from '../../model/columns.ts';
import type { Entry } from '../../model/entry.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import {
  client,
  exit,
  frame,
  gap,
  http,
  note,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { dice, holds, nearlyMessage, SEED } from '../kit/random.ts';

function indexed(entries: readonly Entry[]): ColumnBuilder {
  const columns = createColumns();
  const machine = createSessionMachine('s');
  for (const entry of entries) columns.append(entry, machine.apply(entry));
  return columns;
}

const rowsOf = (columns: ColumnBuilder): Row[] =>
  Array.from({ length: columns.length }, (_, index) => columns.row(index));

/** A row in a line: where it stands, what it is, and the row it belongs to. */
function told({ seq, item, kind, from, method, subject, peer, outcome, id }: Row): string {
  const place = item === undefined ? `:${seq}` : `:${seq}/${item}`;
  const parts = [place, kind, from, id, method, subject, outcome];
  if (peer !== undefined) parts.push(`row ${peer}`);
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

const STEPS: readonly Step[] = [
  ...opening(),
  client(toolCall('two', 'read')),
  server({ method: 'notifications/progress', params: { progressToken: 1 } }),
  server({ id: 'two', result: { isError: true } }),
  client([{ jsonrpc: '2.0', id: 3, method: 'ping' }, 7]),
  client({ method: 'notifications/cancelled', params: { requestId: 3 } }),
  server(toolText(9, 'of nothing')),
  server('junk'),
  frame('client', { why: 'over-cap', bytes: 9 }),
  stderr('a line'),
  http(1, 'opened'),
  note('hi'),
  gap(3),
  exit(0),
];

describe('the column index', () => {
  test('has a row for each message and each other entry', () => {
    expect(rowsOf(indexed(tape('s', STEPS))).map(told)).toEqual([
      ':0 session client',
      ':1 request client 0 initialize',
      ':2 response server initialize result row 1',
      ':3 notification client notifications/initialized',
      ':4 request client "two" tools/call read',
      ':5 notification server notifications/progress',
      ':6 response server tools/call read tool-error row 4',
      ':7/0 request client 3 ping',
      ':7/1 invalid client',
      ':8 notification client notifications/cancelled row 7',
      ':9 response server',
      ':10 frame server not-json',
      ':11 frame client over-cap',
      ':12 stderr server',
      ':13 http client',
      ':14 note client',
      ':15 gap client',
      ':18 exit server',
    ]);
  });

  test('keeps times and sizes as they are', () => {
    const at = 2 ** 52;
    const steps = [
      client('{"jsonrpc":"2.0","method":"ä"}', { at, sent: at + 5 }),
      client('{}', { at: at + 1, sent: at }),
      client('{}', { at: at + 2, sent: at + 2 ** 40 }),
    ];
    const rows = rowsOf(indexed(tape('s', steps)));
    expect(rows.slice(1).map((row) => [row.at - at, row.sent - at, row.size])).toEqual([
      [0, 5, 30],
      [1, 1, 2],
      [2, 2 + 0xffff_ffff, 2],
    ]);
  });

  test('gives ids as they were written', () => {
    const ids = [0, -0, 1, 1.5, -1, 2 ** 31, 2 ** 53, '', '1', 'ä"'];
    const rows = rowsOf(
      indexed(
        tape(
          's',
          ids.map((id) => client({ id, method: 'ping' })),
        ),
      ),
    );
    expect(rows.slice(1).map(({ id }) => id)).toEqual(ids.map((id) => JSON.stringify(id)));
  });

  test('names the span that a request was made in, from its text, its exchange or its process', () => {
    const context = (span: string): string => `00-${'a'.repeat(32)}-${span.repeat(16)}-01`;
    const params = { name: 'x', _meta: { traceparent: context('b') } };
    const entries = tape(
      's',
      [
        ...opening(),
        client({ id: 7, method: 'tools/call', params }),
        http(4, 'opened', { headers: [['traceparent', context('c')]] }),
        client(toolCall(8, 'x'), { exchange: 4 }),
        server(toolText(7, 'ok')),
      ],
      { head: { traceparent: context('d') } },
    );
    const rows = rowsOf(indexed(entries)).filter(({ kind }) => kind === 'request');
    expect(rows.map(({ caller }) => caller?.[0])).toEqual(['d', 'b', 'c']);
    const untraced = rowsOf(indexed(tape('s', STEPS)));
    expect(untraced.filter(({ caller }) => caller !== undefined)).toEqual([]);
  });

  test(`comes in parts, however it is cut (seed ${SEED})`, () => {
    const said = fc.tuple(nearlyMessage, fc.boolean());
    const step = said.map(([value, isClient]) =>
      (isClient ? client : server)(JSON.stringify(value)),
    );
    holds(
      fc.tuple(fc.array(step, { maxLength: 30 }), fc.infiniteStream(fc.nat(5))),
      ([steps, cuts]) => {
        const entries = tape('s', steps);
        const whole = createColumns();
        const machine = createSessionMachine('s');
        const reader = createColumns();
        for (const entry of entries) {
          whole.append(entry, machine.apply(entry));
          if (cuts.next().value > 1) continue;
          expect(reader.decode(whole.encode(reader.length, reader.strings.length))).toBe(true);
        }
        reader.decode(whole.encode(reader.length, reader.strings.length));
        expect(rowsOf(reader)).toEqual(rowsOf(whole));
        expect(reader.strings).toEqual(whole.strings);
      },
    );
  });
});

describe('a part', () => {
  const whole = indexed(tape('s', STEPS));
  const part = whole.encode(0, 1);

  test('is read from anywhere in a buffer', () => {
    for (const offset of [0, 1, 3, 8]) {
      const buffer = new Uint8Array(part.length + offset);
      buffer.set(part, offset);
      const reader = createColumns();
      expect(reader.decode(buffer.subarray(offset))).toBe(true);
      expect(rowsOf(reader)).toEqual(rowsOf(whole));
    }
  });

  test('for a reader that has more or less appends nothing', () => {
    const reader = createColumns();
    expect(reader.decode(whole.encode(2, 1))).toBe(false);
    expect(reader.decode(whole.encode(0, 2))).toBe(false);
    expect(reader.decode(part)).toBe(true);
    expect(reader.decode(part)).toBe(false);
    expect(rowsOf(reader)).toEqual(rowsOf(whole));
  });

  test('of nothing is a part', () => {
    const reader = createColumns();
    reader.decode(part);
    const nothing = whole.encode(whole.length, whole.strings.length);
    expect(reader.decode(nothing)).toBe(true);
    expect(reader.length).toBe(whole.length);
  });

  test('that is cut, or claims more than it has, is none', () => {
    for (let end = 0; end < part.length; end += 3) {
      expect(createColumns().decode(part.subarray(0, end))).toBe(false);
    }
    const header = (text: string): Uint8Array => {
      const bytes = new TextEncoder().encode(text);
      const made = new Uint8Array(Math.ceil((4 + bytes.length) / 8) * 8);
      new DataView(made.buffer).setUint32(0, bytes.length, true);
      made.set(bytes, 4);
      return made;
    };
    const have = '"have":{"rows":0,"strings":1}';
    for (const text of [
      `{"rows":1000000000000000,${have},"strings":[]}`,
      `{"rows":-1,${have},"strings":[]}`,
      `{"rows":0.5,${have},"strings":[]}`,
      `{"rows":0,${have},"strings":[1]}`,
      `{"rows":0,${have},"strings":{"length":1e9}}`,
      '{"rows":0,"strings":[]}',
      '[]',
      '"x',
    ]) {
      expect(createColumns().decode(header(text))).toBe(false);
    }
    // Rows count the strings that came, so one that came twice stands twice.
    const reader = createColumns();
    expect(reader.decode(header(`{"rows":0,${have},"strings":["a","a"]}`))).toBe(true);
    expect(reader.strings).toEqual(['', 'a', 'a']);
  });

  test(`with any byte changed is none, or has rows that can be read (seed ${SEED})`, () => {
    const roll = dice();
    for (let count = 0; count < 500; count++) {
      const changed = part.slice();
      changed[roll(part.length)] = roll(256);
      const reader = createColumns();
      if (reader.decode(changed)) rowsOf(reader).map(told);
    }
  });
});
