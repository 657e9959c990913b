/** Which answer is to which request. */
import { IDS } from '../../../analysis/protocol/ids.ts';
import {
  client,
  frame,
  gap,
  http,
  opening,
  server,
  toolCall,
  toolText,
} from '../../kit/entries.ts';
import { cases, complete, inSession, modern, OVER_HTTP, opened, post } from './kit.ts';

const call = (id: string | number) => client(toolCall(id, 'save'));
const ok = (id: string | number) => server(toolText(id, 'ok'));
const headers = inSession();
const event = { exchange: 4, channel: 'stream' } as const;
const endpoint = frame(
  'server',
  { why: 'sse', text: 'event: endpoint\ndata: /messages?sessionId=#1\n\n' },
  { channel: 'stream' },
);

/** Two posts of one session with one id, both open at once. */
const crossed = (session: Record<string, string>) => [
  http(3, 'opened', { method: 'POST', path: '/mcp', headers: Object.entries(session) }),
  client(toolCall(7, 'save'), { exchange: 3 }),
  ...post(4, toolCall(7, 'save'), { headers: session, answers: [toolText(7, 'of the other')] }),
];

cases(IDS, {
  'fractional-id': {
    breaks: [
      { steps: [...opening(), call(1.5)] },
      'high: The client of notes used a number that is not whole as an id, once. [4 request]',
    ],
    clean: [
      { steps: [...opening(), client('{"jsonrpc":"2.0","id":1.0,"method":"ping"}'), call('1.5')] },
    ],
  },
  'id-reused-in-flight': {
    breaks: [
      { steps: [...opening(), call(7), call(7), ok(7), ok(7)] },
      'critical: The client of notes used the id of a request that was still unanswered, once; answers to such requests can cross. [4 request that was unanswered, 5 request with the same id]',
    ],
    alsoBreaks: [
      [
        { head: OVER_HTTP, steps: [...opened(), ...crossed(headers)] },
        'critical: The client of notes used the id of a request that was still unanswered, once; answers to such requests can cross. [11 request that was unanswered, 13 request with the same id, 15 the only answer]',
      ],
    ],
    clean: [
      { steps: [...opening(), call(7), ok(7), call(7), ok(7)] },
      { steps: [...opening(), call(7), call('7'), ok(7), ok('7')] },
      { steps: [...opening(), call(7), gap(1), call(7), ok(7)] },
      // Without session ids they may be of two clients.
      { head: OVER_HTTP, steps: [...opened(), ...crossed({})] },
    ],
  },
  'id-used-again': {
    breaks: [
      { steps: [...opening(), call(7), ok(7), call(7), ok(7)] },
      'medium: The client of notes used an id of an earlier request again, once. [4 request, 6 later request with the same id]',
    ],
    clean: [
      {
        steps: [
          client(modern(7, 'a')),
          server(complete(7)),
          client(modern(7, 'a')),
          server(complete(7)),
        ],
      },
      { steps: [...opening(), call(7), ok(7), call(8), ok(8)] },
      { steps: [...opening(), call(7), ok(7), gap(1), call(7), ok(7)] },
    ],
  },
  'response-to-nobody': {
    breaks: [
      { steps: [...opening(), ok(9)] },
      'high: The server of notes answered what nobody had asked, once. [4 response]',
    ],
    alsoBreaks: [
      [
        { steps: [...opening(), call('1'), ok(1)] },
        'high: The server of notes answered with the id of the request in another type, once. [4 request, 5 response]',
      ],
      [
        { steps: [...opening(), server({ id: null, result: {} })] },
        'high: The server of notes answered what nobody had asked, once. [4 response]',
      ],
    ],
    clean: [
      { steps: [...opening(), call(9), ok(9)] },
      { steps: [...opening(), gap(1), ok(9)] },
      { steps: [...opening(), server({ id: null, error: { code: -32700, message: 'no JSON' } })] },
      { steps: [ok(9)], head: { joined: true } },
    ],
  },
  'second-response': {
    breaks: [
      { steps: [...opening(), call(1), ok(1), ok(1)] },
      'high: The server of notes answered a request that it had answered before, once. [4 request, 5 first answer, 6 second answer]',
    ],
    clean: [
      { steps: [...opening(), call(1), ok(1), call(2), ok(2)] },
      {
        head: OVER_HTTP,
        steps: [
          ...opened(),
          ...post(3, toolCall(1, 'save'), { headers, answers: [toolText(1, 'ok')] }),
          server(toolText(1, 'ok'), { ...event, resumes: { exchange: 3, event: '#2' } }),
        ],
      },
    ],
  },
  'answer-on-another-stream': {
    breaks: [
      {
        head: OVER_HTTP,
        steps: [
          ...opened(),
          http(4, 'opened', { method: 'GET', headers: Object.entries(headers) }),
          ...post(3, toolCall(1, 'save'), { headers }),
          server(toolText(1, 'ok'), event),
        ],
      },
      'high: The server of notes answered a request on another exchange than its own, once. [12 request, 15 answer on another exchange]',
    ],
    clean: [
      {
        head: OVER_HTTP,
        steps: [
          ...opened(),
          ...post(3, toolCall(1, 'save'), { headers }),
          http(4, 'opened', {
            method: 'GET',
            headers: Object.entries({ ...headers, 'last-event-id': '#2' }),
          }),
          server(toolText(1, 'ok'), event),
        ],
      },
      // The transport of 2024-11-05 answers on its one stream, whatever revision is spoken.
      {
        head: OVER_HTTP,
        steps: [
          http(4, 'opened', { method: 'GET', headers: [] }),
          { draft: (at) => ({ ...endpoint.draft(at), exchange: 4 }) as never },
          ...opened().filter((_, index) => index !== 3),
          ...post(3, toolCall(1, 'save'), { headers, status: 202 }),
          server(toolText(1, 'ok'), event),
        ],
      },
    ],
  },
});
