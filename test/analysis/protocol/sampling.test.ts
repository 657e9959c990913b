/** The messages that servers give to models. */
import { SAMPLING } from '../../../analysis/protocol/sampling.ts';
import { client, opening, type Step, server } from '../../kit/entries.ts';
import { cases, modern } from './kit.ts';

const text = (role: string, words = 'Hi') => ({ role, content: { type: 'text', text: words } });
const uses = (...ids: readonly string[]) => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool_use', id, name: 'a', input: {} })),
});
const results = (...ids: readonly string[]) => ({
  role: 'user',
  content: ids.map((toolUseId) => ({ type: 'tool_result', toolUseId, content: [] })),
});
const asked = (messages: readonly object[], revision = '2025-11-25'): { steps: Step[] } => ({
  steps: [
    ...opening({ revision }),
    server({ id: 1, method: 'sampling/createMessage', params: { messages, maxTokens: 9 } }),
  ],
});
const BROKEN =
  'high: The server of notes asked for sampling with uses of tools that have no results, once. [4 message]';

cases(SAMPLING, {
  'tool-use-without-result': {
    breaks: [asked([text('user'), uses('a', 'b'), results('a'), text('assistant')]), BROKEN],
    alsoBreaks: [
      [asked([text('user'), uses('a'), text('user')]), BROKEN],
      [asked([text('user'), uses('a')]), BROKEN],
      [
        asked([
          uses('a'),
          { role: 'user', content: [...results('a').content, { type: 'text', text: 'so' }] },
        ]),
        BROKEN,
      ],
      [
        {
          steps: [
            client(modern(1, 'tools/call', { name: 'a' })),
            server({
              id: 1,
              result: {
                resultType: 'input_required',
                inputRequests: {
                  x: { method: 'sampling/createMessage', params: { messages: [uses('a')] } },
                },
              },
            }),
          ],
        },
        'high: The server of notes asked for sampling with uses of tools that have no results, once. [2 message]',
      ],
    ],
    clean: [
      asked([
        text('user'),
        uses('a', 'b'),
        results('b', 'a'),
        uses('c'),
        { role: 'user', content: results('c').content[0] },
        text('assistant'),
      ]),
      asked([text('user'), uses('a')], '2025-06-18'),
    ],
  },
});
