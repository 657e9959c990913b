/** What results of 2026-07-28 must have. */
import { RESULTS } from '../../../analysis/protocol/results.ts';
import { client, opening, type Step, server, toolCall, toolText } from '../../kit/entries.ts';
import { cases, complete, meta, modern } from './kit.ts';

const call = (own?: object) => client(modern(1, 'tools/call', { name: 'a' }, own));
const result = (value: object) => server({ id: 1, result: value });
const list = (id: number, hints: object, cursor?: string): Step[] => [
  client(modern(id, 'tools/list', cursor === undefined ? {} : { cursor })),
  server(complete(id, { tools: [], ...hints })),
];
const wrong = (what: string, place = 2) =>
  `high: The server of notes did not say as it must how long a result of “tools/list” may be kept, once. [${place} ${what}]`;
const hints = { ttlMs: 0, cacheScope: 'private' };
const extended = meta({}, { extensions: { 'com.example/streams': {} } });

cases(RESULTS, {
  'result-type': {
    breaks: [
      { steps: [call(), result({ content: [] })] },
      'high: The server of notes answered “tools/call” with a result without a known resultType, once. [1 request, 2 result without type]',
    ],
    alsoBreaks: [
      [
        { steps: [call(), result({ resultType: 'partial', content: [] })] },
        'high: The server of notes answered “tools/call” with a result without a known resultType, once. [1 request, 2 result of an unknown type]',
      ],
    ],
    clean: [
      { steps: [call(), result({ resultType: 'complete', content: [] })] },
      { steps: [call(), server({ id: 1, error: { code: -32602, message: 'no' } })] },
      { steps: [call(extended), result({ resultType: 'stream' })] },
      { steps: [...opening(), client(toolCall(1, 'a')), server(toolText(1, 'ok'))] },
    ],
  },
  'caching-hints': {
    breaks: [{ steps: list(1, { cacheScope: 'public' }) }, wrong('result without a valid ttlMs')],
    alsoBreaks: [
      [{ steps: list(1, { ...hints, ttlMs: -1 }) }, wrong('result without a valid ttlMs')],
      [{ steps: list(1, { ...hints, ttlMs: 1.5 }) }, wrong('result without a valid ttlMs')],
      [
        { steps: list(1, { ...hints, cacheScope: 'shared' }) },
        wrong('result without a valid cacheScope'),
      ],
      [
        {
          steps: [
            ...list(1, { ...hints, nextCursor: 'b' }),
            ...list(2, { ttlMs: 0, cacheScope: 'public' }, 'b'),
          ],
        },
        wrong('page, 4 page with another cacheScope'),
      ],
      [
        {
          steps: [
            client(modern(1, 'resources/read', { uri: 'a:b' })),
            result({ resultType: 'input_required', requestState: 'x', ttlMs: 0 }),
          ],
        },
        'high: The server of notes did not say as it must how long a result of “resources/read” may be kept, once. [2 result that needs input, and may not be kept]',
      ],
    ],
    clean: [
      {
        steps: [
          ...list(1, { ...hints, nextCursor: 'b' }),
          ...list(2, { ...hints, ttlMs: 500 }, 'b'),
        ],
      },
      {
        steps: [
          ...list(1, { ...hints, nextCursor: 'b' }),
          ...list(2, { ttlMs: 0, cacheScope: 'public' }),
        ],
      },
      { steps: [call(), server(complete(1, { content: [] }))] },
      {
        steps: [
          client(modern(1, 'resources/read', { uri: 'a:b' })),
          result({ resultType: 'input_required', requestState: 'x' }),
        ],
      },
      {
        steps: [
          ...opening(),
          client({ id: 1, method: 'tools/list' }),
          server({ id: 1, result: { tools: [] } }),
        ],
      },
    ],
  },
});
