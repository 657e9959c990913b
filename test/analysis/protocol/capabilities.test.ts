/** Who uses what the other side has not declared. */
import { CAPABILITIES } from '../../../analysis/protocol/capabilities.ts';
import { client, server } from '../../kit/entries.ts';
import { cases, complete, handshake, meta, modern } from './kit.ts';

const prompts = client({ id: 1, method: 'prompts/list' });
const tried = [...handshake({ server: { tools: {} } }), prompts];
const log = server({ method: 'notifications/message', params: { level: 'info', data: 'x' } });
const asks = (method: string, params: object = {}) => server({ id: 1, method, params });
const changed = server({ method: 'notifications/tools/list_changed' });
const discover = (capabilities: object) => [
  client(modern(1, 'server/discover')),
  server(complete(1, { capabilities })),
];
const wants = (method: string, params: object = {}) =>
  server({
    id: 1,
    result: { resultType: 'input_required', inputRequests: { a: { method, params } } },
  });
const calls = (capabilities: object) =>
  client(modern(1, 'tools/call', { name: 'save' }, meta({}, capabilities)));

cases(CAPABILITIES, {
  'undeclared-server-capability': {
    breaks: [
      { steps: [...handshake({ server: { tools: {} } }), prompts] },
      'high: The client of notes sent “prompts/list”, for which the server declares no capability, once. [2 declaration, 4 use]',
    ],
    alsoBreaks: [
      [
        { steps: [...handshake({ server: { tools: {} } }), log] },
        'high: The server of notes serves “notifications/message” and declares no capability for it, once. [2 declaration, 4 log message]',
      ],
      [
        {
          steps: [
            ...discover({ tools: {} }),
            client(modern(2, 'prompts/list')),
            server(complete(2)),
          ],
        },
        'high: The server of notes serves “prompts/list” and declares no capability for it, once. [2 declaration, 4 result]',
      ],
      [
        { steps: [...tried, server({ id: 1, error: { code: -32601, message: 'no' } })] },
        'low: The client of notes sent “prompts/list”, for which the server declares no capability, once. [2 declaration, 4 use, 5 refusal]',
      ],
      [
        { steps: [...tried, server({ id: 1, error: { code: -32603, message: 'fell over' } })] },
        'high: The client of notes sent “prompts/list”, for which the server declares no capability, once. [2 declaration, 4 use]',
      ],
    ],
    clean: [
      { steps: [...handshake({ server: { prompts: {}, logging: {} } }), prompts, log] },
      { steps: [prompts, log], head: { joined: true } },
      {
        steps: [
          ...discover({ tools: {} }),
          client(modern(2, 'prompts/list')),
          server({ id: 2, error: { code: -32601, message: 'no' } }),
        ],
      },
      {
        steps: [
          ...handshake({ server: {} }, '2024-11-05'),
          client({ id: 1, method: 'completion/complete' }),
        ],
      },
    ],
  },
  'undeclared-client-capability': {
    breaks: [
      { steps: [...handshake({ client: { roots: {} } }), asks('sampling/createMessage')] },
      'high: The server of notes asked for “sampling”, which the client does not declare, once. [1 declaration, 4 request of the server]',
    ],
    alsoBreaks: [
      [
        {
          steps: [
            ...handshake({ client: { sampling: {} } }),
            asks('sampling/createMessage', { tools: [] }),
          ],
        },
        'high: The server of notes asked for “sampling.tools”, which the client does not declare, once. [1 declaration, 4 request of the server]',
      ],
      [
        {
          steps: [
            ...handshake({ client: { elicitation: {} } }),
            asks('elicitation/create', { mode: 'url' }),
          ],
        },
        'high: The server of notes asked for “elicitation.url”, which the client does not declare, once. [1 declaration, 4 request of the server]',
      ],
      [
        { steps: [calls({}), wants('roots/list')] },
        'high: The server of notes asked for “roots”, which the client does not declare, once. [1 declaration, 2 request in a result]',
      ],
    ],
    clean: [
      { steps: [...handshake({ client: { roots: {} } }), asks('roots/list')] },
      { steps: [...handshake({ client: { elicitation: {} } }), asks('elicitation/create')] },
      {
        steps: [
          ...handshake({ client: { elicitation: { form: {}, url: {} } } }),
          asks('elicitation/create', { mode: 'url' }),
        ],
      },
      {
        steps: [
          calls({ elicitation: { form: {} } }),
          wants('elicitation/create', { mode: 'form' }),
        ],
      },
      { steps: [asks('roots/list')], head: { joined: true } },
    ],
  },
  'unannounced-change': {
    breaks: [
      { steps: [...handshake({ server: { tools: {} } }), changed] },
      'medium: The server of notes sent “notifications/tools/list_changed” without declaring that it would, once. [2 declaration, 4 notification]',
    ],
    clean: [
      { steps: [...handshake({ server: { tools: { listChanged: true } } }), changed] },
      { steps: [changed], head: { joined: true } },
    ],
  },
});
