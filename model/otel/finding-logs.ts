/**
 * Findings as OTLP log records, each beside the span of the message that shows it first.
 *
 * Severity numbers: opentelemetry-proto 1.11.0, logs.proto; a finding is no crash, so none is FATAL.
 */
import type { Finding, Severity } from '../finding.ts';
import { exploredText } from '../judgement.ts';
import { ATTRIBUTE, FINDING, FINDING_EVENT } from './conventions.ts';
import { attributesJson } from './otlp-json.ts';
import type { Attributes, SessionSpans, SpanContext } from './span.ts';

/** What a message is in the spans of its session. */
export interface SpanOfMessage extends SpanContext {
  /** Nanoseconds since 1970, when the message crossed. */
  readonly time: bigint;
}

export interface ToldFinding {
  readonly finding: Finding;
  readonly session: string;
  /** Left out where its message has none. */
  readonly span?: SpanOfMessage | undefined;
  readonly url?: string | undefined;
}

/** The findings whose first evidence is of one session; the resource is its server. */
export interface SessionFindings {
  readonly resource: Attributes;
  readonly findings: readonly ToldFinding[];
}

const SEVERITY: Readonly<Record<Severity, number>> = {
  info: 9,
  low: 10,
  medium: 13,
  high: 17,
  critical: 18,
};

/** The spans of these messages, as far as they have one; that of an answer is its request's. */
export function spansOfMessages(
  { spans }: SessionSpans,
  messages: readonly string[],
): Map<string, SpanOfMessage> {
  const wanted = new Set(messages);
  const found = new Map<string, SpanOfMessage>();
  for (const { traceId, spanId, start, end, attributes } of spans) {
    const { [ATTRIBUTE.request]: request, [ATTRIBUTE.response]: response } = attributes;
    if (wanted.has(String(request))) found.set(String(request), { traceId, spanId, time: start });
    if (wanted.has(String(response))) found.set(String(response), { traceId, spanId, time: end });
  }
  return found;
}

/** A request for `/v1/logs`; `version`: of wiretape. */
export function findingsJson(sessions: readonly SessionFindings[], version: string): object {
  return {
    resourceLogs: sessions.map(({ resource, findings }) => ({
      resource: { attributes: attributesJson(resource) },
      scopeLogs: [{ scope: { name: 'wiretape', version }, logRecords: findings.map(recordJson) }],
    })),
  };
}

function recordJson({ finding, session, span, url }: ToldFinding): object {
  const { rule, code, tier, severity, confidence, message, fingerprint, evidence } = finding;
  const { explored } = finding;
  return {
    ...(span ? { timeUnixNano: String(span.time), observedTimeUnixNano: String(span.time) } : {}),
    severityNumber: SEVERITY[severity],
    severityText: severity,
    body: { stringValue: message },
    attributes: attributesJson({
      [FINDING.rule]: rule,
      [FINDING.code]: code,
      [FINDING.tier]: tier,
      [FINDING.confidence]: confidence,
      [FINDING.fingerprint]: fingerprint,
      [FINDING.evidence]: evidence.map((one) => one.message),
      ...(explored ? { [FINDING.explored]: explored.map(exploredText) } : {}),
      [ATTRIBUTE.session]: session,
      ...(url === undefined ? {} : { [ATTRIBUTE.url]: url }),
    }),
    ...(span ? { traceId: span.traceId, spanId: span.spanId } : {}),
    eventName: FINDING_EVENT,
  };
}
