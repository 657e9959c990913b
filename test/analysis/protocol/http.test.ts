/** What headers, statuses and streams say. */
import { HTTP } from '../../../analysis/protocol/http.ts';
import { client, http, type Step, server, toolCall, toolText } from '../../kit/entries.ts';
import {
  cases,
  complete,
  inSession,
  meta,
  modern,
  modernHeaders,
  OVER_HTTP,
  opened,
  post,
} from './kit.ts';

const head = OVER_HTTP;
const headers = inSession();
const call = toolCall(1, 'save');
const call26 = (args: object = {}) => modern(1, 'tools/call', { name: 'säve', arguments: args });
const coded = '=?base64?c8OkdmU=?=';
const tool = {
  name: 'säve',
  inputSchema: { properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
};
const listed = post(1, modern(0, 'tools/list'), {
  headers: modernHeaders('tools/list'),
  answers: [complete(0, { tools: [tool] })],
});
const named = (more: Record<string, string> = {}) => ({
  ...modernHeaders('tools/call', coded),
  ...more,
});
const note = { method: 'notifications/roots/list_changed' };
const roots = { id: 5, method: 'roots/list' };
const event = (exchange: number, id: string, said: object): Step =>
  server(
    { ...said },
    {
      exchange,
      channel: 'stream',
      sse: { head: `id: ${id}\ndata: `, tail: '\n\n', id },
    },
  );
const again = (exchange: number, id: string, of: number): Step =>
  server(toolText(1, 'ok'), {
    exchange,
    channel: 'stream',
    resumes: { exchange: of, event: '#1' },
    sse: { head: `id: ${id}\ndata: `, tail: '\n\n', id },
  });
const resuming = http(5, 'opened', {
  method: 'GET',
  headers: Object.entries({ ...headers, 'last-event-id': '#1' }),
});
const progress = {
  method: 'notifications/progress',
  params: { progressToken: 'other', progress: 1 },
};
const ofTask = {
  ...progress,
  params: {
    ...progress.params,
    _meta: { 'io.modelcontextprotocol/related-task': { taskId: 't' } },
  },
};
const web = { ...headers, origin: 'https://web.example' };

cases(HTTP, {
  'revision-header': {
    breaks: [
      { head, steps: [...opened(), ...post(3, call, { headers: { 'mcp-session-id': '#1' } })] },
      'high: The client of notes sent a message without MCP-Protocol-Version, once. [10 headers, 11 message]',
    ],
    alsoBreaks: [
      [
        {
          head,
          steps: post(1, call26(), { headers: named({ 'mcp-protocol-version': '2025-11-25' }) }),
        },
        'high: The client of notes named the revision “2025-11-25” in a header and another one in the message, once. [1 headers, 2 message]',
      ],
    ],
    clean: [
      { head, steps: [...opened(), ...post(3, call, { headers })] },
      { head, steps: post(1, call26(), { headers: named() }) },
      {
        head,
        steps: [...opened('2025-03-26'), ...post(3, call, { headers: { 'mcp-session-id': '#1' } })],
      },
      { steps: [client(call, { exchange: 1 })] },
    ],
  },
  'header-differs-from-body': {
    breaks: [
      { head, steps: post(1, call26(), { headers: modernHeaders('tools/call', 'other') }) },
      'high: The client of notes sent a request whose header “mcp-name” does not say what its body does, once. [1 headers, 2 request]',
    ],
    alsoBreaks: [
      [
        { head, steps: post(1, call26(), { headers: modernHeaders('tools/list', coded) }) },
        'high: The client of notes sent a request whose header “mcp-method” does not say what its body does, once. [1 headers, 2 request]',
      ],
      [
        { head, steps: [...listed, ...post(2, call26({ region: 'eu' }), { headers: named() })] },
        'high: The client of notes sent a request whose header “mcp-param-region” does not say what its body does, once. [6 headers, 7 request]',
      ],
    ],
    clean: [
      { head, steps: post(1, call26(), { headers: named() }) },
      {
        head,
        steps: [
          ...listed,
          ...post(2, call26({ region: 'eu' }), { headers: named({ 'mcp-param-region': 'eu' }) }),
        ],
      },
      { head, steps: [...listed, ...post(2, call26(), { headers: named() })] },
      {
        head,
        steps: post(1, modern(1, 'prompts/get', { name: 'a <secret:token:0a1b2c3d>' }), {
          headers: modernHeaders('prompts/get', 'a'),
        }),
      },
    ],
  },
  'accept-or-accepted': {
    breaks: [
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, { headers: { ...headers, accept: 'application/json' } }),
        ],
      },
      'high: The client of notes does not accept both forms of an answer, once. [10 headers, 11 message]',
    ],
    alsoBreaks: [
      [
        { head, steps: [...opened(), ...post(3, note, { headers })] },
        'medium: The server of notes took a notification with another status than 202, once. [11 message, 12 status 200]',
      ],
    ],
    clean: [
      { head, steps: [...opened(), ...post(3, call, { headers: { ...headers, accept: '*/*' } })] },
      { head, steps: [...opened(), ...post(3, note, { headers, status: 202 })] },
      { head, steps: [...opened(), ...post(3, note, { headers, status: 400 })] },
    ],
  },
  'session-header': {
    breaks: [
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, { headers, status: 404 }),
          {
            ...http(4, 'opened', {
              method: 'POST',
              path: '/mcp',
              headers: Object.entries(headers),
            }),
            after: 500_000,
          },
        ],
      },
      'high: The client of notes used a session that it was told is over, once. [12 end of the session, 14 later use]',
    ],
    alsoBreaks: [
      [
        {
          head,
          steps: post(1, call26(), { headers: named(), answered: { 'mcp-session-id': '#1' } }),
        },
        'medium: The server of notes sent a session id in 2026-07-28, once. [3 header with a session id]',
      ],
    ],
    clean: [
      { head, steps: [...opened(), ...post(3, call, { headers, status: 404 })] },
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, { headers, status: 404 }),
          ...post(4, call, { headers }),
        ],
      },
      { head, steps: post(1, call26(), { headers: named() }) },
    ],
  },
  'message-on-wrong-stream': {
    breaks: [
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, {
            headers,
            answers: [roots],
            between: post(4, undefined, { method: 'GET', headers, answers: [roots] }),
          }),
        ],
      },
      'high: The server of notes sent “roots/list” on two streams, once. [13 request, 16 same request on another stream]',
    ],
    alsoBreaks: [
      [
        { head, steps: [...opened(), ...post(3, call, { headers, answers: [progress] })] },
        'medium: The server of notes sent progress on the stream of another request, once. [10 exchange of another request, 13 progress]',
      ],
      [
        { head, steps: post(1, call26(), { headers: named(), answers: [progress] }) },
        'high: The server of notes sent progress on the stream of another request, once. [1 exchange of another request, 4 progress]',
      ],
    ],
    clean: [
      { head, steps: [...opened(), ...post(3, call, { headers, answers: [ofTask] })] },
      {
        head,
        steps: [...opened(), ...post(3, call, { headers, answers: [roots, { ...roots, id: 6 }] })],
      },
      {
        head,
        steps: post(1, modern(1, 'tools/list', {}, meta({ progressToken: 'other' })), {
          headers: modernHeaders('tools/list'),
          answers: [progress],
        }),
      },
      {
        head,
        steps: [
          ...opened(),
          ...post(3, undefined, { method: 'GET', headers, answers: [progress] }),
        ],
      },
    ],
  },
  'event-id-reused': {
    breaks: [
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, {
            headers,
            between: [event(3, 'e1', note), event(3, 'e1', toolText(1, 'ok'))],
          }),
        ],
      },
      'high: The server of notes gave one event id to two events, once. [13 event, 14 event with its id]',
    ],
    alsoBreaks: [
      [
        {
          head,
          steps: [
            ...opened(),
            ...post(3, call, { headers, between: [event(3, 'e1', note)] }),
            ...post(4, toolCall(2, 'save'), {
              headers,
              between: [event(4, 'e2', toolText(2, 'ok'))],
            }),
            resuming,
            again(5, 'e2', 3),
          ],
        },
        'high: The server of notes sent an event of another stream on a resumed one, once. [18 event, 21 event with its id]',
      ],
    ],
    clean: [
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, {
            headers,
            between: [event(3, 'e1', note), event(3, 'e2', toolText(1, 'ok'))],
          }),
          resuming,
          again(5, 'e2', 3),
        ],
      },
      // Without a session nobody knows whose streams they are.
      {
        head,
        steps: [
          ...post(3, call, { between: [event(3, 'e1', note), event(3, 'e1', toolText(1, 'ok'))] }),
        ],
      },
    ],
  },
  'origin-not-refused': {
    breaks: [
      { head, steps: [...opened(), ...post(3, call, { headers: web })] },
      'critical: The server of notes served a request of the page “https://web.example”, once. [10 request with the origin, 12 status 200]',
    ],
    clean: [
      { head, steps: [...opened(), ...post(3, call, { headers: web, status: 403 })] },
      {
        head,
        steps: [
          ...opened(),
          ...post(3, call, { headers: { ...headers, origin: 'http://localhost:9' } }),
        ],
      },
      {
        head: { ...head, upstream: 'https://api.example/mcp' },
        steps: [...opened(), ...post(3, call, { headers: web })],
      },
    ],
  },
});
