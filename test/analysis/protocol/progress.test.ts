/** How far a request is. */
import { PROGRESS } from '../../../analysis/protocol/progress.ts';
import { client, opening, type Step, server, toolCall, toolText } from '../../kit/entries.ts';
import { cases, inSession, OVER_HTTP, opened, post } from './kit.ts';

const call = (id: number, token: number | string = id) =>
  client(toolCall(id, 'save', {}, { progressToken: token }));
const ok = (id: number) => server(toolText(id, 'ok'));
const at = (progress: number, token: number | string = 1, where = {}) =>
  server(
    { method: 'notifications/progress', params: { progressToken: token, progress, total: 10 } },
    where,
  );
const many = (count: number, every: number): Step[] =>
  Array.from({ length: count }, (_, index) => at(index / 100, 1, { after: every }));
const task = client(toolCall(1, 'save', {}, { progressToken: 1 }));
const created = server({ id: 1, result: { task: { taskId: 't', status: 'working' } } });
const status = (status: string) =>
  server({ method: 'notifications/tasks/status', params: { taskId: 't', status } });
const bare = { 'mcp-protocol-version': '2025-11-25' };

cases(PROGRESS, {
  'progress-for-nobody': {
    breaks: [
      { steps: [...opening(), at(1, 'x')] },
      'high: The server of notes told the progress of what nobody had asked, once. [4 progress]',
    ],
    clean: [
      { steps: [...opening(), call(1, 'x'), at(1, 'x')] },
      { steps: [at(1, 'x')], head: { joined: true } },
    ],
  },
  'progress-not-increasing': {
    breaks: [
      { steps: [...opening(), call(1), at(1), at(1)] },
      'high: The server of notes told progress of “tools/call” that does not increase, once. [5 progress, 6 progress that is not greater]',
    ],
    clean: [
      { steps: [...opening(), call(1), at(1), at(1.5), ok(1), call(2), at(1, 2), ok(2)] },
      // A token of another client of the same address.
      {
        head: OVER_HTTP,
        steps: [
          ...post(1, toolCall(1, 'save', {}, { progressToken: 1 }), {
            headers: bare,
            between: [
              ...post(2, toolCall(2, 'save', {}, { progressToken: 1 }), { headers: bare }),
              at(5, 1, { exchange: 1, channel: 'stream' }),
              at(4, 1, { exchange: 1, channel: 'stream' }),
            ],
          }),
        ],
      },
    ],
  },
  'progress-after-answer': {
    breaks: [
      { steps: [...opening(), call(1), ok(1), at(1)] },
      'high: The server of notes told progress of “tools/call” after its answer, once. [5 end, 6 progress after it]',
    ],
    alsoBreaks: [
      [
        { steps: [...opening(), task, created, status('completed'), at(1)] },
        'high: The server of notes told progress of “tools/call” after its answer, once. [6 end, 7 progress after it]',
      ],
    ],
    clean: [
      { steps: [...opening(), call(1), at(1), ok(1)] },
      { steps: [...opening(), task, created, at(1), status('working'), at(2)] },
    ],
  },
  'token-reused-in-flight': {
    breaks: [
      { steps: [...opening(), call(1, 'x'), call(2, 'x')] },
      'high: The client of notes gave the progress token of a request that was still open, once. [4 open request, 5 request with its token]',
    ],
    clean: [
      { steps: [...opening(), call(1, 'x'), ok(1), call(2, 'x')] },
      { steps: [...opening(), call(1, '1'), call(2, 1)] },
      {
        head: OVER_HTTP,
        steps: [
          ...post(1, toolCall(1, 'save', {}, { progressToken: 1 }), {
            headers: bare,
            between: post(2, toolCall(2, 'save', {}, { progressToken: 1 }), { headers: bare }),
          }),
        ],
      },
    ],
  },
  'progress-flood': {
    breaks: [
      { steps: [...opening(), call(1), at(11)] },
      'info: The server of notes told progress of “tools/call” beyond its total, or over 50 times a second, once. [5 progress]',
    ],
    alsoBreaks: [
      [
        { steps: [...opening(), call(1), ...many(60, 1000)] },
        'info: The server of notes told progress of “tools/call” beyond its total, or over 50 times a second, once. [55 progress]',
      ],
    ],
    clean: [
      { steps: [...opening(), call(1), at(10)] },
      { steps: [...opening(), call(1), ...many(60, 30_000)] },
      {
        head: OVER_HTTP,
        steps: [...opened(), ...post(3, { method: 'x' }, { headers: inSession() })],
      },
    ],
  },
});
