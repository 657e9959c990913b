/** What an exploration has shown, and what it has not. */
import type { Contrast } from './observe.ts';

/**
 * COMMUTES: no difference in what was explored. ORDER_DEPENDENT: two orders, one flip apart, have
 * different outcomes. NON_SERIALISABLE: together they had an outcome that no order of them has.
 * SUSPECT: that was seen, and not again. UNSTABLE: the same order twice had different outcomes, so
 * nothing is claimed. UNTRIED: it was ended before anything was compared. ILLEGAL: another order cannot be run.
 */
export type Verdict =
  | 'COMMUTES'
  | 'ORDER_DEPENDENT'
  | 'NON_SERIALISABLE'
  | 'SUSPECT'
  | 'UNSTABLE'
  | 'UNTRIED'
  | 'ILLEGAL';

/** Something that was run, and run twice more. */
export interface Proof {
  readonly verdict: 'ORDER_DEPENDENT' | 'NON_SERIALISABLE';
  /** The numbers of all operations that it takes, in recorded order. */
  readonly operations: readonly number[];
  /** Those whose order, or overlap, it is about. */
  readonly about: readonly number[];
  /** The order that matters: `#7 before #3`, `#3 with #7`. */
  readonly edges: readonly string[];
  /** The course that shows it, and what it is compared with. */
  readonly course: string;
  readonly against: readonly string[];
  readonly contrasts: readonly Contrast[];
  /** `answers`: what is kept is that of an order, as far as it was read, and only answers differ. */
  readonly reach: 'state' | 'answers';
  /** How often it was seen in how many runs of the course. */
  readonly seen: number;
  readonly tried: number;
}

/** What came of bringing a suspicion to proof. */
export type Judged =
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'suspect'; readonly course: string; readonly why: string }
  | { readonly kind: 'unstable'; readonly course: string; readonly parts: readonly string[] };
