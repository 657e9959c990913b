/** What was given up, and who heard of it. */
import { CANCELLATION } from '../../../analysis/protocol/cancellation.ts';
import { client, opening, server, toolCall, toolText } from '../../kit/entries.ts';
import { cases, complete, inSession, meta, modern, OVER_HTTP, opened, post } from './kit.ts';

const call = (id: number) => client(toolCall(id, 'save', {}, { progressToken: id }));
const ok = (id: number) => server(toolText(id, 'ok'));
const cancel = (id: number, where = {}) =>
  client({ method: 'notifications/cancelled', params: { requestId: id } }, where);
const progress = (token: number, where = {}) =>
  server(
    { method: 'notifications/progress', params: { progressToken: token, progress: 1 } },
    where,
  );
const task = client({ id: 1, method: 'tools/call', params: { name: 'save', task: { ttl: 1 } } });
const headers = inSession();
const stopped = { method: 'notifications/cancelled', params: { requestId: 1 } };

cases(CANCELLATION, {
  'cancelled-nothing': {
    breaks: [
      { steps: [...opening(), cancel(9)] },
      'medium: The client of notes cancelled a request that it had not sent, once. [4 cancellation]',
    ],
    alsoBreaks: [
      [
        { steps: [...opening(), call(1), ok(1), cancel(1, { after: 2_000_000 })] },
        'medium: The client of notes cancelled a request that had long been answered, once. [4 request, 5 answer, 6 cancellation]',
      ],
    ],
    clean: [
      { steps: [...opening(), call(1), cancel(1)] },
      { steps: [...opening(), call(1), ok(1), cancel(1)] },
      { steps: [cancel(9)], head: { joined: true } },
    ],
  },
  'message-after-cancellation': {
    breaks: [
      { steps: [...opening(), call(1), cancel(1), call(2), ok(2), progress(1)] },
      'medium: The server of notes sent progress or an answer for a request that it knew to be cancelled, once. [4 request, 5 cancellation, 8 message after it]',
    ],
    alsoBreaks: [
      [
        {
          steps: [
            client(modern(1, 'tools/call', {}, meta({ progressToken: 1 }))),
            cancel(1),
            client(modern(2, 'tools/list')),
            server(complete(2)),
            server(complete(1)),
          ],
        },
        'high: The server of notes sent progress or an answer for a request that it knew to be cancelled, once. [1 request, 2 cancellation, 5 message after it]',
      ],
      [
        {
          head: OVER_HTTP,
          steps: [
            ...opened(),
            ...post(3, toolCall(1, 'save'), {
              headers,
              between: [
                ...post(4, stopped, { headers, status: 202 }),
                server(toolText(1, 'ok'), { exchange: 3, channel: 'stream', after: 1_000_000 }),
              ],
            }),
          ],
        },
        'medium: The server of notes sent progress or an answer for a request that it knew to be cancelled, once. [11 request, 14 cancellation, 17 message after it]',
      ],
    ],
    clean: [
      // Nothing shows that the server has read it.
      { steps: [...opening(), call(1), cancel(1), progress(1, { after: 9_000_000 }), ok(1)] },
      { steps: [...opening(), call(1), call(2), cancel(1), ok(2), ok(1)] },
    ],
  },
  'task-cancelled-as-request': {
    breaks: [
      { steps: [...opening(), task, cancel(1)] },
      'high: The client of notes cancelled a task with notifications/cancelled, once. [4 request for a task, 5 cancellation]',
    ],
    clean: [{ steps: [...opening(), call(1), cancel(1)] }],
  },
  'server-cancelled': {
    breaks: [
      { steps: [client(modern(1, 'tools/list')), server(stopped)] },
      'high: The server of notes cancelled what is no subscription, once. [2 cancellation]',
    ],
    clean: [
      { steps: [client(modern(1, 'subscriptions/listen')), server(stopped)] },
      { steps: [...opening(), server({ id: 1, method: 'roots/list' }), server(stopped)] },
    ],
  },
});
