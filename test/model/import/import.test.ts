// Captures of other tools as entries: real ones, and texts that only look like them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Redact } from '../../../model/crossing.ts';
import { importedEntries } from '../../../model/import/entries.ts';
import { type Imported, microseconds } from '../../../model/import/imported.ts';
import { importInspector } from '../../../model/import/inspector.ts';
import { importMcpsnoop } from '../../../model/import/mcpsnoop.ts';
import { decodeEntry, encodeEntry } from '../../../model/line.ts';
import { memberText } from '../../../model/member-text.ts';
import { viewsOf } from '../../../model/view.ts';
import { holds, hostileJson } from '../../kit/random.ts';

const captured = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'captures', name), 'utf8');
const asIs: Redact = (text) => ({ text, count: 0 });
const rules = { clean: asIs, hash: () => '0'.repeat(8), isSecretName: () => false };
const importer = {
  tap: 'wiretape/test',
  redaction: { rules: 'none', key: '00000000' },
  wallText: (ms: number) => new Date(ms).toISOString(),
};

function entriesOf(imported: Imported) {
  if (!imported.ok) throw new Error(imported.detail);
  return imported.sessions.flatMap((session) => importedEntries(session, importer));
}

const MCPSNOOP = captured('mcpsnoop-memory.jsonl');
const PROTOCOL = captured('inspector-protocol-memory.json');
const CONSOLE = captured('inspector-console-memory.json');

describe('a real capture', () => {
  test.each([
    [
      'mcpsnoop',
      () => importMcpsnoop(MCPSNOOP, rules),
      ['initialize', 'tools/list', 'tools/call', 'tools/call'],
    ],
    [
      'inspector',
      () => importInspector([PROTOCOL, CONSOLE], asIs),
      ['initialize', 'resources/list', 'tools/list', 'resources/templates/list', 'tools/call'],
    ],
  ])('of %s is a session whose calls are answered', (from, imported, methods) => {
    const entries = entriesOf(imported());
    const [view] = viewsOf(entries);
    expect(view?.session.calls.map(({ method }) => method)).toEqual(methods);
    expect(view?.session.calls.map(({ state }) => state)).toEqual(methods.map(() => 'answered'));
    expect(view?.session.server).toEqual({ name: 'memory-server', version: '0.6.3' });
    expect(view?.session.anomalies).toEqual([]);
    expect(view?.session.head?.imported?.from).toBe(from);
    expect(view?.session.stderr.map(({ text }) => text)).toEqual([
      'Knowledge Graph MCP Server running on stdio',
    ]);
    for (const entry of entries)
      expect(decodeEntry(encodeEntry(entry))).toMatchObject({ ok: true, entry });
    expect(entriesOf(imported())).toEqual(entries);
  });

  test('of mcpsnoop over HTTP has its calls, its address, and no exchanges', () => {
    const text = captured('mcpsnoop-http-everything.jsonl');
    const entries = entriesOf(importMcpsnoop(text, rules));
    const [view] = viewsOf(entries);
    expect(view?.session.calls.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      'undefined answered',
      'echo answered',
      'get-sum answered',
    ]);
    expect(view?.session.head).toMatchObject({
      transport: 'http',
      upstream: 'http://127.0.0.1:6399/mcp',
      imported: { lacks: expect.arrayContaining(['exchanges', 'launch']) },
    });
  });

  test('of the Inspector says of which answers the time was added up', () => {
    const marked = entriesOf(importInspector([PROTOCOL], asIs)).filter(
      (entry) => 'imported' in entry && entry.type === 'message',
    );
    expect(marked.length).toBe(5);
    expect(marked.every((entry) => entry.type === 'message' && entry.from === 'server')).toBe(true);
  });

  test('keeps the text of messages that mcpsnoop kept, to the number', () => {
    const raw =
      '{"jsonrpc":"2.0","id":9007199254740993,"result":{"n":1.0,"s":"\\u003c,\\"raw\\":1"}}';
    const line = MCPSNOOP.split('\n')[3]?.replace(/"raw":.*$/, `"raw":${raw},"batch":true}`) ?? '';
    const [, message] = entriesOf(importMcpsnoop(line, rules));
    expect(message).toMatchObject({ type: 'message', text: raw, imported: { lacks: ['batch'] } });
  });

  test('with lines missing has a gap in their place', () => {
    const lines = MCPSNOOP.split('\n');
    const entries = entriesOf(
      importMcpsnoop([...lines.slice(0, 3), ...lines.slice(5)].join('\n'), rules),
    );
    expect(entries.filter(({ type }) => type === 'gap')).toMatchObject([
      { count: 2, reason: 'not in the capture' },
    ]);
    expect(viewsOf(entries)[0]?.session.lostCount).toBe(2);
  });
});

describe('what is none', () => {
  const deep = `${'['.repeat(300)}${']'.repeat(300)}`;
  test.each(['', 'words', '{}', '[]', '{"session_id":1}', deep, PROTOCOL.slice(0, 900), CONSOLE])(
    'is refused with a clause: %#',
    (text) => {
      expect(importInspector([text], asIs)).toMatchObject({ ok: false });
      expect(importMcpsnoop(text, rules)).toMatchObject({ ok: false });
    },
  );

  test('never throws, and makes entries that can be read', () => {
    const envelope = {
      session_id: 's',
      server_label: '',
      seq: 1,
      ts: '2026-11-26T04:55:24.35Z',
      direction: 'c2s',
      transport: 'stdio',
    };
    holds(hostileJson, (value) => {
      const name = typeof value === 'string' ? value : 'raw';
      const lines = [
        { ...envelope, [name]: value },
        { ...envelope, seq: 2, raw: value },
        value,
      ].map((one) => JSON.stringify(one));
      const items = JSON.stringify([
        { timestamp: envelope.ts, message: value, response: value, duration: value },
        value,
      ]);
      for (const imported of [
        importMcpsnoop(lines.join('\n'), rules),
        importInspector([items], asIs),
      ]) {
        if (!imported.ok) continue;
        for (const entry of entriesOf(imported))
          expect(decodeEntry(encodeEntry(entry)).ok).toBe(true);
      }
    });
  });

  test('costs time in proportion', () => {
    const opened = `{"raw":${'['.repeat(1 << 20)}`;
    expect(memberText(opened, 'raw')).toBeUndefined();
    expect(importMcpsnoop(`${opened}\n${'"'.repeat(1 << 20)}`, rules).ok).toBe(false);
  });
});

test.each([
  ['2026-11-26T04:55:24.352212671Z', 1795668924352212],
  ['2026-11-26T05:55:24+01:00', 1795668924000000],
  ['2026-11-26', undefined],
  ['2026-99-26T04:55:24Z', undefined],
])('the time %s', (text, expected) => {
  expect(microseconds(text)).toBe(expected);
});
