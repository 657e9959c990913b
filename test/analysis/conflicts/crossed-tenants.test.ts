/** What belongs to one caller and went to another, and callers of whom nothing can be said. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { client, http, type Step, server } from '../../kit/entries.ts';
import { launched, ms, type SceneOptions, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'crossed-tenants';

const [ada, bob] = ['Bearer <secret:header:aaaaaaaa>', 'Bearer <secret:header:bbbbbbbb>'];

/** One exchange: what is asked with a credential, and its result. */
interface Exchange {
  readonly by: string | undefined;
  readonly ask: object;
  readonly result: object;
  readonly status?: number;
}

function cards(exchanges: readonly Exchange[], more: SceneOptions = {}): Entry[] {
  const steps = exchanges.flatMap(({ by, ask, result, status = 200 }, at): Step[] => {
    const exchange = at + 1;
    const headers = by === undefined ? [] : [['Authorization', by] as const];
    return [
      { ...http(exchange, 'opened', { method: 'POST', headers }), at: ms(at * 100) },
      client({ id: exchange, ...ask }, { at: ms(at * 100), exchange }),
      { ...http(exchange, 'head', { status }), at: ms(at * 100 + 10) },
      server({ id: exchange, result }, { at: ms(at * 100 + 10), exchange }),
      { ...http(exchange, 'ended', { ended: 'complete' }), at: ms(at * 100 + 11) },
    ];
  });
  return scene('cards', [], { ...more, steps, head: { transport: 'http', ...more.head } });
}

const mine = { method: 'tools/call', params: { name: 'list_cards', arguments: {} } };
const text = (value: string) => ({ content: [{ type: 'text', text: value }] });
const read = (by: string | undefined, value: string): Exchange => ({
  by,
  ask: mine,
  result: text(value),
});
const [adas, bobs] = ['card-1001 of Ada', 'card-2002 of Bob'];

const round = (by: string, params: object, result: object): Exchange => ({
  by,
  ask: { method: 'tools/call', params: { name: 'pay', arguments: {}, ...params } },
  result,
});
const asks = { resultType: 'input_required', requestState: 'st-1', inputRequests: {} };
const ping = (by: string, status?: number): Exchange => ({
  by,
  ask: { method: 'tools/list' },
  result: { tools: [] },
  ...(status === undefined ? {} : { status }),
});

describe('found', () => {
  test('one caller is given what only the other was', () => {
    const entries = cards([read(ada, adas), read(bob, bobs), read(ada, adas), read(bob, adas)]);
    expect(told(RULE, entries)).toMatchInlineSnapshot(`
      [
        "cards gave one caller the answer of another to “list_cards”, once: with “card-1001”, which only the other had been given.",
        "answer to the one caller: {"content":[{"type":"text","text":"card-1001 of Ada"}]}",
        "answer to the other: {"content":[{"type":"text","text":"card-2002 of Bob"}]}",
        "request of the other",
        "the answer to the one, given to the other: {"content":[{"type":"text","text":"card-1001 of Ada"}]}",
      ]
    `);
  });

  test('in the sessions of two hosts', () => {
    const upstream = 'http://127.0.0.1:9/mcp';
    const one = cards([read(ada, adas), ping(ada), read(ada, adas)], {
      id: 'S1',
      head: { upstream },
    });
    const two = cards([read(bob, bobs), read(bob, adas)], {
      id: 'S2',
      start: 5_050_000,
      head: { upstream },
    });
    expect(said(RULE, one)).toEqual([]);
    expect(said(RULE, one, two)).toEqual(['OBSERVED critical']);
  });

  test('two processes that were started with the tokens of two', () => {
    const piped = (name: string, token: string, start: number, ...answers: string[]): Entry[] =>
      scene(
        'cards',
        answers.map((gives, at) => ({
          tool: 'list_cards',
          from: at * 100,
          to: at * 100 + 9,
          gives,
        })),
        { id: name, start, head: launched({ CARDS_TOKEN: token, PATH: '#1' }) },
      );
    const one = piped('S1', '#aaaaaaaa', 5_000_000, adas, adas);
    expect(said(RULE, one, piped('S2', '#bbbbbbbb', 5_050_000, bobs, adas))).toEqual([
      'OBSERVED critical',
    ]);
    expect(said(RULE, one, piped('S2', '#aaaaaaaa', 5_050_000, bobs, adas))).toEqual([]);
  });

  test('the state of a call of the one is taken from the other', () => {
    const entries = cards([
      round(ada, {}, asks),
      round(bob, { requestState: 'st-1' }, text('paid')),
      ping(ada),
    ]);
    expect(told(RULE, entries)).toMatchInlineSnapshot(`
      [
        "cards took the state of an unfinished call that it had given one caller from another one, once.",
        "credential of the one: "Bearer <secret:header:aaaaaaaa>"",
        "what it was given: "st-1"",
        "credential of the other: "Bearer <secret:header:bbbbbbbb>"",
        "what the other sent: "st-1"",
        "its success",
      ]
    `);
  });

  test('a task of the one is told to the other', () => {
    const task = { task: { taskId: 'task-1', status: 'working' } };
    const get = { method: 'tasks/get', params: { taskId: 'task-1' } };
    const entries = cards([
      round(ada, {}, task),
      { by: bob, ask: get, result: { taskId: 'task-1', status: 'completed' } },
      ping(ada),
    ]);
    expect(said(RULE, entries)).toEqual(['OBSERVED critical']);
  });
});

