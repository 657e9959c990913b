/**
 * What the collector and its analysis thread say to each other. The thread holds what it was given
 * of sessions and is asked about them; which sessions it holds, the collector decides.
 */
import type { Finding } from '../model/finding.ts';
import type { FootprintRule } from '../model/footprint-rule.ts';

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
  /** `now`: µs of the session's clock; left out: when its last entry came. */
  | { readonly do: 'blame'; readonly session: string; readonly now?: number };

export type Given = readonly Finding[] | readonly unknown[];
