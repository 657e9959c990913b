/** What each request says of itself in 2026-07-28. */
import { STATELESS } from '../../../analysis/protocol/stateless.ts';
import { client, opening, server, toolCall, toolText } from '../../kit/entries.ts';
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

const list = (id: number, own?: object) => client(modern(id, 'tools/list', {}, own));
const refused = (id: number, code: number) => server({ id, error: { code, message: 'no' } });
const revision = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const discover = client(modern(9, 'server/discover'));

cases(STATELESS, {
  'request-without-revision': {
    breaks: [
      { steps: [list(1, revision)] },
      'high: The client of notes sent “tools/list” without its revision or its capabilities, once. [1 request]',
    ],
    alsoBreaks: [
      [
        { steps: [list(1), server(complete(1)), client(toolCall(2, 'save'))] },
        'high: The client of notes sent “tools/call” without its revision or its capabilities, once. [3 request]',
      ],
      [
        {
          head: OVER_HTTP,
          steps: post(1, toolCall(1, 'save'), { headers: modernHeaders('tools/call', 'save') }),
        },
        'high: The client of notes sent “tools/call” without its revision or its capabilities, once. [2 request]',
      ],
    ],
    clean: [
      { steps: [list(1)] },
      { steps: [list(1), refused(1, -32601), ...opening(), client(toolCall(2, 'save'))] },
      // An older client of the same address names no revision.
      {
        head: OVER_HTTP,
        steps: [
          ...post(1, modern(1, 'tools/list'), { headers: modernHeaders('tools/list') }),
          ...post(2, toolCall(2, 'save')),
        ],
      },
    ],
  },
  'removed-or-missing-method': {
    breaks: [
      { steps: [discover, refused(9, -32601), list(1), server(complete(1))] },
      'high: The server of notes does not know server/discover, once. [2 answer to server/discover, 4 result of 2026-07-28]',
    ],
    alsoBreaks: [
      [
        { steps: [client(modern(1, 'ping'))] },
        'medium: The client of notes used “ping”, which 2026-07-28 has removed, once. [1 request]',
      ],
    ],
    clean: [
      { steps: [discover, server(complete(9)), list(1), server(complete(1))] },
      { steps: [discover, refused(9, -32601), ...opening(), client({ id: 2, method: 'ping' })] },
      { steps: [discover, refused(9, -32601), list(1), server({ id: 1, result: { tools: [] } })] },
    ],
  },
  'depends-on-earlier-request': {
    breaks: [
      { steps: [list(1), refused(1, -32021), list(2), server(complete(2))] },
      'medium: The server of notes refused “tools/list” for its capabilities or revision, and served the same request at another time, once. [1 request, 3 same request, answered differently]',
    ],
    clean: [
      {
        steps: [list(1), refused(1, -32021), list(2, meta({}, { roots: {} })), server(complete(2))],
      },
      { steps: [list(1), refused(1, -32021), list(2), refused(2, -32021)] },
      { steps: [list(1), refused(1, -32603), list(2), server(complete(2))] },
    ],
  },
  'revision-changed': {
    breaks: [
      {
        steps: [
          ...opening(),
          client(toolCall(1, 'save')),
          server(toolText(1, 'ok')),
          client(modern(2, 'tools/list')),
        ],
      },
      'medium: The client of notes changed the revision to “2026-07-28” on the way, once. [2 revision so far, 6 other revision]',
    ],
    alsoBreaks: [
      [
        {
          head: OVER_HTTP,
          steps: [
            ...opened(),
            ...post(3, toolCall(1, 'save'), { headers: inSession('2025-06-18') }),
          ],
        },
        'medium: The client of notes changed the revision to “2025-06-18” on the way, once. [4 revision so far, 11 other revision]',
      ],
    ],
    clean: [
      { steps: [...opening(), discover, server(complete(9)), list(2)] },
      { steps: [list(1), list(2), refused(2, -32022), ...opening(), client(toolCall(3, 'save'))] },
      {
        head: OVER_HTTP,
        steps: [...opened(), ...post(3, toolCall(1, 'save'), { headers: inSession() })],
      },
    ],
  },
});
