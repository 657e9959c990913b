/**
 * Authorization contexts: with which credential each exchange of an HTTP session was made.
 *
 * A recording has keyed hashes of credentials, so that equal ones can be told and none can be used.
 * They compare only under one key. Whose a credential is it does not say: one user may have several,
 * and renew them.
 */
import type { HttpEntry } from '../../model/entry.ts';
import { hasPlaceholder } from '../../model/placeholder.ts';
import type { Call, WholeView } from '../../model/session.ts';

export interface Exchanged {
  readonly exchange: number;
  /** The entry that opened it, with the credential, and its place among the headers. */
  readonly seq: number;
  readonly header: number;
  /** Equal for equal credentials under one key. */
  readonly context: string;
  /** It was answered with a status of success. */
  isFine: boolean;
}

export interface Contexts {
  /** The exchanges that showed a credential, in the order they were opened. */
  readonly exchanges: readonly Exchanged[];
  of(call: Call): Exchanged | undefined;
}

export function contextsOf({ session, moments }: WholeView): Contexts {
  const byExchange = new Map<number, Exchanged>();
  if (session.head?.transport === 'http') {
    for (const { entry } of moments) if (entry.type === 'http') note(entry, byExchange);
  }
  return {
    exchanges: [...byExchange.values()],
    of: ({ exchange = -1 }) => byExchange.get(exchange),
  };
}

function note(entry: HttpEntry, byExchange: Map<number, Exchanged>): void {
  const { exchange, seq, phase, headers = [], status = 0 } = entry;
  if (phase === 'opened') {
    const header = headers.findIndex(([name]) => name.toLowerCase() === 'authorization');
    const context = headers[header]?.[1];
    if (context !== undefined && hasPlaceholder(context))
      byExchange.set(exchange, { exchange, seq, header, context, isFine: false });
  } else if (phase === 'head' && status >= 200 && status < 300) {
    const known = byExchange.get(exchange);
    if (known) known.isFine = true;
  }
}
