// Edges of a run on its spans: as links and as attributes, across sessions, bounded, and nothing that the tree says.
import { expect, test } from 'vitest';
import { causesOf } from '../../../analysis/causes.ts';
import type { Entry } from '../../../model/entry.ts';
import { withCauses } from '../../../model/otel/causes.ts';
import type { Span } from '../../../model/otel/span.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';

function spansOf(entries: readonly Entry[]): Span[] {
  const views = viewsOf(entries);
  const made = views.map((view) => toSpans(view, { runAt: () => 'run' }));
  return withCauses(made, causesOf(views)).flatMap(({ spans }) => spans);
}

function named(spans: readonly Span[], name: string): Span {
  const found = spans.filter((span) => span.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Span;
}

const ORDER = 'ord-7f3a9c21e5';

test('a value that one server gave and another one is asked with', () => {
  const shop = tape('shop', [
    ...opening(),
    client(toolCall(1, 'buy', { what: 'tea' }), { at: 10_000 }),
    server(toolText(1, JSON.stringify({ orderId: ORDER })), { at: 20_000 }),
  ]);
  const mail = tape('mail', [
    ...opening(),
    client(toolCall(1, 'send', { orderId: ORDER }), { at: 50_000 }),
    server(toolText(1, 'sent'), { at: 60_000 }),
  ]);
  const spans = spansOf([...shop, ...mail]);
  const [buy, send] = [named(spans, 'tools/call buy'), named(spans, 'tools/call send')];
  const answer = buy.attributes['wiretape.response'];
  expect(send.attributes['wiretape.edge.value']).toEqual([answer]);
  expect(send.links).toContainEqual({
    traceId: buy.traceId,
    spanId: buy.spanId,
    attributes: { 'wiretape.link.kind': 'value', 'wiretape.message': answer },
  });
  expect(buy.attributes['wiretape.edge.value']).toBeUndefined();
});

test('every link of a span stands in its attributes too, and nothing that the tree says', () => {
  const steps = [
    ...opening(),
    client({ id: 1, method: 'tools/list' }),
    server({ id: 1, result: { tools: [{ name: 'a', inputSchema: { type: 'object' } }] } }),
    client(toolCall(2, 'a')),
    server({ id: 9, method: 'roots/list' }),
    client({ id: 9, result: { roots: [] } }),
    server(toolText(2, 'ok')),
    client(toolCall(3, 'a')),
    server({ method: 'notifications/tools/list_changed' }),
    client({ id: 4, method: 'tools/list' }),
  ];
  const spans = spansOf(tape('notes', steps));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const kinds = new Set<string>();
  for (const span of spans) {
    for (const { spanId, attributes } of span.links) {
      const kind = String(attributes['wiretape.link.kind']);
      kinds.add(kind);
      expect(span.attributes[`wiretape.edge.${kind}`]).toContain(attributes['wiretape.message']);
      expect(spanId).not.toBe(span.parentSpanId);
      expect(byId.get(spanId)?.parentSpanId).not.toBe(span.spanId);
      expect(spanId).not.toBe(span.spanId);
    }
  }
  expect(kinds).toEqual(new Set(['listing', 'turn', 'change']));
});

test('so many of a kind, and how many more', () => {
  const count = 40;
  const ids = Array.from({ length: count }, (_, id) => id + 1);
  const steps = [
    ...opening(),
    ...ids.map((id) => client(toolCall(id, 'a', { id }))),
    ...ids.map((id) => server(toolText(id, 'ok'))),
    client(toolCall(count + 1, 'b')),
  ];
  const last = named(spansOf(tape('notes', steps)), 'tools/call b');
  expect(last.attributes['wiretape.edge.turn']).toHaveLength(16);
  expect(last.attributes['wiretape.edges.more']).toBe(count - 16);
  expect(last.links).toHaveLength(16);
});

test('a span without a parent links to nothing in its own trace, which Jaeger would take for one', () => {
  // Beyond so many entries the session's span is in another trace.
  const filler = Array.from({ length: 4100 }, (_, id) =>
    server({ method: 'notifications/message', params: { id } }),
  );
  const steps = [
    ...opening(),
    ...filler,
    client(toolCall(1, 'a')),
    server(toolText(1, 'ok')),
    client(toolCall(2, 'b')),
  ];
  const last = named(spansOf(tape('notes', steps)), 'tools/call b');
  expect(last.parentSpanId).toBeUndefined();
  expect(last.attributes['wiretape.edge.turn']).toHaveLength(1);
  expect(last.links).toMatchObject([{ attributes: { 'wiretape.link.kind': 'session' } }]);
  expect(last.links[0]?.traceId).not.toBe(last.traceId);
});

test('messages that no span is of lead to nothing', () => {
  const [view] = viewsOf(tape('notes', [client(toolCall(1, 'a'))]));
  const made = view ? [toSpans(view)] : [];
  const causes = [
    { kind: 'value', before: 'nobody:1', after: `${view?.session.id}:1` },
    { kind: 'value', before: `${view?.session.id}:1`, after: 'nobody:1' },
  ];
  expect(withCauses(made, causes)).toEqual(made);
});
