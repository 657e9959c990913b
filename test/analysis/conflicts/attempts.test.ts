/**
 * Requests that were sent again: which of them ran twice, which may have, and the many that only look
 * like it. Each near miss is a small change of a scene that is found.
 */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { client, exit, http, type Step, server, toolCall } from '../../kit/entries.ts';
import { ms, type SceneCall, type SceneOptions, scene } from '../scene.ts';
import { said, told } from './said.ts';

const DUPLICATE = 'duplicate-side-effect';
const RETRY = 'retry-of-unknown-outcome';

const ticket = (from: number, to?: number, id = 'T-1', more: object = {}): SceneCall => ({
  tool: 'create_ticket',
  args: { title: 'Printer on fire', ...more },
  from,
  ...(to === undefined ? {} : { to, gives: { ticketId: id, title: 'Printer on fire' } }),
});
const cancel = (request: number, at: number): Step =>
  client({ method: 'notifications/cancelled', params: { requestId: request } }, { at: ms(at) });
const list: SceneCall = { tool: 'list_tickets', from: 3100, to: 3110, gives: { tickets: [] } };
const tool = (name: string, annotations: object) => ({
  tools: [{ name, inputSchema: { type: 'object' }, annotations }],
});
const cancelled = (at = 3000, more: SceneOptions = {}): SceneOptions => ({
  ...more,
  steps: [cancel(1, at)],
});

/** One read of the pipe has it all, as a client that gives up writes it; `first`: what comes to the first. */
function inOneBreath(first?: Parameters<typeof server>[0], isCancelled = true): Entry[] {
  const at = { at: ms(0), sent: ms(0) + 9 };
  const asked = [1, 2].map((id) => client(toolCall(id, 'create_ticket', { title: 'x' }), at));
  const word = client({ method: 'notifications/cancelled', params: { requestId: 1 } }, at);
  const [one, two] = asked as [Step, Step];
  return scene('tickets', [], {
    steps: [
      ...(isCancelled ? [one, word, two] : [one, two]),
      ...(first ? [server(first, { at: ms(20) })] : []),
      server({ id: 2, result: made('T-2') }, { at: ms(30) }),
    ],
  });
}

function made(ticketId: string): object {
  return { content: [], structuredContent: { ticketId } };
}

/** Given up, and sent again: both succeed, with one text. */
function sentAgain(gives: string): SceneCall[] {
  const email = { tool: 'send_email', args: { to: 'me@example.org', about: 'T-9' }, gives };
  return [
    { ...email, from: 0, to: 3500 },
    { ...email, from: 3200, to: 3300 },
  ];
}

describe('what ran twice', () => {
  const late = [ticket(0, 3500, 'T-1'), ticket(3200, 3300, 'T-2')];

  test('given up, asked again, and both succeeded', () => {
    expect(told(DUPLICATE, scene('tickets', late, cancelled()))).toMatchInlineSnapshot(`
      [
        "create_ticket of tickets ran twice with the same arguments: it was asked again when no answer to the first request had come, and both succeeded, as “T-1” and “T-2”.",
        "first request: {"title":"Printer on fire"}",
        "first success: "T-1"",
        "second request: {"title":"Printer on fire"}",
        "second success: "T-2"",
      ]
    `);
  });

  const found: [string, Entry[], string][] = [
    ['unanswered for long, without a cancel', scene('tickets', late), 'OBSERVED high'],
    [
      'two in one breath, with two new names: somebody may want two',
      scene('tickets', [ticket(0, 90, 'T-1'), ticket(40, 130, 'T-2')]),
      'POTENTIAL medium',
    ],
    [
      'two names in texts for people',
      scene('tickets', [
        { ...ticket(0, 90), gives: 'Created ticket #41 for you.' },
        { ...ticket(40, 130), gives: 'Created ticket #42 for you.' },
      ]),
      'POTENTIAL medium',
    ],
    [
      'two names of letters and digits in texts for people',
      scene('tickets', [
        { ...ticket(0, 90), gives: 'Created ticket TCK-94362a' },
        { ...ticket(40, 130), gives: 'Created ticket TCK-33f76b' },
      ]),
      'POTENTIAL medium',
    ],
    [
      'again at once, the first answer being there',
      scene('tickets', [ticket(0, 30, 'T-1'), ticket(133, 160, 'T-2')]),
      'POTENTIAL medium',
    ],
    ...['sent', 'Sent issue 1 of 2', 'Sent to me@example.org, T-7 and T-8', 'Sent T-9'].map(
      (gives): [string, Entry[], string] => [
        `a text that names no new thing, or several: ${gives}`,
        scene('mail', sentAgain(gives), cancelled()),
        'OBSERVED high',
      ],
    ),
    [
      'two successes without names, given up',
      scene(
        'mail',
        [
          { tool: 'send_email', args: { to: 'me@example.org' }, from: 0, to: 3500 },
          { tool: 'send_email', args: { to: 'me@example.org' }, from: 3200, to: 3300 },
        ],
        cancelled(),
      ),
      'OBSERVED high',
    ],
    [
      'cancelled and sent again in one breath, and the first ran as well',
      inOneBreath({ id: 1, result: made('T-1') }),
      'OBSERVED high',
    ],
    [
      'equal items at once: somebody may want two',
      scene('cart', [
        { tool: 'add_item', args: { sku: 'apple' }, from: 0, to: 20, gives: { lineId: 'l-1' } },
        { tool: 'add_item', args: { sku: 'apple' }, from: 1, to: 21, gives: { lineId: 'l-2' } },
      ]),
      'POTENTIAL medium',
    ],
  ];
  test.each(found)('%s', (_, entries, expected) => {
    expect(said(DUPLICATE, entries)).toEqual([expected]);
    expect(said(RETRY, entries)).toEqual([]);
  });

  test('the server was started again in between, and its answer to the first came first', () => {
    const one = scene('tickets', [ticket(0, 1500, 'T-1')], { id: 'S1', steps: [cancel(1, 1000)] });
    const two = scene('tickets', [ticket(2000, 2100, 'T-2')], { id: 'S2' });
    expect(said(DUPLICATE, one, two)).toEqual(['OBSERVED high']);
  });

  test('a thousand of them are one finding, with the count in it', () => {
    const many = Array.from({ length: 100 }, (_, at) => [
      ticket(at * 1000, at * 1000 + 90, `T-${2 * at}`, { at }),
      ticket(at * 1000 + 40, at * 1000 + 130, `T-${2 * at + 1}`, { at }),
    ]).flat();
    const [message] = told(DUPLICATE, scene('tickets', many));
    expect(message).toContain('ran twice with the same arguments, 100 times:');
  });
});

