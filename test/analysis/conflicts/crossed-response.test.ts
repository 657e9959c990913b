/** Answers that went to the wrong request, and pairs of requests that only look like it. */
import { describe, expect, test } from 'vitest';
import { followCrossed } from '../../../analysis/crossed/search.ts';
import { violationsOf } from '../../../analysis/protocol/automaton.ts';
import { PROTOCOL_RULES } from '../../../analysis/protocol/rules.ts';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, http, type Step, server, toolCall } from '../../kit/entries.ts';
import { ms, type SceneOptions, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'crossed-response';

const schemaOf = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
});
const tools = [
  { name: 'weather', outputSchema: schemaOf('sky') },
  { name: 'news', outputSchema: schemaOf('headline') },
  { name: 'loose', outputSchema: { type: 'object' } },
].map((tool) => ({ ...tool, inputSchema: { type: 'object' } }));

type Ask = readonly [id: number, request: object, answer: object | undefined];
const structured = (value: object) => ({ content: [], structuredContent: value });
const text = (value: string) => ({ content: [{ type: 'text', text: value }] });
const call = (tool: string, args: object = {}) => {
  const { id: _, ...rest } = toolCall(0, tool, args);
  return rest;
};

/** All are asked, then all are answered, over a pipe. */
function piped(asks: readonly Ask[], more: SceneOptions = {}): Entry[] {
  const steps = [
    ...asks.map(([id, request], at) => client({ id, ...request }, { at: ms(at) })),
    ...asks.flatMap(([id, , result], at) =>
      result ? [server({ id, result }, { at: ms(50 + at) })] : [],
    ),
  ];
  return scene('city', [], { tools, ...more, steps });
}

/** The same over HTTP, each on an exchange of its own, and asked so many ms after the one before. */
function posted(asks: readonly Ask[], apart = 1): Entry[] {
  const steps = asks.flatMap(([id, request, result], at): Step[] => {
    const exchange = at + 1;
    return [
      { ...http(exchange, 'opened', { method: 'POST' }), at: ms(at * apart) },
      client({ id, ...request }, { at: ms(at * apart), exchange }),
      ...(result ? [server({ id, result }, { at: ms(50 + at * apart), exchange })] : []),
      { ...http(exchange, 'ended', { ended: 'complete' }), at: ms(90 + at * apart) },
    ];
  });
  return scene('city', [], { tools, steps, head: { transport: 'http' } });
}

const echoes: readonly Ask[] = ['uno', 'dos', 'tres'].map((word, at) => [
  20 + at,
  call('echo', { message: `${word} word` }),
  text(`Echo: ${word} word`),
]);
const pair = (one: object | undefined, two: object | undefined, ids = [1, 2]): Ask[] => [
  [ids[0] ?? 1, call('echo', { message: 'alpha text' }), one],
  [ids[1] ?? 2, call('echo', { message: 'beta text' }), two],
];
const alpha = text('Echo: alpha text');
const beta = text('Echo: beta text');

const notes = (one: object, two: object): Ask[] => [
  [1, call('get_note', { id: 'alpha77' }), text(JSON.stringify(one))],
  [2, call('get_note', { id: 'beta88' }), text(JSON.stringify(two))],
];
const pages = (...uris: readonly string[]): Ask[] =>
  ['note://one', 'note://two'].map((uri, at) => [
    at,
    { method: 'resources/read', params: { uri } },
    { contents: [{ uri: uris[at], text: 'x' }] },
  ]);
/** The same asked of a tool that gives the partner of what it is given. */
const partner = (ask: object): object => {
  const { params } = ask as { params: { arguments: object } };
  return call('get_partner', params.arguments);
};

