/** The flags of spans and links (trace.proto, `SpanFlags`): sampled, and whether what they point to is the caller's. */
import { expect, test } from 'vitest';
import type { ToSpans } from '../../../model/otel/options.ts';
import { otlpJson } from '../../../model/otel/otlp-json.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, type Step, server, type TapeOptions, tape, toolCall } from '../../kit/entries.ts';

const CONTEXT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;
const [OURS, CALLERS] = [0x101, 0x301];

/** By the names of spans: their flags, then those of their links. */
function flags(steps: readonly Step[], options: ToSpans = {}, head: TapeOptions['head'] = {}) {
  const request = otlpJson(
    viewsOf(tape('notes', steps, { head })).map((view) => toSpans(view, options)),
    '1.2.3',
  ) as ReturnType<typeof JSON.parse>;
  return request.resourceSpans[0].scopeSpans[0].spans.map(
    (span: { name: string; flags: number; links: { flags: number }[] }) => [
      span.name,
      span.flags,
      ...span.links.map((link) => link.flags),
    ],
  );
}

const asked = client(toolCall(1, 'a', {}, { traceparent: CONTEXT }));
const rest = [server({ id: 2, method: 'roots/list' }), client(toolCall(3, 'b'))];

test('below a caller, and nowhere else', () => {
  expect(flags([asked, ...rest])).toEqual([
    ['mcp session', OURS],
    ['tools/call a', CALLERS],
    ['roots/list', OURS],
    ['tools/call b', OURS],
  ]);
});

test('a session below who started its server', () => {
  const started = { traceparent: CONTEXT };
  expect(flags(rest.slice(1), {}, started)).toEqual([
    ['mcp session', CALLERS],
    ['tools/call b', OURS],
  ]);
  expect(flags([], { parent: 'link' }, started)).toEqual([['mcp session', OURS, CALLERS]]);
});

test('a link to a caller, and to a round before', () => {
  const given = { resultType: 'input_required', requestState: 's', inputRequests: {} };
  const again = { name: 'a', requestState: 's', inputResponses: {} };
  const steps = [
    asked,
    server({ id: 1, result: given }),
    client({ id: 4, method: 'tools/call', params: again }),
  ];
  expect(flags(steps, { parent: 'link' })).toEqual([
    ['mcp session', OURS],
    ['tools/call a', OURS, CALLERS],
    ['tools/call a', OURS, OURS],
  ]);
});
