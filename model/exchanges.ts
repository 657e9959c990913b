/**
 * What the HTTP exchanges of a session say about the calls in them: the trace they are part of, and
 * that no answer can come any more.
 */
import type { HttpEntry } from './entry.ts';
import { traceIn } from './identity.ts';
import { type Era, eraOf } from './methods.ts';
import type { Call } from './session.ts';

interface Exchange {
  readonly trace: string | undefined;
  readonly era: Era | undefined;
  readonly calls: Call[];
  status?: number;
  isStream?: boolean;
}

/** What the end of an exchange means for a call in it that has no answer. */
export type Unanswered = 'cancel' | 'end' | 'may-come';

export interface Exchanges {
  /** Takes an entry; at the end of an exchange gives its calls, and what that means for them. */
  apply(entry: HttpEntry, era: Era | undefined): readonly [readonly Call[], Unanswered] | undefined;
  /** The trace that the headers of an exchange name. */
  traceOf(exchange: number | undefined): string | undefined;
  add(call: Call): void;
}

export function createExchanges(): Exchanges {
  const open = new Map<number, Exchange>();
  return {
    traceOf: (exchange) => (exchange === undefined ? undefined : open.get(exchange)?.trace),
    add(call) {
      if (call.exchange !== undefined) open.get(call.exchange)?.calls.push(call);
    },
    apply(entry, era) {
      const known = open.get(entry.exchange);
      if (entry.phase === 'opened') {
        const revision = headerOf(entry, 'mcp-protocol-version');
        const trace = traceIn(headerOf(entry, 'traceparent'));
        const spoken = revision === undefined ? era : eraOf(revision);
        open.set(entry.exchange, { trace, era: spoken, calls: [] });
      } else if (entry.phase === 'head' && known) {
        if (entry.status !== undefined) known.status = entry.status;
        known.isStream = /^text\/event-stream/i.test(headerOf(entry, 'content-type') ?? '');
      } else if (entry.phase === 'ended' && known) {
        open.delete(entry.exchange);
        return [known.calls, meaningOf(known, entry)];
      }
      return undefined;
    },
  };
}

/**
 * In 2026-07-28 closing the stream of a response cancels its call (basic/patterns/cancellation), and
 * nothing is resumed. Before that a stream may go on elsewhere, and over HTTP+SSE (2024-11-05) an
 * accepted request is answered on another exchange.
 */
function meaningOf({ era, status, isStream }: Exchange, { ended }: HttpEntry): Unanswered {
  if (era === 'modern') return ended === 'client-closed' ? 'cancel' : 'end';
  if (ended === 'unreachable') return 'end';
  return isStream || status === 202 || ended === 'client-closed' ? 'may-come' : 'end';
}

function headerOf({ headers = [] }: HttpEntry, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}