describe('found', () => {
  test('an exchange is told once, with both answers', () => {
    const notesOfOthers = notes({ id: 'beta88', body: 'B' }, { id: 'alpha77', body: 'A' });
    expect(told(RULE, piped(notesOfOthers))).toMatchInlineSnapshot(`
      [
        "A request to city (get_note) got the answer of another one, and the other got that of this one. It repeats “beta88”, which only the other asked.",
        "request",
        "answer that it got: {"content":[{"type":"text","text":"{\\"id\\":\\"beta88\\",\\"body\\":\\"B\\"}"}]}",
        "request that this answers: "beta88"",
        "answer that the other got",
      ]
    `);
  });

  test('one id on two exchanges, one of which got the answer of the other', () => {
    expect(told(RULE, posted(pair(undefined, alpha, [7, 7])))).toMatchInlineSnapshot(`
      [
        "A request to city (echo) got the answer of another one that was sent with the same id, which never got one. It repeats “alpha text”, which only the other asked.",
        "request",
        "answer that it got: {"content":[{"type":"text","text":"Echo: alpha text"}]}",
        "request that this answers: "alpha text"",
      ]
    `);
  });

  test('the same in step with a walk for something else', () => {
    const [view] = viewsOf(piped([...echoes, ...pair(beta, alpha)]));
    if (!view) throw new Error('There is a session.');
    const inStep = followCrossed(view);
    violationsOf(view, PROTOCOL_RULES, inStep.passed);
    expect(inStep.found()).toHaveLength(1);
    expect(inStep.found()).toEqual(followCrossed(view).found());
  });

  const weather: Ask = [1, call('weather'), structured({ headline: 'None' })];
  const found: [string, Entry[], string[]][] = [
    ['one id, exchanged', posted(pair(beta, alpha, [7, 7])), ['PROVEN critical']],
    [
      'one id, by the schemas of two tools',
      posted([
        [7, call('weather'), undefined],
        [7, call('news'), structured({ sky: 'grey' })],
      ]),
      ['PROVEN critical'],
    ],
    [
      'one id, by the members of two methods',
      posted([
        [7, { method: 'prompts/list' }, undefined],
        [7, call('news'), { prompts: [] }],
      ]),
      ['PROVEN critical'],
    ],
    [
      'two ids on a pipe, exchanged, by their schemas',
      piped([weather, [2, call('news'), structured({ sky: 'grey' })]]),
      ['PROVEN critical'],
    ],
    [
      'two ids on a pipe, one never answered',
      piped([weather, [2, call('news'), undefined]]),
      ['OBSERVED critical'],
    ],
    [
      'two ids, exchanged, of a tool that repeats what it is asked',
      piped([...echoes, ...pair(beta, alpha)]),
      ['OBSERVED critical'],
    ],
    [
      'two ids, exchanged, each with a word that says what it answers',
      piped(pair(beta, alpha)),
      ['OBSERVED critical'],
    ],
    [
      'two ids, exchanged, each with a member that is called like the argument',
      piped(notes({ id: 'beta88', body: 'B' }, { id: 'alpha77', body: 'A' })),
      ['OBSERVED critical'],
    ],
    [
      'two ids, exchanged, by the addresses of two resources',
      piped(pages('note://two', 'note://one')),
      ['OBSERVED critical'],
    ],
    [
      'the address of another resource',
      posted([
        [7, { method: 'resources/read', params: { uri: 'note://one' } }, undefined],
        [
          7,
          { method: 'resources/read', params: { uri: 'note://two' } },
          { contents: [{ uri: 'note://one', text: 'x' }] },
        ],
      ]),
      ['PROVEN critical'],
    ],
  ];
  test.each(found)('%s', (_, entries, expected) => {
    expect(said(RULE, entries)).toEqual(expected);
  });
});

describe('nothing to say', () => {
  const silent: [string, Entry[]][] = [
    ['one id, each its own answer', posted(pair(alpha, beta, [7, 7]))],
    ['one id, answers that tell nothing', posted(pair(undefined, text('done'), [7, 7]))],
    [
      'one id, and the answer has both texts',
      posted(pair(undefined, text('alpha text, beta text'), [7, 7])),
    ],
    ['one id, one after the other', posted(pair(beta, alpha, [7, 7]), 100)],
    ['two ids, each with its own answer', piped(pair(alpha, beta))],
    ['two ids, of which one has the other text', piped(pair(beta, text('Echo: gamma text')))],
    [
      'two ids, and the answer is the other text and nothing else: a translation, an opposite',
      piped(pair(text('beta text'), text('alpha text'))),
    ],
    ['partners', piped(pair(beta, alpha).map(([id, ask, got]) => [id, partner(ask), got]))],
    [
      'pages that name each other as what comes next and before',
      piped(pair(text('Welcome. Next: beta text'), text('Install it. Previous: alpha text'))),
    ],
    [
      'a member of another name, which links to the other',
      piped(notes({ next: 'beta88', body: 'B' }, { next: 'alpha77', body: 'A' })),
    ],
    [
      'what was found, in a list',
      piped(notes({ notes: [{ id: 'beta88' }] }, { notes: [{ id: 'alpha77' }] })),
    ],
    [
      'one has the texts of both',
      piped(notes({ id: 'beta88', body: 'alpha77' }, { id: 'beta88' })),
    ],
    ['one id on a pipe: nobody can tell', piped([...echoes, ...pair(beta, alpha, [7, 7])])],
    [
      'two ids, exchanged texts, of a tool that repeats nothing',
      piped([
        [1, call('search', { query: 'alpha text' }), text('Nothing here')],
        [2, call('search', { query: 'beta text' }), text('found alpha text')],
      ]),
    ],
    [
      'a result that breaks its schema and fits no other',
      piped([
        [1, call('weather'), structured({ wind: 'west' })],
        [2, call('news'), structured({ headline: 'None' })],
      ]),
    ],
    [
      'a result that breaks its schema, and a schema that all results fit',
      piped([
        [1, call('weather'), structured({ wind: 'west' })],
        [2, call('loose'), structured({ sky: 'x' })],
      ]),
    ],
    [
      'the other has its own answer as well',
      piped([
        [1, call('weather'), structured({ headline: 'None' })],
        [2, call('news'), structured({ headline: 'None' })],
      ]),
    ],
    [
      'an error has no members of a result',
      piped([
        [1, call('weather'), { content: [], isError: true, structuredContent: { headline: 'x' } }],
        [2, call('news'), undefined],
      ]),
    ],
    [
      'one argument is a part of the other',
      posted([
        [7, call('echo', { message: 'alpha' }), undefined],
        [7, call('echo', { message: 'alpha text' }), text('Echo: alpha')],
      ]),
    ],
    [
      'an interim result',
      posted([
        [7, call('weather'), undefined],
        [
          7,
          { method: 'prompts/get', params: { name: 'x' } },
          { resultType: 'input_required', content: [] },
        ],
      ]),
    ],
  ];
  test.each(silent)('%s', (_, entries) => {
    expect(said(RULE, entries)).toEqual([]);
  });
});
