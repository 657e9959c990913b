/**
 * Who asks over HTTP, as far as the server can know it: the credentials of the requests, which a
 * recording keeps as keyed hashes. A server shows one caller the same things on all his connections.
 */
import { hasPlaceholder } from '../../model/placeholder.ts';
import { isSecretName } from '../../model/secret-names.ts';
import type { WholeView } from '../../model/session.ts';

/** Equal for sessions of one caller, or of none; undefined where several asked in one session. */
export function callerOf({ session, moments }: WholeView): string | undefined {
  let caller: string | undefined;
  for (const { entry } of moments) {
    if (entry.type !== 'http' || entry.phase !== 'opened') continue;
    const own = JSON.stringify((entry.headers ?? []).filter(isCredential));
    if (caller !== undefined && caller !== own) return undefined;
    caller = own;
  }
  return JSON.stringify([session.head?.redaction.key, caller]);
}

function isCredential([name, value]: readonly [string, string]): boolean {
  // The id of a session is a secret too, and says nothing of who has it.
  if (/^(?:mcp-session-id|last-event-id)$/i.test(name)) return false;
  return /^(?:authorization|cookie)$/i.test(name) || (isSecretName(name) && hasPlaceholder(value));
}
