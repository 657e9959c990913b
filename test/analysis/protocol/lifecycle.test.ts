/** How a session is opened before 2026-07-28. */
import { LIFECYCLE } from '../../../analysis/protocol/lifecycle.ts';
import { client, ends, gap, opening, server, toolCall, toolText } from '../../kit/entries.ts';
import { cases, handshake, meta, modern, OVER_HTTP, opened, post } from './kit.ts';

const call = client(toolCall(1, 'save'));
const ok = server(toolText(1, 'ok'));
const [ask, accept, ready] = handshake();
const initialized = client({ method: 'notifications/initialized' });
const answered = (revision: string) =>
  server({ id: 0, result: { protocolVersion: revision, capabilities: {} } });
const opens = [ask, accept, ready].flatMap((step) => step ?? []);
const unready = opens.slice(0, 2);

cases(LIFECYCLE, {
  'message-before-initialize': {
    breaks: [
      { steps: [call, ...opens] },
      'high: The client of notes sent “tools/call” before initialize, once. [1 message, 2 initialize]',
    ],
    clean: [
      { steps: [client({ id: 1, method: 'ping' }), ...opens] },
      { steps: [client(modern(1, 'server/discover')), ...opens] },
      { steps: [call, ...opens], head: { joined: true } },
      { head: OVER_HTTP, steps: [...post(9, toolCall(1, 'save')), ...opened()] },
    ],
  },
  'second-initialize': {
    breaks: [
      { steps: [...opens, ...opening()] },
      'high: The client of notes opened the session again, once. [1 initialize, 4 second initialize]',
    ],
    clean: [
      { steps: opens },
      {
        steps: [
          client({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } }),
          server({ id: 0, error: { code: -32602, message: 'no' } }),
          ...opens,
        ],
      },
    ],
  },
  'request-before-ready': {
    breaks: [
      { steps: [...opens.slice(0, 1), call, ...opens.slice(1)] },
      'medium: The client of notes sent “tools/call” before the session was open, once. [1 initialize, 2 request]',
    ],
    alsoBreaks: [
      [
        { steps: [...unready, server({ id: 1, method: 'roots/list' }), initialized] },
        'medium: The server of notes sent “roots/list” before the session was open, once. [1 initialize, 3 request]',
      ],
    ],
    clean: [
      { steps: [...opens.slice(0, 1), client({ id: 1, method: 'ping' }), ...opens.slice(1)] },
      { steps: [...unready, server({ id: 1, method: 'ping' }), initialized] },
      { steps: [...opens, call, server({ id: 1, method: 'roots/list' })] },
    ],
  },
  'initialized-missing': {
    breaks: [
      { steps: [...unready, call, ok, ends()] },
      'high: The client of notes used the session without notifications/initialized. [2 answer to initialize, 3 first request]',
    ],
    alsoBreaks: [
      [
        { steps: [...opens.slice(0, 1), initialized, ...opens.slice(1, 2), call] },
        'high: The client of notes sent notifications/initialized before the answer to initialize. [2 initialized, 3 answer to initialize]',
      ],
    ],
    clean: [
      { steps: [...opens, call, ok, ends()] },
      { steps: [...unready, client({ id: 1, method: 'ping' }), ends()] },
      { steps: [...unready, call, ok] },
      { steps: [...unready, gap(1), call, ok, ends()] },
    ],
  },
  'revision-too-new': {
    breaks: [
      { steps: [...opening({ revision: '2024-11-05' }).slice(0, 1), answered('2025-06-18'), call] },
      'high: The client of notes went on in “2025-06-18”, which is newer than what it asked for, once. [1 revision asked for, 2 revision given, 3 first request after it]',
    ],
    alsoBreaks: [
      [
        { steps: [...opening().slice(0, 1), answered('2099-01-01'), call] },
        'high: The client of notes went on in “2099-01-01”, which is newer than what it asked for, once. [1 revision asked for, 2 revision given, 3 first request after it]',
      ],
    ],
    clean: [
      { steps: [...opening({ revision: '2025-06-18' }).slice(0, 1), answered('2024-11-05'), call] },
      {
        steps: [...opening({ revision: '2024-11-05' }).slice(0, 1), answered('2025-06-18'), ends()],
      },
    ],
  },
  'initialize-cancelled': {
    breaks: [
      {
        steps: [
          ...opens.slice(0, 1),
          client({ method: 'notifications/cancelled', params: { requestId: 'open' } }),
        ],
      },
      'high: The client of notes cancelled initialize, once. [1 initialize, 2 cancellation]',
    ],
    clean: [
      {
        steps: [
          ...opens,
          client(toolCall(1, 'save', {}, meta())),
          client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
        ],
      },
    ],
  },
});
