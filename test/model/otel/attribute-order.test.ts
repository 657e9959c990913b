/** What the conventions require of a span comes first, so that limits of exporters and receivers leave it. */
import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect, test } from 'vitest';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import { readableSpan } from '../../../tap/otlp/readable-span.ts';
import { client, opening, type Said, server, tape, toolCall } from '../../kit/entries.ts';

/** The attributes that a tap sends of the last message, where the limit is so many of them. */
function sent(limit: number, asked: Said, answer: Said): unknown {
  const [view] = viewsOf(tape('notes', [...opening(), client(asked), server(answer)]));
  const span = view && toSpans(view).spans.at(-1);
  if (!span) throw new Error('no span');
  const limits = { attributes: limit, text: Infinity, links: 128 };
  const around = { resource: resourceFromAttributes({}), limits, version: '1.2.3' };
  return readableSpan(span, around).attributes;
}

test.each([
  [
    'a tool',
    5,
    toolCall(7, 'save'),
    { id: 7, error: { code: -32000, message: 'full' } },
    {
      'mcp.method.name': 'tools/call',
      'error.type': '-32000',
      'gen_ai.tool.name': 'save',
      'rpc.response.status_code': '-32000',
      'jsonrpc.request.id': '7',
    },
  ],
  [
    'a resource',
    3,
    { id: 7, method: 'resources/read', params: { uri: 'note:1' } },
    { id: 7, result: {} },
    {
      'mcp.method.name': 'resources/read',
      'mcp.resource.uri': 'note:1',
      'jsonrpc.request.id': '7',
    },
  ],
  [
    'what is told of one',
    2,
    { method: 'notifications/initialized' },
    { method: 'notifications/resources/updated', params: { uri: 'note:1' } },
    { 'mcp.method.name': 'notifications/resources/updated', 'mcp.resource.uri': 'note:1' },
  ],
  [
    'what is broken',
    1,
    { method: 'notifications/initialized' },
    'garbage',
    { 'error.type': '_OTHER' },
  ],
])('%s', (_, limit, asked, answer, expected) => {
  expect(sent(limit, asked, answer)).toEqual(expected);
});
