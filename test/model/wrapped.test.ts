import { describe, expect, test } from 'vitest';
import type { SessionSummary } from '../../model/summary.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { unseenSince, type WrappedServer, wrappedHosts } from '../../model/wrapped.ts';
import { tape } from '../kit/entries.ts';

const at = (time: string): string => `2026-11-25T${time}.000Z`;

function server(name: string, time: string, more: Partial<WrappedServer> = {}): WrappedServer {
  const desktop = { host: 'claude-desktop', hostName: 'Claude Desktop', restart: 'Quit it.' };
  return { name, ...desktop, when: at(time), entry: `id-${name}`, ...more };
}

/** A session of this name; `entry` is what its launch says of the entry. */
function session(id: string, name: string, time: string, entry?: string): SessionSummary {
  const config = entry === undefined ? {} : { config: { entry } };
  const launch = { command: 'x', args: [], env: {}, ...config };
  const [view] = viewsOf(tape(name, [], { id, wall: at(time), head: { launch } }));
  if (!view) throw new Error('the tape is empty');
  return summaryOf(view.session);
}

const told = (servers: readonly WrappedServer[], sessions: readonly SessionSummary[]): string[] =>
  wrappedHosts(servers, sessions).map(
    ({ name, when, uptake, servers: all }) =>
      `${name} ${when.slice(11, 16)} ${uptake}: ${all.map((one) => `${one.name} ${one.session ?? '-'}`).join(', ')}`,
  );

describe('a host', () => {
  const notes = server('notes', '10:02:00');
  const jira = server('jira', '11:00:00');

  test('waits until a session of one of its entries begins', () => {
    expect(told([], [session('A', 'notes', '10:03:00')])).toEqual([]);
    expect(told([notes], [])).toEqual(['Claude Desktop 10:02 waiting: notes -']);
    const others = [
      session('A', 'notes', '10:01:59', 'id-notes'),
      session('B', 'notes', '10:03:00', 'id-other'),
      session('C', 'notes', '10:03:00'),
    ];
    expect(told([notes], others)).toEqual(['Claude Desktop 10:02 waiting: notes -']);
    const more = [...others, session('D', 'renamed', '10:02:00', 'id-notes')];
    expect(told([notes], more)).toEqual(['Claude Desktop 10:02 seen: notes D']);
    const again = [session('E', 'notes', '10:09:00', 'id-notes'), ...more];
    expect(told([notes], again)).toEqual(['Claude Desktop 10:02 seen: notes E']);
  });

  test('waits again when another of its servers is wrapped, and is seen in part', () => {
    const before = [session('A', 'notes', '10:03:00', 'id-notes')];
    expect(told([jira, notes], before)).toEqual(['Claude Desktop 11:00 waiting: notes A, jira -']);
    const after = [...before, session('B', 'notes', '11:01:00', 'id-notes')];
    expect(told([notes, jira], after)).toEqual(['Claude Desktop 11:00 partly: notes B, jira -']);
    const all = [...before, session('C', 'jira', '11:01:00', 'id-jira')];
    expect(told([notes, jira], all)).toEqual(['Claude Desktop 11:00 seen: notes A, jira C']);
  });

  test('is told apart from another one with a server of the same name', () => {
    const cursor = server('notes', '10:30:00', { host: 'cursor', hostName: 'Cursor', entry: 'c' });
    expect(told([notes, cursor], [session('A', 'notes', '10:31:00', 'id-notes')])).toEqual([
      'Cursor 10:30 waiting: notes -',
      'Claude Desktop 10:02 seen: notes A',
    ]);
  });

  test('of an earlier version may be what has its name and says no entry', () => {
    const { entry: _, ...old } = notes;
    expect(told([old], [session('A', 'other', '10:03:00')])[0]).toContain('waiting');
    expect(told([old], [session('A', 'notes', '10:01:00')])[0]).toContain('waiting');
    expect(told([old], [session('A', 'notes', '10:03:00', 'id-x')])[0]).toContain('waiting');
    expect(told([old], [session('A', 'notes', '10:03:00')])[0]).toContain('seen');
  });

  test('whose times are no times is never seen', () => {
    const odd = { ...session('A', 'notes', '10:03:00', 'id-notes'), wall: 'x' };
    expect(told([notes], [odd])).toEqual(['Claude Desktop 10:02 waiting: notes -']);
  });
});

test.each([
  ['10:02:00', 'not restarted since'],
  ['10:01:59', 'no session since'],
])('one day after %s: %s', (wrappedAt, words) => {
  const dayLater = Date.parse('2026-11-26T10:01:59.500Z');
  expect(unseenSince(at(wrappedAt), dayLater)).toBe(words);
  expect(unseenSince(at(wrappedAt), Date.parse(at('09:00:00')))).toBe('no session since');
});