describe('nothing to say', () => {
  const silent: [string, Entry[]][] = [
    [
      'both see the same',
      cards([read(ada, adas), read(bob, adas), read(ada, adas), read(bob, adas)]),
    ],
    [
      'each sees his own',
      cards([read(ada, adas), read(bob, bobs), read(ada, adas), read(bob, bobs)]),
    ],
    [
      'something that both see changed once',
      cards([read(bob, bobs), read(ada, adas), read(bob, adas), read(ada, adas)]),
    ],
    [
      'the answers say nothing of anybody',
      cards(
        ['Status: waiting', 'Status: done', 'Status: waiting', 'Status: waiting'].map((one, at) =>
          read(at % 2 ? bob : ada, one),
        ),
      ),
    ],
    [
      'nobody showed a credential',
      cards([adas, bobs, adas, adas].map((one) => read(undefined, one))),
    ],
    ['one caller', cards([adas, bobs, adas, adas].map((one) => read(ada, one)))],
    [
      'a credential that was renewed between two rounds',
      cards([round(ada, {}, asks), round(bob, { requestState: 'st-1' }, text('paid')), ping(bob)]),
    ],
    [
      'the old credential is refused from then on',
      cards([
        round(ada, {}, asks),
        round(bob, { requestState: 'st-1' }, text('paid')),
        ping(ada, 401),
      ]),
    ],
    [
      'each sends his own state',
      cards([round(ada, {}, asks), round(ada, { requestState: 'st-1' }, text('paid')), ping(bob)]),
    ],
    [
      'the other is refused',
      cards([
        round(ada, {}, asks),
        round(bob, { requestState: 'st-1' }, { ...text('no'), isError: true }),
        ping(ada),
      ]),
    ],
  ];
  test.each(silent)('%s', (_, entries) => {
    expect(said(RULE, entries)).toEqual([]);
  });

  test('hashes of two keys tell no callers apart', () => {
    const head = { upstream: 'http://127.0.0.1:9/mcp' };
    const one = cards([read(ada, adas), ping(ada), read(ada, adas)], { id: 'S1', head });
    const two = cards([read(bob, bobs), read(bob, adas)], {
      id: 'S2',
      start: 5_050_000,
      head: { ...head, redaction: { rules: 'default/3', key: 'ffffffff' } },
    });
    expect(said(RULE, one, two)).toEqual([]);
  });
});
