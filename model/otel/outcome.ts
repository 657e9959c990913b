/** How a request ended, as a span says it: status, error type, code. By the side that the span is of. */
import { textMember } from '../json.ts';
import type { Call } from '../session.ts';
import { ATTRIBUTE, CALLERS_FAULTS, ERROR } from './conventions.ts';
import type { Attributes, SpanKind } from './span.ts';

export interface Ending {
  readonly attributes: Attributes;
  /** Set when the span has failed: what the peer said of it, or nothing. */
  readonly error?: string;
}

/** `response`: the message that answered it, where one did. */
export function endingOf(call: Call, response: unknown, kind: SpanKind): Ending {
  const { outcome, code, state } = call;
  if (outcome === undefined) return failed(unansweredType(state), '');
  if (outcome === 'result') return { attributes: {} };
  if (outcome === 'tool-error') return failed(ERROR.tool, '');
  const said = textMember(response, 'error', 'message') ?? '';
  const status = code === undefined ? {} : { [ATTRIBUTE.statusCode]: String(code) };
  // Who answers has not failed where the fault was its caller's.
  if (kind === 'server' && code !== undefined && CALLERS_FAULTS.has(code)) {
    return { attributes: status };
  }
  const { attributes, error } = failed(code === undefined ? ERROR.other : String(code), said);
  return { attributes: { ...status, ...attributes }, error };
}

function failed(type: string, error: string): Required<Ending> {
  return { attributes: { [ATTRIBUTE.error]: type }, error };
}

function unansweredType(state: Call['state']): string {
  return state === 'cancelled' ? ERROR.cancelled : ERROR.other;
}
