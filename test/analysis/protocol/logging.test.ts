/** What a server tells of its work, and who wanted to hear it. */
import { LOGGING } from '../../../analysis/protocol/logging.ts';
import { client, opening, server, toolCall } from '../../kit/entries.ts';
import { cases, complete, meta, modern, modernHeaders, OVER_HTTP, post } from './kit.ts';

const log = (level: string) => ({ method: 'notifications/message', params: { level, data: 'x' } });
const wanting = (level: string) => meta({ 'io.modelcontextprotocol/logLevel': level });
const call = (own: object) => modern(1, 'tools/call', { name: 'save' }, own);
const headers = modernHeaders('tools/call', 'save');
const listen = modern(1, 'subscriptions/listen', {}, wanting('debug'));
const set = [
  client({ id: 5, method: 'logging/setLevel', params: { level: 'warning' } }),
  server({ id: 5, result: {} }),
];

cases(LOGGING, {
  'unwanted-log-message': {
    breaks: [
      { steps: [client(call(meta())), server(log('info'))] },
      'high: The server of notes sent a log message of level “info” that no request wanted, once. [2 log message]',
    ],
    alsoBreaks: [
      [
        { steps: [client(call(wanting('warning'))), server(log('info'))] },
        'high: The server of notes sent a log message of level “info” that no request wanted, once. [2 log message]',
      ],
      [
        { head: OVER_HTTP, steps: post(1, call(meta()), { headers, answers: [log('error')] }) },
        'high: The server of notes sent a log message of level “error” that no request wanted, once. [4 log message]',
      ],
      [
        {
          head: OVER_HTTP,
          steps: post(1, listen, {
            headers: modernHeaders('subscriptions/listen'),
            answers: [log('error')],
          }),
        },
        'high: The server of notes sent a log message of level “error” that no request wanted, once. [4 log message]',
      ],
    ],
    clean: [
      { steps: [client(call(wanting('info'))), server(log('warning')), server(complete(1))] },
      { steps: [...opening(), client(toolCall(1, 'save')), server(log('info'))] },
      {
        head: OVER_HTTP,
        steps: post(1, call(wanting('info')), { headers, answers: [log('info'), complete(1)] }),
      },
    ],
  },
  'log-below-level': {
    breaks: [
      { steps: [...opening(), ...set, server(log('info'))] },
      'medium: The server of notes sent a log message of level “info”, below the one that was set, once. [5 level accepted, 6 log message below it]',
    ],
    clean: [
      { steps: [...opening(), ...set, server(log('warning'))] },
      { steps: [...opening(), server(log('info')), ...set] },
    ],
  },
});
