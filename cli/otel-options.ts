/** The flags of every command that makes spans, and what they ask for. */
import { type Command, Option } from 'commander';
import {
  PARENTS,
  PAYLOADS,
  type Parent,
  type Payloads,
  type ToSpans,
} from '../model/otel/options.ts';

export interface OtelOptions {
  readonly otelParent?: Parent;
  readonly otelPayloads?: Payloads;
}

/** Said where nothing that these flags are about is made. */
export const SPANS_ONLY = '--otel-… is for spans only.';

export function addOtelOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--otel-parent <how>',
        'what a caller’s trace context is to its span: the parent (remote when left out), or a link',
      ).choices(PARENTS),
    )
    .addOption(
      new Option(
        '--otel-payloads <how>',
        'show redacted arguments and results: 2 KB of each, or all where GenAI backends look',
      ).choices(PAYLOADS),
    );
}

export function spanOptions({ otelParent, otelPayloads }: OtelOptions): ToSpans {
  return {
    ...(otelParent === undefined ? {} : { parent: otelParent }),
    ...(otelPayloads === undefined ? {} : { payloads: otelPayloads }),
  };
}
