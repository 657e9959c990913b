/**
 * What the collector and its analysis thread say to each other. The thread holds what it was given
 * of sessions and is asked about them; which sessions it holds, the collector decides.
 */
import type { Finding } from '../model/finding.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';
import type { SpanOfMessage } from '../model/otel/finding-logs.ts';
import type { Parent } from '../model/otel/options.ts';
import type { RunStart } from '../model/otel/runs.ts';
import type { Attributes } from '../model/otel/span.ts';

export type Order =
  /** Entries of a session, as lines, that follow what it has; `anew`: it has none. */
  | {
      readonly do: 'take';
      readonly session: string;
      readonly lines: readonly string[];
      readonly anew: boolean;
    }
  | { readonly do: 'drop'; readonly session: string }
  | Question;

export type Question =
  | {
      readonly do: 'findings';
      readonly sessions: readonly string[];
      readonly footprints: readonly FootprintRule[];
    }
  /** The spans of these messages, made in these runs. */
  | {
      readonly do: 'spans';
      readonly session: string;
      readonly messages: readonly string[];
      readonly runs: readonly RunStart[];
      readonly parent?: Parent | undefined;
    }
  /** `now`: µs of the session's clock; left out: when its last entry came. */
  | { readonly do: 'blame'; readonly session: string; readonly now?: number };

/** What is given for `spans`, once where the session is known. */
export interface MessagesInSpans {
  readonly resource: Attributes;
  readonly spans: ReadonlyMap<string, SpanOfMessage>;
}

export type Given = readonly Finding[] | readonly unknown[];
