/** Who may ask whom. */
import { DIRECTION } from '../../../analysis/protocol/direction.ts';
import { client, http, opening, server, toolCall } from '../../kit/entries.ts';
import { cases, complete, inSession, modern, OVER_HTTP, opened } from './kit.ts';

const task = { 'io.modelcontextprotocol/related-task': { taskId: 't' } };
const roots = server({ id: 0, method: 'roots/list' });

cases(DIRECTION, {
  'server-sent-request': {
    breaks: [
      { steps: [client(modern(1, 'tools/list')), roots] },
      'high: The server of notes sent the request “roots/list”, once; only clients send requests. [2 request of the server]',
    ],
    clean: [
      { steps: [...opening(), client(toolCall(1, 'save')), roots] },
      { steps: [client(modern(1, 'server/discover')), ...opening(), roots] },
    ],
  },
  'client-sent-response': {
    breaks: [
      { steps: [client(modern(1, 'tools/list')), roots, client({ id: 0, result: {} })] },
      'high: The client of notes sent a response, once; only servers send responses. [3 response of the client]',
    ],
    clean: [
      { steps: [client(modern(1, 'tools/list')), server(complete(1))] },
      { steps: [...opening(), roots, client({ id: 0, result: { roots: [] } })] },
    ],
  },
  'request-out-of-the-blue': {
    breaks: [
      { steps: [...opening(), roots] },
      'medium: The server of notes sent “roots/list” in no connection with a request of the client, once. [4 request of the server]',
    ],
    alsoBreaks: [
      [
        {
          head: OVER_HTTP,
          steps: [
            ...opened(),
            http(3, 'opened', { method: 'GET', headers: Object.entries(inSession()) }),
            server({ id: 0, method: 'elicitation/create' }, { exchange: 3, channel: 'stream' }),
          ],
        },
        'medium: The server of notes sent “elicitation/create” in no connection with a request of the client, once. [11 request of the server]',
      ],
    ],
    clean: [
      { steps: [...opening(), client(toolCall(1, 'save')), roots] },
      { steps: [...opening(), server({ id: 0, method: 'ping' })] },
      { steps: [...opening(), server({ id: 0, method: 'roots/list', params: { _meta: task } })] },
      { steps: [...opening({ revision: '2025-06-18' }), roots] },
    ],
  },
});
