// What a word of a command line means: a session by id, start or name, or a run.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chooseSession, chooseSessions, newestRun } from '../../cli/sessions.ts';
import type { Entry } from '../../model/entry.ts';
import { journalHeader, journalLine } from '../../model/journal.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { temporaryFolder, wiretape } from './wiretape.ts';

const PAUSE = 120_000_000;

/** Something broken, a pause that ends a run, and something sound. */
function notes(id: string, day: number): Entry[] {
  const steps = [
    ...opening(),
    server('not json'),
    client(toolCall(1, 'create_note'), { after: PAUSE }),
    server(toolText(1, 'made')),
    ends(),
  ];
  return tape('notes', steps, {
    id,
    wall: `2026-11-2${day}T09:00:00.000Z`,
    start: day * 1_000_000_000,
  });
}

const entries = [notes('01AAA1', 1), notes('01AAA2', 2), notes('01BBB3', 3)].flat();
const all = viewsOf(entries).map(({ session }) => summaryOf(session));

describe('a word', () => {
  test.each([
    ['01AAA1', '01AAA1'],
    ['01aaa2', '01AAA2'],
    ['01B', '01BBB3'],
    ['notes', '01BBB3'],
  ])('%s means %s', (word, id) => {
    expect(chooseSession(all, word).id).toBe(id);
  });

  test('that several ids begin with means none', () => {
    expect(() => chooseSession(all, '01A')).toThrow('2 sessions start with 01A.');
    expect(() => chooseSession(all, '01C')).toThrow('There is no session, run or file 01C.');
  });

  test('may be a run', () => {
    const run = newestRun(all);
    expect(chooseSessions(all, run?.id ?? '').map(({ id }) => id)).toEqual(['01BBB3']);
  });
});

test('ls names the host of a session that is of no named workflow', async () => {
  await using folder = await temporaryFolder();
  const journals = join(folder.path, 'journal');
  await mkdir(journals, { recursive: true });
  const host = { pid: 7, started: '1', name: 'claude-desktop' };
  const own = tape('notes', [...opening(), ends()], { id: '01CCC4', head: { host } });
  const header = journalHeader('01CCC4', { pid: 4_194_304, started: '1' }, crc32);
  const lines = own.map((entry) => journalLine(entry, crc32));
  await writeFile(join(journals, '01CCC4.journal'), [header, ...lines].join(''));
  const { stdout } = await wiretape(['ls', '--state', folder.path]);
  expect(stdout).toMatch(/WORKFLOW\n.* claude-desktop\n$/);
});

test('check looks at the newest run, and not at what its sessions said before', async () => {
  await using folder = await temporaryFolder();
  const journals = join(folder.path, 'journal');
  await mkdir(journals, { recursive: true });
  const own = notes('01BBB3', 3);
  const lines = own.map((entry) => journalLine(entry, crc32));
  // A process of this number cannot exist, so the journal is one that a dead tap left.
  const header = journalHeader('01BBB3', { pid: 4_194_304, started: '1' }, crc32);
  await writeFile(join(journals, '01BBB3.journal'), [header, ...lines].join(''));
  const check = async (...words: string[]) => {
    const { code, stdout } = await wiretape(['check', ...words, '--json', '--state', folder.path]);
    const { findings } = JSON.parse(stdout);
    return { code, rules: findings.map(({ rule }: { rule: string }) => rule) };
  };
  expect(await check('01BBB3')).toEqual({ code: 1, rules: ['malformed-message'] });
  expect(await check()).toEqual({ code: 0, rules: [] });
});