describe('nothing ran twice that should not', () => {
  const late = [ticket(0, 3500, 'T-1'), ticket(3200, 3300, 'T-2')];
  const silent: [string, Entry[]][] = [
    ...['issue #1', 'Sent T-7.', 'Message id: 4711', 'Sent about T-9 as T-7'].map(
      (gives): [string, Entry[]] => [
        `one new thing, told twice: ${gives}`,
        scene('mail', sentAgain(gives), cancelled()),
      ],
    ),
    ['far apart', scene('tickets', [ticket(0, 30), ticket(2000, 2030, 'T-2')])],
    [
      'by intention, with other results between',
      scene('cart', [
        { tool: 'add_item', args: { sku: 'apple' }, from: 0, to: 20, gives: { lineId: 'l-1' } },
        { tool: 'get_cart', from: 400, to: 420, gives: { total: 1 } },
        { tool: 'add_item', args: { sku: 'apple' }, from: 900, to: 920, gives: { lineId: 'l-2' } },
      ]),
    ],
    [
      'other arguments',
      scene('tickets', [late[0] as SceneCall, ticket(3200, 3300, 'T-2', { p: 1 })]),
    ],
    [
      'the same name twice: the server knew it again',
      scene('tickets', [ticket(0, 3500), ticket(3200, 3300)]),
    ],
    [
      'idempotent by its own word',
      scene('tickets', late, cancelled(3000, tool('create_ticket', { idempotentHint: true }))),
    ],
    [
      'read-only by its own word',
      scene('tickets', late, cancelled(3000, tool('create_ticket', { readOnlyHint: true }))),
    ],
    [
      'a key of the request',
      scene('tickets', [
        ticket(0, 3500, 'T-1', { idempotencyKey: 'k1' }),
        ticket(3200, 3300, 'T-2', { idempotencyKey: 'k1' }),
      ]),
    ],
    [
      'a read that is asked again',
      scene('tickets', [
        { tool: 'get_ticket', args: { id: 'T-1' }, from: 0, to: 3500, gives: { id: 'a' } },
        { tool: 'get_ticket', args: { id: 'T-1' }, from: 3200, to: 3300, gives: { id: 'b' } },
      ]),
    ],
    [
      'polling in one breath',
      scene(
        'jobs',
        Array.from({ length: 5 }, (_, at) => ({
          tool: 'job_status',
          args: { job: 1 },
          from: at * 50,
          to: at * 50 + 10,
          gives: { requestId: `r-${at}` },
        })),
      ),
    ],
    [
      'overwriting the same with the same',
      scene('files', [
        { tool: 'write_file', args: { path: '/a', content: 'x' }, from: 0, to: 3500 },
        { tool: 'write_file', args: { path: '/a', content: 'x' }, from: 3200, to: 3300 },
      ]),
    ],
    [
      'what differs is the time',
      scene('tickets', [
        { ...ticket(0, 90), gives: 'Created at 10:00:01.' },
        { ...ticket(40, 130), gives: 'Created at 10:00:02.' },
      ]),
    ],
    [
      'a tag that is added to a set',
      scene('notes', [
        { tool: 'add_tag', args: { tag: 'red' }, from: 0, to: 3500 },
        { tool: 'add_tag', args: { tag: 'red' }, from: 3200, to: 3300 },
      ]),
    ],
    [
      'the second says that it is there already',
      scene(
        'tickets',
        [ticket(0, 3500), { ...ticket(3200, 3300), gives: 'Ticket exists already: T-1' }],
        cancelled(),
      ),
    ],
    [
      'two hosts, each with its own server',
      [
        ...scene('tickets', [ticket(0, 90, 'T-1')], {
          id: 'S1',
          head: { host: { pid: 1, started: '1', name: 'a' } },
        }),
        ...scene('tickets', [ticket(40, 130, 'T-2')], {
          id: 'S2',
          head: { host: { pid: 2, started: '2', name: 'b' } },
        }),
      ],
    ],
  ];
  test.each(silent)('%s', (_, entries) => {
    expect(said(DUPLICATE, entries)).toEqual([]);
    expect(said(RETRY, entries)).toEqual([]);
  });
});

