/**
 * The exporter of the SDK, told apart by what its answers mean for spans that must not be lost. It
 * reads its settings from the environment of this thread. Loads the SDK: nobody else does.
 */
import { DiagLogLevel, diag } from '@opentelemetry/api';
import {
  type ExportResult,
  ExportResultCode,
  getNumberFromEnv,
  getStringFromEnv,
} from '@opentelemetry/core';
import { detectResources, envDetector, type Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { SpanLimits } from './readable-span.ts';

/** `refused` is for ever; `later`: the same may be taken later, not before `after` ms where it says so. */
export type Answer =
  | { readonly kind: 'taken'; readonly partly?: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly after?: number };

export interface Exporter {
  send(spans: ReadableSpan[]): Promise<Answer>;
}

/** `onRetry`: it was not taken and the exporter tries again by itself. */
export async function createExporter(onRetry: () => void): Promise<Exporter> {
  const said = listen(onRetry);
  const exporter = await loadExporter();
  return {
    async send(spans) {
      said.forget();
      const { code, error } = await exported(exporter, spans);
      if (code === ExportResultCode.SUCCESS) return { kind: 'taken', ...said.partly() };
      const reason = error?.message || 'no reason was given';
      const status = (error as { code?: unknown } | undefined)?.code;
      if (typeof status === 'number') return { kind: 'refused', reason: `${status} ${reason}` };
      return { kind: 'later', reason, ...said.after() };
    },
  };
}

function exported(exporter: SpanExporter, spans: ReadableSpan[]): Promise<ExportResult> {
  return new Promise((resolve) => {
    exporter.export(spans, resolve);
  });
}

async function loadExporter(): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol() === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

function protocol(): string | undefined {
  return (
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ??
    getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL')
  );
}

/** What the exporter only tells its log: when it tries again, and what was taken in part. */
function listen(onRetry: () => void) {
  let after: number | undefined;
  let partly: string | undefined;
  const hear = (text: string, more?: unknown): void => {
    const tooLate = /^Export retry time (\d{1,12})ms exceeds/.exec(text);
    if (tooLate) after = Number(tooLate[1]);
    if (text.startsWith('Scheduling export retry')) onRetry();
    if (text.startsWith('Received Partial Success')) partly = String(more);
  };
  const logger = { error: hear, warn: hear, info: hear, debug: () => {}, verbose: hear };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  return {
    forget() {
      after = undefined;
      partly = undefined;
    },
    after: () => (after === undefined ? {} : { after }),
    partly: () => (partly === undefined ? {} : { partly }),
  };
}

/** What OTEL_RESOURCE_ATTRIBUTES says of where this runs. */
export function resourceOfEnvironment(): Resource {
  return detectResources({ detectors: [envDetector] });
}

/** The limits of the specification and its defaults ("Span Limits" in the SDK's environment variables). */
export function limitsOfEnvironment(): SpanLimits {
  const limit = (...names: readonly string[]): number | undefined =>
    names.map(getNumberFromEnv).find((value) => value !== undefined && value >= 0);
  return {
    attributes: limit('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT') ?? 128,
    text:
      limit('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
      Number.POSITIVE_INFINITY,
    links: limit('OTEL_SPAN_LINK_COUNT_LIMIT') ?? 128,
  };
}
