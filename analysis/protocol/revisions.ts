/** Which revision holds for a message: the era is a property of each, not of the session. */
import { headerOf } from '../../model/entry.ts';
import { textMember } from '../../model/json.ts';
import { eraOf, isRevision, META, type Revision } from '../../model/methods.ts';
import type { MessageRef, Seen, Session } from '../../model/session.ts';
import { countOf } from '../spans.ts';
import { isEarlier } from './calls.ts';
import type { Exchange } from './exchanges.ts';

export type RevisionOf = (
  seen: Seen | undefined,
  value: unknown,
  exchange: Exchange | undefined,
) => Revision | undefined;

/**
 * A message says its revision, has that of its request, that of its exchange, or what the client
 * declared last. Where both eras were declared at once, who says nothing is of neither.
 */
export function createRevisions(session: Session): RevisionOf {
  const requests = createStretches();
  let declared: string | undefined;
  let isMixed = false;

  const declare = (revision: string, isModern: boolean): void => {
    if (declared !== undefined && (eraOf(declared) === 'modern') !== isModern) isMixed ||= isModern;
    declared = revision;
  };

  /** What holds where a message says nothing itself. */
  const around = (exchange: Exchange | undefined): string | undefined => {
    const header = headerOf(exchange?.opened, 'mcp-protocol-version');
    if (header !== undefined) return header;
    if (isMixed) return undefined;
    const known = declared ?? session.revision;
    // Requests of 2026-07-28 name it in a header; who does not may be an older client of the same server.
    const isBare = exchange?.opened !== undefined && known !== undefined;
    return isBare && eraOf(known) === 'modern' ? undefined : known;
  };

  const ofRequest = (
    { method, call }: Seen,
    value: unknown,
    exchange: Exchange | undefined,
  ): string | undefined => {
    const own = textMember(value, 'params', '_meta', META.protocolVersion);
    const asked = method === 'initialize' ? textMember(value, 'params', 'protocolVersion') : own;
    if (own !== undefined && method !== 'initialize') declare(own, true);
    const revision = asked ?? around(exchange);
    if (call) requests.add(call.request, revision);
    return revision;
  };

  /** The answer to initialize settles it for all that follows. */
  const agreedIn = ({ kind, method }: Seen, value: unknown): string | undefined => {
    if (kind !== 'response' || method !== 'initialize') return undefined;
    const agreed = textMember(value, 'result', 'protocolVersion');
    if (agreed !== undefined) declare(agreed, false);
    return agreed;
  };

  const ofMessage = (seen: Seen, value: unknown, exchange: Exchange | undefined) => {
    if (seen.kind === 'request' && seen.from === 'client') return ofRequest(seen, value, exchange);
    const agreed = agreedIn(seen, value);
    if (agreed !== undefined && isRevision(agreed)) return agreed;
    const { call } = seen;
    const own = call?.from === 'client' ? requests.at(call.request) : undefined;
    return own ?? around(exchange);
  };

  return (seen, value, exchange) => {
    const found = seen ? ofMessage(seen, value, exchange) : around(exchange);
    return found !== undefined && isRevision(found) ? found : undefined;
  };
}

/** The revisions of requests, in the order they came: those with the same one after the other are one. */
function createStretches() {
  const stretches: { readonly first: MessageRef; readonly revision: string | undefined }[] = [];
  return {
    add(first: MessageRef, revision: string | undefined): void {
      if (stretches.at(-1)?.revision !== revision || stretches.length === 0)
        stretches.push({ first, revision });
    },
    at(request: MessageRef): string | undefined {
      const last = countOf(stretches, ({ first }) => !isEarlier(request, first)) - 1;
      return stretches[last]?.revision;
    },
  };
}
