/** What every message must be. */
import { RPC } from '../../../analysis/protocol/rpc.ts';
import { client, opening, server, toolCall } from '../../kit/entries.ts';
import { cases, complete, inSession, modern, OVER_HTTP, opened, post } from './kit.ts';

const batch = [
  { jsonrpc: '2.0', id: 1, method: 'ping' },
  { jsonrpc: '2.0', id: 2, method: 'ping' },
];
const failed = (id: number, code: number) => server({ id, error: { code, message: 'no' } });

cases(RPC, {
  'batch-not-allowed': {
    breaks: [
      { steps: [...opening(), client(batch)] },
      'high: The client of notes sent a batch, once; this revision has none. [4 batch]',
    ],
    clean: [
      { steps: [...opening({ revision: '2025-03-26' }), client(batch)] },
      { steps: [...opening({ revision: '2024-11-05' }), client(batch)] },
    ],
  },
  'notification-answered': {
    breaks: [
      { steps: [...opening(), client({ id: 5, method: 'notifications/roots/list_changed' })] },
      'high: The client of notes gave an id to the notification “notifications/roots/list_changed”, once; nobody may answer it. [4 notification with an id]',
    ],
    alsoBreaks: [
      [
        {
          head: OVER_HTTP,
          steps: [
            ...opened(),
            ...post(
              3,
              { method: 'notifications/roots/list_changed' },
              { headers: inSession(), answers: [{ id: null, result: {} }] },
            ),
          ],
        },
        'high: The server of notes answered a notification, once. [11 notification, 13 answer without id]',
      ],
    ],
    clean: [
      { steps: [...opening(), client({ method: 'notifications/roots/list_changed' })] },
      {
        head: OVER_HTTP,
        steps: [
          ...opened(),
          ...post(
            3,
            { method: 'notifications/roots/list_changed' },
            {
              headers: inSession(),
              status: 400,
              answers: [{ error: { code: -32600, message: 'no' } }],
            },
          ),
        ],
      },
    ],
  },
  'reserved-error-code': {
    breaks: [
      { steps: [client(modern(1, 'tools/list')), failed(1, -32050)] },
      'high: The server of notes answered with the reserved error code “-32050”, once. [2 error]',
    ],
    alsoBreaks: [
      [
        { steps: [client(modern(1, 'tools/list')), failed(1, -32002)] },
        'high: The server of notes answered with the reserved error code “-32002”, once. [2 error]',
      ],
      [
        { steps: [client(modern(1, 'tools/list')), failed(1, -32003)] },
        'medium: The server of notes answered with the reserved error code “-32003”, once. [2 error]',
      ],
    ],
    clean: [
      { steps: [client(modern(1, 'tools/list')), failed(1, -32020)] },
      {
        steps: [
          client(modern(1, 'tools/list')),
          failed(1, -31999),
          client(modern(2, 'a')),
          server(complete(2)),
        ],
      },
      { steps: [...opening(), client(toolCall(1, 'save')), failed(1, -32002)] },
    ],
  },
});