describe('what may have run twice', () => {
  const lost = [ticket(0), ticket(3200, 3300, 'T-2')];

  test('given up without an answer, and sent again', () => {
    expect(told(RETRY, scene('tickets', lost, cancelled()))).toMatchInlineSnapshot(`
      [
        "create_ticket of tickets was sent again with the same arguments although the first request may have run: its outcome was never known, and nobody looked before the second.",
        "request whose outcome is unknown: {"title":"Printer on fire"}",
        "the same request again: {"title":"Printer on fire"}",
        "success of the repetition",
      ]
    `);
  });

  const gone = scene('tickets', [ticket(0)], { id: 'S1', steps: [{ ...exit(1), at: ms(500) }] });
  const found: [string, Entry[]][] = [
    ['unanswered for long', scene('tickets', lost)],
    ['its server died', [...gone, ...scene('tickets', [ticket(900, 950)], { id: 'S2' })]],
    [
      'the server says that somebody timed out',
      scene('tickets', [
        { ...ticket(0, 900), gives: 'Request to tracker timed out', isError: true },
        ticket(1000, 1100, 'T-2'),
      ]),
    ],
    ['cancelled and sent again in one breath', inOneBreath()],
    ['asked three times', scene('tickets', [ticket(0), ticket(2000), ticket(4000, 4100)])],
  ];
  test.each(found)('%s', (_, entries) => {
    expect(said(RETRY, entries)).toEqual(['POTENTIAL medium']);
    expect(said(DUPLICATE, entries)).toEqual([]);
  });

  const silent: [string, Entry[]][] = [
    ['looked before asking again', scene('tickets', [...lost, list], cancelled())],
    [
      'the first was refused',
      scene('tickets', [
        { ...ticket(0, 900), gives: 'title is too long', isError: true },
        ticket(1000, 1100),
      ]),
    ],
    [
      'the repetition is refused',
      scene('tickets', [ticket(0), { ...ticket(3200, 3300), gives: 'duplicate', isError: true }]),
    ],
    ['never asked again', scene('tickets', [ticket(0)], cancelled())],
    ['two in one breath, one of them unanswered', inOneBreath(undefined, false)],
    ['asked again much later', scene('tickets', [ticket(0), ticket(700_000, 700_030)])],
    [
      'idempotent by its own word',
      scene('tickets', lost, tool('create_ticket', { idempotentHint: true })),
    ],
    [
      'a tool of which nobody knows what it does',
      scene('x', [
        { tool: 'frobnicate', from: 0 },
        { tool: 'frobnicate', from: 3000, to: 3100 },
      ]),
    ],
  ];
  test.each(silent)('%s: nothing to say', (_, entries) => {
    expect(said(RETRY, entries)).toEqual([]);
  });
});

describe('over HTTP', () => {
  const over = (status: number | undefined, ended: string, reason?: string): Entry[] =>
    scene('tickets', [], {
      head: { transport: 'http' },
      steps: [
        { ...http(1, 'opened', { method: 'POST' }), at: ms(0) },
        client(toolCall(1, 'create_ticket', { title: 'x' }), { at: ms(0), exchange: 1 }),
        ...(status === undefined ? [] : [{ ...http(1, 'head', { status }), at: ms(400) }]),
        {
          ...http(1, 'ended', { ended, ...(reason === undefined ? {} : { reason }) }),
          at: ms(500),
        },
        { ...http(2, 'opened', { method: 'POST' }), at: ms(600) },
        client(toolCall(2, 'create_ticket', { title: 'x' }), { at: ms(600), exchange: 2 }),
        { ...http(2, 'head', { status: 200 }), at: ms(690) },
        server({ id: 2, result: { content: [] } }, { at: ms(700), exchange: 2 }),
        { ...http(2, 'ended', { ended: 'complete' }), at: ms(701) },
      ],
    });

  test.each([
    ['the connection broke', over(200, 'server-closed'), 1],
    ['a proxy gave up waiting', over(504, 'complete'), 1],
    [
      'the connection was reset before an answer',
      over(undefined, 'unreachable', 'connection reset'),
      1,
    ],
    ['nobody listened', over(undefined, 'unreachable', 'connection refused'), 0],
    ['it was refused', over(429, 'complete'), 0],
  ])('%s', (_, entries, count) => {
    expect(said(RETRY, entries)).toHaveLength(count);
  });
});
