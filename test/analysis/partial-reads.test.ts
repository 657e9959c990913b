/**
 * Reads that say themselves that they are a part: in a member, in a line, in the tool's name, in its
 * description. Each has a twin that says nothing of the kind, and is evidence.
 *
 * The base: six things are added at the same time, all succeed, and a later read shows two of them.
 */
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import { scene } from './scene.ts';

const TITLES = Array.from({ length: 6 }, (_, at) => `ticket title ${at}`);
const LAST_TWO = TITLES.slice(4);

interface Read {
  readonly tool?: string;
  readonly gives: unknown;
  readonly description?: string;
  readonly adds?: string;
}

function found({ tool = 'list_tickets', gives, description, adds = 'create_ticket' }: Read) {
  const calls = [
    ...TITLES.map((title, at) => ({ tool: adds, args: { title }, from: 10, to: 30 + at })),
    { tool, from: 40, to: 50, gives },
  ];
  const tools = description === undefined ? [] : [{ name: tool, description }];
  return analyse(viewsOf(scene('tickets', calls, { tools })))
    .filter(({ code }) => code === 'C03')
    .map(({ tier, severity, lost }) => `${tier} ${severity}: ${lost?.gone} of ${lost?.of}`);
}

const LOST = ['OBSERVED critical: 4 of 6'];
const tickets = LAST_TWO.map((title) => ({ title }));

describe('a member beside the list', () => {
  const partial: readonly object[] = [
    ...[{ next: 'abc' }, { links: { next: '/x?page=2' } }, { nextPageToken: 't' }, { more: 4 }],
    ...[{ continue: 'tok' }, { has_next: true }, { pagination: { hasMore: true } }],
    ...[{ page: 1, pages: 3 }, { page: 2 }, { offset: 4 }, { limit: 2 }, { per_page: 2 }],
    ...[{ partial: true }, { truncated: true }, { remaining: 4 }, { omitted_count: 4 }],
    ...[{ complete: false }, { isLast: false }, { eof: false }, { total: 6 }],
  ];
  const whole: readonly object[] = [
    ...[{ next: null }, { links: { next: null, self: '/x' } }, { nextPageToken: '' }, { more: 0 }],
    ...[{ continue: '' }, { has_next: false }, { pagination: { hasMore: false } }],
    ...[{ page: 1, pages: 1 }, { page: 1 }, { offset: 0 }, { limit: 3 }, { per_page: 50 }],
    ...[{ partial: false }, { truncated: false }, { remaining: 0 }, { omitted_count: 0 }],
    ...[{ complete: true }, { isLast: true }, { eof: true }, { total: 2 }],
  ];

  test.each(partial.map((beside) => [JSON.stringify(beside), beside]))('%s', (_, beside) => {
    expect(found({ gives: { tickets, ...(beside as object) } })).toEqual([]);
  });

  test.each(whole.map((beside) => [JSON.stringify(beside), beside]))('%s', (_, beside) => {
    expect(found({ gives: { tickets, ...(beside as object) } })).toEqual(LOST);
  });

  test('in an item it tells of the item', () => {
    const state = { next: 'abc', complete: false, remaining: 4, page: 2, pages: 7, partial: true };
    const gives = { tickets: tickets.map((ticket) => ({ ...ticket, ...state })) };
    expect(found({ gives })).toEqual(LOST);
  });
});

describe('a line beside the list', () => {
  const partial = [
    ...['…and 4 more', '... 4 more', '(4 more not shown)', '+4 more', 'and 4 others', '...'],
    ...['Use cursor=abc to see more', 'Call again with offset: 2 to get the rest', 'Next page: 2'],
    ...['Showing 2 of 6', '6 results, 2 shown', 'Page 1 of 3', 'page 1/3', '[truncated]'],
    ...['4 remaining', 'Displaying the last 2 tickets'],
  ];
  const whole = ['That is all.', 'Once more, thank you', 'See also the others', '2 tickets'];

  test.each(partial)('below: %s', (line) => {
    expect(found({ gives: [...LAST_TWO, line].join('\n') })).toEqual([]);
  });

  test.each(['First 2 results:', '## Latest 2', 'Showing 2 of 6:'])('above: %s', (line) => {
    expect(found({ gives: [line, ...LAST_TWO].join('\n') })).toEqual([]);
  });

  test.each(whole)('not: %s', (line) => {
    expect(found({ gives: [...LAST_TWO, line].join('\n') })).toEqual(LOST);
  });
});

describe('the name of the tool', () => {
  const narrow = [
    ...['tail_file', 'tail_log', 'head_file', 'head_log', 'read_head', 'read_window', 'list_page'],
    ...['get_feed', 'browse_log', 'list_starred_notes', 'list_favorites', 'search_notes'],
    ...['find_notes', 'list_expiring_notes', 'list_archived', 'listOpenTickets', 'get_recent'],
  ];
  const wide = [
    ...['list_tickets', 'get_all_tickets', 'list_pages', 'read_graph', 'open_notes', 'get_feeds'],
    ...['list_settings', 'read_building', 'dump'],
  ];

  test.each(narrow)('%s', (tool) => {
    expect(found({ tool, gives: LAST_TWO.join('\n') })).toEqual([]);
  });

  test.each(wide)('not: %s', (tool) => {
    expect(found({ tool, gives: LAST_TWO.join('\n') })).toEqual(LOST);
  });
});

describe('the description of the tool', () => {
  test.each([
    'Returns the last 4 entries of the log.',
    'Get up to 2 tickets',
    'Lists tickets (paginated).',
    'Shows the most recent tickets.',
  ])('%s', (description) => {
    expect(found({ description, gives: LAST_TWO.join('\n') })).toEqual([]);
  });

  test.each(['Returns all tickets.', 'Lists every ticket, the last one first.'])(
    'not: %s',
    (description) => {
      expect(found({ description, gives: LAST_TWO.join('\n') })).toEqual(LOST);
    },
  );
});

describe('a log that may drop its oldest entries', () => {
  const log = { tool: 'read_log', adds: 'append_log' };

  test('only the oldest are gone', () => {
    expect(found({ ...log, gives: LAST_TWO.join('\n') })).toEqual(['POTENTIAL medium: 4 of 6']);
  });

  test('newer ones are gone too, or all but one', () => {
    expect(found({ ...log, gives: `${TITLES[1]}\n${TITLES[5]}` })).toEqual(LOST);
    expect(found({ ...log, gives: TITLES[5] })).toEqual(['OBSERVED critical: 5 of 6']);
  });
});
