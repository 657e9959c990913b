/**
 * What led to what, on spans that are made: each edge as a link, and as an attribute for backends
 * that drop links. Who says the edges is not known here; they may be of any sessions together.
 */
import { ATTRIBUTE, EDGE } from './conventions.ts';
import { mayLink } from './link.ts';
import type { SessionSpans, Span, SpanLink } from './span.ts';

/** One message led to another: `value`, `turn` and so on. Both are references. */
export interface Cause {
  readonly kind: string;
  readonly before: string;
  readonly after: string;
}

/** More of one kind are counted, and not named: backends drop spans with very many attributes or links. */
const MOST_OF_A_KIND = 16;

/** What led to a span, by kind: the messages that are named, and how many are not. */
type Led = Map<string, { readonly named: string[]; more: number }>;

/** The same spans with their causes; what stands in the tree anyway is said once. */
export function withCauses(
  sessions: readonly SessionSpans[],
  causes: Iterable<Cause>,
): SessionSpans[] {
  const byMessage = spansByMessage(sessions);
  const found = new Map<Span, Led>();
  for (const { kind, before, after } of causes) {
    const [earlier, later] = [byMessage.get(before), byMessage.get(after)];
    if (!earlier || !later || isShown(earlier, later)) continue;
    const led: Led = found.get(later) ?? new Map();
    found.set(later, led);
    const own = led.get(kind) ?? { named: [], more: 0 };
    led.set(kind, own);
    if (own.named.includes(before)) continue;
    if (own.named.length < MOST_OF_A_KIND) own.named.push(before);
    else own.more++;
  }
  const linked = (span: Span): Span => {
    const led = found.get(span);
    return led ? withEdges(span, led, byMessage) : span;
  };
  return sessions.map((session) => ({ ...session, spans: session.spans.map(linked) }));
}

/** The span that each message is in: of a request and of its answer, or of a notification. */
function spansByMessage(sessions: readonly SessionSpans[]): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const session of sessions) {
    for (const span of session.spans) {
      for (const name of [ATTRIBUTE.request, ATTRIBUTE.response]) {
        const message = span.attributes[name];
        if (typeof message === 'string') spans.set(message, span);
      }
    }
  }
  return spans;
}

/** Whether it is one span, or the tree or a link has it already. */
function isShown(before: Span, after: Span): boolean {
  const isChild = (one: Span, other: Span): boolean =>
    one.parentSpanId === other.spanId && one.traceId === other.traceId;
  if (before === after || isChild(before, after) || isChild(after, before)) return true;
  return after.links.some(({ spanId }) => spanId === before.spanId);
}

function withEdges(span: Span, led: Led, byMessage: ReadonlyMap<string, Span>): Span {
  const more = [...led.values()].reduce((sum, own) => sum + own.more, 0);
  const edges = [...led].map(([kind, { named }]) => [`${EDGE}${kind}`, named]);
  const links = [...led].flatMap(([kind, { named }]) =>
    named.flatMap((message) => linkTo(span, byMessage.get(message), { kind, message })),
  );
  return {
    ...span,
    attributes: {
      ...span.attributes,
      ...Object.fromEntries(edges),
      ...(more > 0 ? { [ATTRIBUTE.moreEdges]: more } : {}),
    },
    links: [...span.links, ...links],
  };
}

function linkTo(
  span: Span,
  earlier: Span | undefined,
  { kind, message }: { readonly kind: string; readonly message: string },
): SpanLink[] {
  if (!earlier || !mayLink(span, earlier)) return [];
  const attributes = { [ATTRIBUTE.link]: kind, [ATTRIBUTE.message]: message };
  return [{ traceId: earlier.traceId, spanId: earlier.spanId, attributes }];
}
