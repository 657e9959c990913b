/** What the tests of live spans share: what was sent, beside what the recording of the same session says. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { confirmedBy } from '../../../model/otel/confirmed.ts';
import { otlpJson } from '../../../model/otel/otlp-json.ts';
import type { SessionSpans, Span } from '../../../model/otel/span.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import type { WholeView } from '../../../model/session.ts';
import { viewsOf } from '../../../model/view.ts';
import type { Attribute, Receiver, TakenSpan } from '../../kit/receiver.ts';
import { inOrder, journals } from '../kit.ts';

/** The sessions that a state folder holds. */
export async function recorded(state: string): Promise<WholeView[]> {
  const all = (await journals(state)).flatMap(({ entries }) => entries);
  return viewsOf(inOrder(all));
}

export async function recordedOne(state: string): Promise<WholeView> {
  const [view, ...more] = await recorded(state);
  expect(more).toEqual([]);
  return view as WholeView;
}

/** Each span that came is, in all it says, that of the recording; those that were confirmed came. */
export function checkSent(receiver: Receiver, views: readonly WholeView[]): void {
  const made = views.map((view) => toSpans(view));
  const expected = new Map(made.flatMap(wireSpans));
  // Only what differs is compared by vitest, to whom fifty thousand spans are many.
  for (const [id, span] of receiver.spans) {
    const [came, wanted] = [plain(span), expected.get(id)];
    if (!isDeepStrictEqual(came, wanted)) expect(came, span.name).toEqual(wanted);
  }
  const lacking = views.flatMap((view, at) => {
    const isConfirmed = confirmedBy(view, receiver.url);
    const spans = made[at]?.spans ?? [];
    return spans.filter((span) => isConfirmed(span) && !receiver.spans.has(span.spanId));
  });
  expect(lacking).toEqual([]);
}

/** The spans of the recording that nobody has confirmed. */
export function unconfirmed(view: WholeView, receiver: Receiver): Span[] {
  const isConfirmed = confirmedBy(view, receiver.url);
  return toSpans(view).spans.filter((span) => !isConfirmed(span));
}

/** All of it came and is confirmed, unless the tap said that its end came first. */
export function checkWhole(receiver: Receiver, views: readonly WholeView[], said: string): void {
  checkSent(receiver, views);
  if (said.includes('Not all spans')) return;
  expect(said).not.toContain('otlp-failed');
  const ids = views.flatMap((view) => toSpans(view).spans.map(({ spanId }) => spanId));
  expect([...receiver.spans.keys()].sort()).toEqual([...new Set(ids)].sort());
  for (const view of views) expect(unconfirmed(view, receiver)).toEqual([]);
}

function wireSpans(session: SessionSpans): [string, unknown][] {
  const request = otlpJson([session], '0') as ReturnType<typeof JSON.parse>;
  const spans: TakenSpan[] = request.resourceSpans[0].scopeSpans[0].spans;
  return spans.map((span) => [span.spanId, plain(span)]);
}

/** What a span says, however its numbers and what it does not say are written. */
function plain(span: TakenSpan): unknown {
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, events, ...told } = span;
  const dropped = [droppedAttributesCount, droppedEventsCount, droppedLinksCount];
  const { status, links, attributes, ...rest } = told;
  return {
    ...rest,
    dropped: dropped.map((count) => count ?? 0),
    status: { code: 0, ...(status as object | undefined) },
    attributes: attributes.map(plainAttribute),
    links: ((links as TakenSpan[] | undefined) ?? []).map(
      ({ traceId, spanId, flags, attributes: own }) => ({
        traceId,
        spanId,
        flags,
        attributes: own.map(plainAttribute),
      }),
    ),
  };
}

function plainAttribute({ key, value }: Attribute): [string, string] {
  return [key, JSON.stringify(value, (_, one) => (typeof one === 'number' ? String(one) : one))];
}
