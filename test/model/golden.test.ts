/**
 * Recordings that people have must stay what they are. The golden file of a format is frozen: what
 * is read from it is written out here, apart from the code that made it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { type Recording, readRecording, writeRecording } from '../../model/recording.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { workflows } from '../../model/workflow.ts';
import { sessionText } from '../kit/session-text.ts';
import { ENTRIES, goldens } from './goldens.ts';

const read = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'golden', name));

function opened(name: string): Recording {
  const recording = readRecording(read(name));
  if (!recording.ok) throw new Error(recording.detail);
  return recording;
}

test.each(Object.entries(goldens))('%s is what `npm run goldens` writes', (name, text) => {
  expect(read(name).toString()).toBe(text);
});

describe('the golden recording of format 1', () => {
  const { entries, problems } = opened('format-1.tape.jsonl');

  test('has every type of entry, and nothing wrong with it', () => {
    expect(problems).toEqual([]);
    const types: readonly Entry['type'][] = [
      'session',
      'message',
      'frame',
      'http',
      'stderr',
      'exit',
      'gap',
      'note',
      'end',
      'unknown',
    ];
    expect([...new Set(entries.map(({ type }) => type))].sort()).toEqual([...types].sort());
    const reasons = entries.flatMap((entry) => (entry.type === 'frame' ? [entry.why] : []));
    expect([...new Set(reasons)]).toHaveLength(7);
  });

  test('is written again as the same bytes, from any order', () => {
    expect(writeRecording(entries)).toBe(read('format-1.tape.jsonl').toString());
    expect(writeRecording([...ENTRIES].reverse())).toBe(read('format-1.tape.jsonl').toString());
  });

  test('says what it always said', () => {
    const told = viewsOf(entries).map(
      (view) => `${view.session.head?.name} ${sessionText(view.session)}`,
    );
    expect(told.join('\n\n')).toMatchInlineSnapshot(`
      "inside ready
      client 1 ping, :1/0 open

      memory ended 2025-06-18 claude/1.0.0 memory-server/1.0.0
      client 0 initialize, :2 answered, :3 result
      client 1 tools/call, create_entities, :5 answered, :6 result
      client "2" tools/call, login, :10 answered, :11 tool-error
      client 3 tools/call, read_graph, :12 late, :15 result, cancelled :14, progress :13
      client notifications/initialized, :4
      server notifications/progress, :13, of :12
      client notifications/cancelled, :14, of :12
      ! malformed :7 by server, not-json
      ! malformed :9 by server, invalid-utf8
      ! malformed :30 by server, not-json

      search ready
      client 1 tools/call, search, :2 answered, :4 result, exchange 1, trace 319c
      client 7 subscriptions/listen, :7 answered, :12 result, exchange 2
      server notifications/subscriptions/acknowledged, :9, of :7
      client a, :13
      ! malformed :15 by server, no-message"
    `);
  });

  test('is the workflows and runs that it always was', () => {
    const summaries = viewsOf(entries).map(({ session }) => summaryOf(session));
    const told = workflows(summaries).map(({ name, hosts, runs }) => {
      const own = runs.map(({ by, sessions, messageCount }) => `${by} ${sessions} ${messageCount}`);
      return [name, hosts.map(({ pid }) => pid), ...own].join(' | ');
    });
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "claude | 41 | pause 01MEM0RY000000000000000000 11
      nightly | 41 | pause 01SEARCH000000000000000000 5 | trace 01SEARCH000000000000000000 2
      inside |  | pause 011NS1DE000000000000000000 1"
    `);
  });
});

test('a line that a peer forged is a frame in a whole file', () => {
  const { entries, problems } = opened('forged.tape.jsonl');
  expect(problems).toEqual([]);
  expect(entries.map(({ type }) => type)).toEqual(['session', 'frame']);
  expect(entries[1]).toMatchObject({
    from: 'server',
    text: '{"jsonrpc":"2.0","id":1,"result":{}},"from":"client","type":"exit","x":1',
  });
  // A reader that parses whole lines would have been told that the server is gone.
  const line = read('forged.tape.jsonl').toString().split('\n')[2] ?? '';
  expect(JSON.parse(line)).toMatchObject({ type: 'exit', from: 'client' });
});

test('a recording from the future is refused', () => {
  expect(readRecording(read('future.tape.jsonl'))).toEqual({
    ok: false,
    code: 'newer-format',
    detail: 'the recording has format 2, this version reads 1',
  });
});
