/**
 * Reads that lack a write and are no evidence that it is gone, each with a twin that is.
 *
 * The base: two things are added at the same time, both succeed, and a later read shows the second only.
 */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import { type SceneCall, scene } from './scene.ts';

type Offered = readonly object[];

function found(calls: readonly SceneCall[], tools: Offered = []): string[] {
  return analyse(viewsOf(scene('memory', calls, { tools })))
    .filter(({ code }) => code === 'C03')
    .map(({ tier, severity, lost }) => `${tier} ${severity}: ${lost?.gone} of ${lost?.of}`);
}

/** Added at once, the last one answered last, and then read. */
function added(tool: string, all: readonly object[], read: SceneCall): SceneCall[] {
  return [...all.map((args, at) => ({ tool, args, from: at, to: 10 + at })), read];
}

const reads = (tool: string, gives: unknown, from = 20): SceneCall => ({
  tool,
  from,
  to: from + 1,
  gives,
});

const entries = [{ text: 'first thing ever' }, { text: 'other stuff too' }];
const expenses = [
  { item: 'coffee beans', amount: 10 },
  { item: 'taxi ride', amount: 25 },
];
const scores = [
  { player: 'zoe fields', score: 10 },
  { player: 'max power', score: 90 },
];
const jobs = [{ job: 'compile sources' }, { job: 'run all tests' }];
const prints = [{ text: 'damn printer' }, { text: 'printer ok' }, { text: 'paper' }];
const lines = ['boot ok', 'TOKENS=abc set', 'user logged in', 'DEBUG=1'].map((line) => ({ line }));
const CRITICAL = ['OBSERVED critical: 1 of 2'];
const MAYBE = ['POTENTIAL medium: 1 of 2'];

const silent: Record<string, readonly [calls: SceneCall[], twin: SceneCall[]]> = {
  'a total and the largest': [
    added('add_expense', expenses, reads('get_expenses', { total: 35, largest: 'taxi ride' })),
    added('add_expense', expenses, reads('get_expenses', { total: 25, items: ['taxi ride'] })),
  ],
  'a total and the largest, in lines': [
    added('add_expense', expenses, reads('get_expenses', 'Total: 35\nLargest: taxi ride')),
    added('add_expense', expenses, reads('get_expenses', 'Expenses:\ntaxi ride')),
  ],
  'how many, and the newest': [
    added('add_entry', entries, reads('list_entries', '2 entries, newest: other stuff too')),
    added('add_entry', entries, reads('list_entries', '1 entry: other stuff too')),
  ],
  'the newest in a list of its own': [
    added('add_entry', entries, reads('get_entries', { recent: ['other stuff too'] })),
    added('add_entry', entries, reads('get_entries', { entries: ['other stuff too'] })),
  ],
  'more than are shown, in a member': [
    added('add_entry', entries, reads('list_entries', { total: 2, items: ['other stuff too'] })),
    added('add_entry', entries, reads('list_entries', { total: 1, items: ['other stuff too'] })),
  ],
  'more than are shown, in a line below': [
    added('add_entry', entries, reads('list_entries', '- other stuff too\n2 entries')),
    added('add_entry', entries, reads('list_entries', '- other stuff too\n1 entry')),
  ],
  'entities of HTML': [
    added(
      'add_item',
      [{ text: 'a<b & c' }, { text: 'plain words here' }],
      reads('list_items', ['a&lt;b &amp; c', 'plain words here']),
    ),
    added(
      'add_item',
      [{ text: 'a<b & c' }, { text: 'plain words here' }],
      reads('list_items', ['plain words here']),
    ),
  ],
  'entities of HTML, escaped twice, below what was there before': [
    added(
      'add_item',
      [{ text: 'Straße &Caf\u00e9' }, { text: 'plain words here' }],
      reads('list_items', ['old', 'STRASSE &amp;#38;CAF&#xc9;', 'plain words here']),
    ),
    added(
      'add_item',
      [{ text: 'Straße &Caf\u00e9' }, { text: 'plain words here' }],
      reads('list_items', ['old', 'plain words here']),
    ),
  ],
  'what was added since the last read, in other words': [
    [
      reads('list_items', ['old words'], -10),
      ...added('add_item', entries, reads('list_items', ['old words', 'other stuff too', 'uno'])),
    ],
    [
      reads('list_items', ['old words'], -10),
      ...added('add_item', entries, reads('list_items', ['old words', 'other stuff too'])),
    ],
  ],
  'held back': [
    added('add_comment', entries, reads('list_comments', ['other stuff too'])).map((call, at) =>
      at === 0 ? { ...call, gives: 'held for moderation' } : call,
    ),
    added('add_comment', entries, reads('list_comments', ['other stuff too'])).map((call, at) =>
      at === 0 ? { ...call, gives: 'published' } : call,
    ),
  ],
};

describe('a read that is no evidence', () => {
  test.each(Object.entries(silent))('%s', (_, [calls, twin]) => {
    expect(found(calls)).toEqual([]);
    expect(found(twin)).toEqual(CRITICAL);
  });

  test('censored: as many as there should be', () => {
    const shown = (items: string[]) => added('add_item', prints, reads('list_items', items));
    expect(found(shown(['printer ok', '**** printer', 'paper']))).toEqual([]);
    expect(found(shown(['printer ok', 'paper']))).toEqual(['OBSERVED critical: 1 of 3']);
  });

  test('masked: as many lines as there should be', () => {
    const shown = (text: string) => added('append_log', lines, reads('read_log', text));
    expect(found(shown('user logged in\nboot ok\n***\n*** set'))).toEqual([]);
    expect(found(shown('user logged in\nboot ok\n*** set'))).toHaveLength(1);
  });

  test('as many as there should be, but of other words: something was there before', () => {
    const shown = reads('list_items', ['omega', 'other stuff too']);
    expect(found(added('add_item', entries, shown))).toEqual(CRITICAL);
  });
});

describe('a read that may leave things out', () => {
  test('a ranking', () => {
    expect(found(added('add_score', scores, reads('get_scores', ['max power'])))).toEqual(MAYBE);
    expect(found(added('add_player', scores, reads('get_players', ['max power'])))).toEqual(
      CRITICAL,
    );
  });

  test('a queue, unless it lists the finished ones too', () => {
    expect(found(added('add_job', jobs, reads('list_jobs', ['run all tests'])))).toEqual(MAYBE);
    const whole = [{ job: 'run all tests', status: 'running' }];
    expect(found(added('add_job', jobs, reads('list_jobs', whole)))).toEqual(CRITICAL);
  });

  test('what a tool takes from', () => {
    const calls = added('add_task', entries, reads('list_tasks', ['other stuff too']));
    expect(found(calls)).toEqual(CRITICAL);
    expect(found(calls, [{ name: 'claim_task' }])).toEqual(MAYBE);
    expect(found(calls, [{ name: 'claim_voucher' }])).toEqual(CRITICAL);
  });
});
