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
import type { PartialSuccess } from '../../model/otel/partial-success.ts';
import { hearAnswers } from './answers.ts';
import type { SpanLimits } from './readable-span.ts';

/** `refused` is for ever; `later`: the same may be taken later, not before `after` ms where it says so. */
export type Answer =
  | { readonly kind: 'taken'; readonly partly?: PartialSuccess | undefined }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly after?: number };

export interface Exporter {
  send(spans: ReadableSpan[]): Promise<Answer>;
}

/** `version`: of wiretape; `onRetry`: it was not taken, and the exporter tries again by itself. */
export async function createExporter(
  version: string,
  onRetry: (reason: string) => void,
): Promise<Exporter> {
  const answers = hearAnswers();
  const said = listen(() => onRetry(answers.reason() ?? UNKNOWN));
  const exporter = await loadExporter(version);
  return {
    async send(spans) {
      said.forget();
      answers.forget();
      const { code, error } = await exported(exporter, spans);
      if (code !== ExportResultCode.SUCCESS) {
        const reason = answers.reason(error) ?? (error?.message || UNKNOWN);
        const isFinal = typeof (error as { code?: unknown } | undefined)?.code === 'number';
        return isFinal ? { kind: 'refused', reason } : { kind: 'later', reason, ...said.after() };
      }
      const confirmed = answers.confirmed();
      if ('stranger' in confirmed) return { kind: 'refused', reason: confirmed.stranger };
      return { kind: 'taken', partly: confirmed.partial };
    },
  };
}

const UNKNOWN = 'no reason was given';

function exported(exporter: SpanExporter, spans: ReadableSpan[]): Promise<ExportResult> {
  return new Promise((resolve) => {
    exporter.export(spans, resolve);
  });
}

async function loadExporter(version: string): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol() === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ userAgent: `wiretape/${version}` });
}

function protocol(): string | undefined {
  return (
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ??
    getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL')
  );
}

/** What the exporter only tells its log: when it tries again. */
function listen(onRetry: () => void) {
  let after: number | undefined;
  const hear = (...words: readonly unknown[]): void => {
    const text = words.filter((word) => typeof word === 'string').join(' ');
    const tooLate = /^Export retry time (\d{1,12})ms exceeds/.exec(text);
    if (tooLate) after = Number(tooLate[1]);
    if (text.startsWith('Scheduling export retry')) onRetry();
  };
  const logger = { error: hear, warn: hear, info: hear, debug: () => {}, verbose: hear };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  return {
    forget() {
      after = undefined;
    },
    after: () => (after === undefined ? {} : { after }),
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
