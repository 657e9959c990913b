/** Calls of tools that do not fit what was listed, and twins that do. */
import { TOOL_CALLS } from '../../../analysis/protocol/tool-calls.ts';
import {
  client,
  frame,
  gap,
  opening,
  type Step,
  server,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { cases } from './kit.ts';

const number = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
const add = { name: 'add', inputSchema: number };
const answers = {
  ...add,
  outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
};

/** seq 4 and 5, after the handshake. */
const listed = (tools: readonly object[], more: object = {}): Step[] => [
  client({ id: 'list', method: 'tools/list', params: {} }),
  server({ id: 'list', result: { tools, ...more } }),
];
const blocks = (...types: readonly string[]): object => ({
  content: types.map((type) => ({ type })),
});
const calls = (args: object, ...answer: readonly object[]): Step[] => [
  client(toolCall(1, 'add', args)),
  ...answer.map((result) => server({ id: 1, result })),
];
const ok = { content: [{ type: 'text', text: 'ok' }] };
const structured = (structuredContent: unknown, text = 'ok') => ({
  content: [{ type: 'text', text }],
  structuredContent,
});
const story = (tool: object, ...steps: readonly Step[]) => ({
  steps: [...opening(), ...listed([tool]), ...steps],
});
const SECRET = '<secret:field:9f2c11d0>';
const changed = server({ method: 'notifications/tools/list_changed' });

cases(TOOL_CALLS, {
  'unlisted-tool-called': {
    breaks: [
      story(add, client(toolCall(1, 'subtract'))),
      'medium: The client of notes called the tool “subtract”, once, which is not in the last list of tools. [5 list without it, 6 call]',
    ],
    alsoBreaks: [
      [
        {
          steps: [
            ...opening(),
            client({ id: 1, method: 'tools/list' }),
            server({ id: 1, result: { tools: [add], nextCursor: '' } }),
            client({ id: 2, method: 'tools/list', params: { cursor: '' } }),
            server({ id: 2, result: { tools: [] } }),
            client(toolCall(3, 'subtract')),
          ],
        },
        'medium: The client of notes called the tool “subtract”, once, which is not in the last list of tools. [7 list without it, 8 call]',
      ],
    ],
    clean: [
      story(add, ...calls({ n: 1 }, ok)),
      // Never listed; changed since; not read to the end; lost; too large to be kept; failed.
      { steps: [...opening(), client(toolCall(1, 'subtract'))] },
      story(add, changed, client(toolCall(1, 'subtract'))),
      {
        steps: [
          ...opening(),
          ...listed([add], { nextCursor: 'x' }),
          client(toolCall(1, 'subtract')),
        ],
      },
      story(add, gap(2), client(toolCall(1, 'subtract'))),
      story(
        add,
        frame('server', { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' }),
        client(toolCall(1, 'subtract')),
      ),
      {
        steps: [
          ...opening(),
          client({ id: 1, method: 'tools/list' }),
          server({ id: 1, error: { code: -32603, message: 'x' } }),
          client(toolCall(2, 'subtract')),
        ],
      },
      story(add, client(toolCall(1, SECRET))),
      {
        ...story(add, client(toolCall(1, 'subtract'))),
        head: { imported: { from: 'x', lacks: ['rest'] } },
      },
    ],
  },
  'arguments-against-schema': {
    breaks: [
      story(add, ...calls({ n: 'one' }, ok)),
      'medium: The server of notes took arguments for “add” that its own schema does not allow, once. [5 definition, 6 arguments against “type”, 7 result]',
    ],
    alsoBreaks: [
      [
        story(
          add,
          client({ id: 1, method: 'tools/call', params: { name: 'add' } }),
          server(toolText(1, 'ok')),
        ),
        'medium: The server of notes took arguments for “add” that its own schema does not allow, once. [5 definition, 6 arguments against “required”, 7 result]',
      ],
    ],
    clean: [
      story(add, ...calls({ n: 1 }, ok)),
      // Refused, in both ways; hidden; unanswered; a schema that nobody can judge.
      story(add, ...calls({ n: 'one' }, { ...ok, isError: true })),
      story(
        add,
        client(toolCall(1, 'add', { n: 'one' })),
        server({ id: 1, error: { code: -32602, message: 'no' } }),
      ),
      story(add, ...calls({ n: SECRET }, ok)),
      story(add, ...calls({ n: 'one' })),
      story({ ...add, inputSchema: { type: 'object', $ref: '#' } }, ...calls({ n: 'one' }, ok)),
      story(
        { ...add, inputSchema: { type: 'object', properties: { n: { pattern: '^(a+)+$' } } } },
        ...calls({ n: `${'a'.repeat(50)}!` }, ok),
      ),
      story(add, changed, ...calls({ n: 'one' }, ok)),
      {
        steps: [
          ...opening(),
          ...listed([add, { ...add, inputSchema: { type: 'object' } }]),
          ...calls({ n: 'one' }, ok),
        ],
      },
    ],
  },
  'structured-content-against-schema': {
    breaks: [
      story(answers, ...calls({ n: 1 }, ok)),
      'high: The server of notes gave a result of “add” that its own outputSchema does not allow, once. [5 definition, 6 call, 7 result without structuredContent]',
    ],
    alsoBreaks: [
      [
        story(answers, ...calls({ n: 1 }, structured({ sum: '2' }))),
        'high: The server of notes gave a result of “add” that its own outputSchema does not allow, once. [5 definition, 6 call, 7 result against “type”]',
      ],
    ],
    clean: [
      story(answers, ...calls({ n: 1 }, structured({ sum: 2 }))),
      story(answers, ...calls({ n: 1 }, { ...ok, isError: true })),
      story(answers, ...calls({ n: 1 }, structured({ sum: SECRET }))),
      story(answers, ...calls({ n: 1 }, { task: { taskId: 't', status: 'working' } })),
      story(answers, client(toolCall(1, 'add', { n: 1 })), changed, server(toolText(1, 'ok'))),
      // 2025-03-26 knows no outputSchema.
      {
        steps: [
          ...opening({ revision: '2025-03-26' }),
          ...listed([answers]),
          ...calls({ n: 1 }, ok),
        ],
      },
    ],
  },
  'text-against-structured-content': {
    breaks: [
      story(add, ...calls({ n: 1 }, structured({ sum: 2 }, '{"sum": 3}'))),
      'medium: The server of notes answered “add” with a text and a structure that say different things, once. [7 text, 7 structure]',
    ],
    clean: [
      story(add, ...calls({ n: 1 }, structured({ sum: 2, a: 1 }, '{"a":1, "sum": 2.0}'))),
      story(add, ...calls({ n: 1 }, structured({ sum: 2 }, 'The sum is 2.'))),
      story(add, ...calls({ n: 1 }, structured({ content: '{"a":1}' }, '{"a":1}'))),
      story(add, ...calls({ n: 1 }, structured({ result: [1, 2] }, '[1,2]'))),
      story(
        add,
        client(toolCall(1, 'add')),
        server({ id: 1, result: structured({ sum: 2 }, '{"sum": 3}') }, { redacted: 1 }),
      ),
    ],
  },
  'unknown-content-type': {
    breaks: [
      story(add, ...calls({ n: 1 }, blocks('text', 'video'))),
      'medium: The server of notes answered “add” with content of a type that the revision does not know, once. [7 block]',
    ],
    alsoBreaks: [
      ...(
        [
          [blocks('tool_use'), '2025-11-25'],
          [{ content: [{ text: 'without a type' }] }, '2025-11-25'],
          [blocks('resource_link'), '2025-03-26'],
          [blocks('audio'), '2024-11-05'],
        ] as const
      ).map(([result, revision]): [{ steps: Step[] }, string] => [
        { steps: [...opening({ revision }), ...listed([add]), ...calls({ n: 1 }, result)] },
        'medium: The server of notes answered “add” with content of a type that the revision does not know, once. [7 block]',
      ]),
    ],
    clean: [
      story(add, ...calls({ n: 1 }, blocks('text', 'image', 'audio', 'resource', 'resource_link'))),
      story(add, ...calls({ n: 1 }, blocks())),
      story(add, ...calls({ n: 1 }, blocks(SECRET))),
      ...(
        [
          [blocks('audio'), '2025-03-26'],
          [blocks('text', 'image', 'resource'), '2024-11-05'],
        ] as const
      ).map(([result, revision]) => ({
        steps: [...opening({ revision }), ...listed([add]), ...calls({ n: 1 }, result)],
      })),
    ],
  },
});
