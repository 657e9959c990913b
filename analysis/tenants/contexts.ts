/**
 * Authorization contexts: with which credential each exchange of an HTTP session was made, and with
 * which a server on a pipe was started.
 *
 * A recording has keyed hashes of credentials, so that equal ones can be told and none can be used.
 * They compare only under one key. Whose a credential is it does not say: one user may have several,
 * and renew them.
 */

import type { HttpEntry } from '../../model/entry.ts';
import { escapePointer } from '../../model/json.ts';

import { order } from '../../model/order.ts';
import { hasPlaceholder } from '../../model/placeholder.ts';
import { isSecretName } from '../../model/secret-names.ts';
import type { Call, Session, WholeView } from '../../model/session.ts';

export interface Credential {
  /** The entry that has it, and its place there. */
  readonly seq: number;
  readonly pointer: string;
  /** Equal for equal credentials under one key. */
  readonly context: string;
  /** What was asked with it was answered with success. */
  isFine: boolean;
}

export interface Contexts {
  readonly isKnown: boolean;
  of(call: Call): Credential | undefined;
}

export function contextsOf({ session, moments }: WholeView): Contexts {
  const started = ofLaunch(session);
  if (started) return { isKnown: true, of: () => started };
  const byExchange = new Map<number, Credential>();
  if (session.head?.transport === 'http') {
    for (const { entry } of moments) if (entry.type === 'http') note(entry, byExchange);
  }
  return { isKnown: byExchange.size > 0, of: ({ exchange = -1 }) => byExchange.get(exchange) };
}

/** The variables with secrets that a server was started with; their values are keyed hashes. */
function ofLaunch({ head }: Session): Credential | undefined {
  const secrets = Object.entries(head?.launch?.env ?? {})
    .filter(([name]) => isSecretName(name))
    .sort(([a], [b]) => order(a, b));
  const [first] = secrets;
  if (!first) return undefined;
  const pointer = `/launch/env/${escapePointer(first[0])}`;
  return { seq: 0, pointer, context: JSON.stringify(secrets), isFine: true };
}

function note(entry: HttpEntry, byExchange: Map<number, Credential>): void {
  const { exchange, seq, phase, headers = [], status = 0 } = entry;
  if (phase === 'opened') {
    const header = headers.findIndex(([name]) => name.toLowerCase() === 'authorization');
    const context = headers[header]?.[1];
    if (context !== undefined && hasPlaceholder(context))
      byExchange.set(exchange, { seq, pointer: `/headers/${header}/1`, context, isFine: false });
  } else if (phase === 'head' && status >= 200 && status < 300) {
    const known = byExchange.get(exchange);
    if (known) known.isFine = true;
  }
}
