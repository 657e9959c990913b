/** How somebody else decides when the lines of a run are sent: one scheduler for several sessions. */
import type { Call } from '../../model/session.ts';
import type { Bindings } from './bindings.ts';
import type { ClientLine } from './lines.ts';
import type { Live, Pairs } from './live.ts';

/** Conducts a run together with those of other sessions. */
export interface Conductor {
  /** Told once, when there is a connection. */
  begin(baton: Baton): void;
  /** A request was answered; `why`: it will not be. */
  settled(call: Call, why?: string): void;
  /** Answers from which values are learned; those of other calls teach nothing. */
  readonly sources: ReadonlySet<Call>;
}

/** A run as its conductor holds it. */
export interface Baton {
  readonly live: Live;
  readonly pairs: Pairs;
  readonly bindings: Bindings;
  /** Sends these lines in one turn, each as soon as its other conditions hold. */
  tell(lines: readonly ClientLine[]): void;
  over(): void;
}
