/** The trace that messages say they are part of. */
import { TRACE } from '../../../analysis/protocol/trace.ts';
import { client, opening, server } from '../../kit/entries.ts';
import { cases, complete, meta, modern } from './kit.ts';

const parent = (trace: string) => `00-${trace.repeat(32)}-00f067aa0ba902b7-01`;
const call = (id: number, traceparent: string, params = {}) =>
  client(modern(id, 'tools/call', { name: 'save', ...params }, meta({ traceparent })));
const asks = server({ id: 1, result: { resultType: 'input_required', requestState: 's' } });

cases(TRACE, {
  'broken-trace': {
    breaks: [
      { steps: [call(1, 'abc')] },
      'info: The client of notes sent a traceparent that is none: “abc”, once. [1 traceparent]',
    ],
    alsoBreaks: [
      [
        { steps: [call(1, `${parent('a')}-extra`)] },
        `info: The client of notes sent a traceparent that is none: “${parent('a')}-extra”, once. [1 traceparent]`,
      ],
      [
        { steps: [call(1, parent('a')), asks, call(2, parent('b'), { requestState: 's' })] },
        'info: The client of notes went on with a request under another trace, once. [1 request, 3 retry in another trace]',
      ],
    ],
    clean: [
      {
        steps: [
          call(1, parent('a')),
          asks,
          call(2, parent('a'), { requestState: 's' }),
          server(complete(2)),
        ],
      },
      {
        steps: [
          ...opening(),
          client({ id: 3, method: 'ping', params: { _meta: { traceparent: 'x' } } }),
        ],
      },
    ],
  },
});
