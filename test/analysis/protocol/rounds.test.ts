/** Results that need input, and the requests that go on after them. */
import { ROUNDS } from '../../../analysis/protocol/rounds.ts';
import { client, gap, type Step, server } from '../../kit/entries.ts';
import { cases, complete, modern, modernHeaders, OVER_HTTP, post } from './kit.ts';

const elicit = {
  method: 'elicitation/create',
  params: { message: 'Name?', requestedSchema: { type: 'object', properties: {} } },
};
const asks = (id: number, more: object = {}) => ({
  id,
  result: { resultType: 'input_required', inputRequests: { name: elicit }, ...more },
});
const answer = { name: { action: 'decline' } };
const call = (id: number, params: object = {}, name = 'save') =>
  modern(id, 'tools/call', { name, arguments: { a: 1 }, ...params });
const again = (id: number, params: object = {}, name = 'save') =>
  call(id, { inputResponses: answer, ...params }, name);
const done = (id: number) => server(complete(id, { content: [] }));
/** seq 1 and 2: the server asks, and gives this state. */
const first = (requestState?: string): Step[] => [
  client(call(1)),
  server(asks(1, requestState === undefined ? {} : { requestState })),
];
const PLACES = '[1 first request, 2 result that needs input, 3 next request]';
const notEchoed = `high: The client of notes did not give back the requestState of “save” as it was, once. ${PLACES}`;
const differ = `high: The client of notes answered other inputRequests of “save” than there were, once. ${PLACES}`;
const twice = (hints: object): Step[] => [
  client(modern('list', 'tools/list')),
  server(
    complete('list', {
      tools: [{ name: 'save', inputSchema: { type: 'object' }, annotations: hints }],
      ttlMs: 0,
      cacheScope: 'private',
    }),
  ),
  ...first('s'),
  client(again(2, { requestState: 's' })),
  done(2),
  client(again(3, { requestState: 's' })),
  done(3),
];

cases(ROUNDS, {
  'round-id-reused': {
    breaks: [
      { steps: [...first('s'), client(again(1, { requestState: 's' }))] },
      `high: The client of notes went on with “save” under the id it had used before, once; the two are independent requests. ${PLACES}`,
    ],
    clean: [
      { steps: [...first('s'), client(again(2, { requestState: 's' }))] },
      {
        steps: [
          ...first(),
          client(
            modern('1', 'tools/call', {
              name: 'save',
              arguments: { a: 1 },
              inputResponses: answer,
            }),
          ),
        ],
      },
      // Two clients of one address count for themselves.
      {
        head: OVER_HTTP,
        steps: [
          ...post(1, call(1), { headers: modernHeaders('tools/call', 'save'), answers: [asks(1)] }),
          ...post(2, again(1), {
            headers: modernHeaders('tools/call', 'save'),
            answers: [complete(1, { content: [] })],
          }),
        ],
      },
    ],
  },
  'request-state-not-echoed': {
    breaks: [{ steps: [...first('s'), client(again(2, { requestState: 'S' }))] }, notEchoed],
    alsoBreaks: [
      [{ steps: [...first('s'), client(again(2))] }, notEchoed],
      [{ steps: [...first(), client(again(2, { requestState: 's' }))] }, notEchoed],
    ],
    clean: [
      {
        steps: [
          ...first('s'),
          client(again(2, { requestState: 's' })),
          server(asks(2, { requestState: 't' })),
          client(again(3, { requestState: 't' })),
        ],
      },
      { steps: [...first(), client(again(2))] },
      // Of an earlier session; lost; hidden.
      { steps: [client(again(2, { requestState: 'x' }))] },
      { steps: [...first('s'), gap(2), client(again(2, { requestState: 't' }))] },
      {
        steps: [
          ...first('<secret:jwt:9f2c11d0>'),
          client(again(2, { requestState: '<secret:field:9f2c11d1>' })),
        ],
      },
    ],
  },
  'input-required-misplaced': {
    breaks: [
      { steps: [client(call(1)), server({ id: 1, result: { resultType: 'input_required' } })] },
      'high: The server of notes answered “tools/call” with a result that needs input and cannot be gone on with, once. [1 request, 2 result]',
    ],
    alsoBreaks: [
      [
        { steps: [client(modern(1, 'tools/list')), server(asks(1, { tools: [] }))] },
        'high: The server of notes answered “tools/list” with a result that needs input and cannot be gone on with, once. [1 request, 2 result]',
      ],
    ],
    clean: [
      { steps: first() },
      {
        steps: [
          client(call(1)),
          server({ id: 1, result: { resultType: 'input_required', requestState: '' } }),
        ],
      },
    ],
  },
  'input-responses-differ': {
    breaks: [
      {
        steps: [
          ...first('s'),
          client(again(2, { requestState: 's', inputResponses: { other: {} } })),
        ],
      },
      differ,
    ],
    alsoBreaks: [[{ steps: [...first('s'), client(call(2, { requestState: 's' }))] }, differ]],
    clean: [
      { steps: [...first('s'), client(again(2, { requestState: 's' }))] },
      // Answers of rounds before may come again.
      {
        steps: [
          ...first('s'),
          client(again(2, { requestState: 's' })),
          server(asks(2, { inputRequests: { more: elicit }, requestState: 't' })),
          client(again(3, { requestState: 't', inputResponses: { ...answer, more: {} } })),
        ],
      },
      { steps: [client(again(2, { requestState: 'x' }))] },
    ],
  },
  'request-state-of-another-call': {
    breaks: [
      { steps: [...first('s'), client(again(2, { requestState: 's' }, 'delete'))] },
      'critical: The client of notes sent “delete” with the requestState of another call, once. [1 first request, 2 result that needs input, 3 next request]',
    ],
    clean: [{ steps: [...first('s'), client(again(2, { requestState: 's' }))] }],
  },
  'request-state-accepted-twice': {
    breaks: [
      { steps: twice({}) },
      'medium: The server of notes took one requestState of “save” a second time, once. [5 first request, 7 second request, 8 second result]',
    ],
    clean: [
      { steps: twice({ idempotentHint: true }) },
      { steps: twice({ readOnlyHint: true }) },
      {
        steps: [
          ...twice({}).slice(0, -1),
          server({ id: 3, error: { code: -32602, message: 'used' } }),
        ],
      },
    ],
  },
  'round-arguments-changed': {
    breaks: [
      { steps: [...first('s'), client(again(2, { requestState: 's', arguments: { a: 2 } }))] },
      'medium: The client of notes went on with “save” with other arguments, once. [1 first request, 2 result that needs input, 3 next request]',
    ],
    clean: [
      {
        steps: [
          ...first('s'),
          client(
            modern(2, 'tools/call', {
              arguments: { a: 1.0 },
              name: 'save',
              requestState: 's',
              inputResponses: answer,
            }),
          ),
        ],
      },
    ],
  },
});
