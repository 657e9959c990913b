/** Who speaks in a session, and in which revision: from the handshake, or from `_meta` of any message. */
import { isObject, type JsonObject, member, textMember } from './json.ts';
import type { RequestMessage } from './message.ts';
import { eraOf, META } from './methods.ts';
import type { Implementation, Session } from './session.ts';

/** Notes what a request says of its sender and its revision. */
export function noteIdentity(session: Session, { method, params }: RequestMessage): void {
  if (method === 'initialize') {
    session.client = implementation(member(params, 'clientInfo')) ?? session.client;
    session.clientCapabilities =
      object(member(params, 'capabilities')) ?? session.clientCapabilities;
    noteRevision(session, textMember(params, 'protocolVersion'));
    return;
  }
  const meta = member(params, '_meta');
  session.client = implementation(member(meta, META.clientInfo)) ?? session.client;
  session.clientCapabilities =
    object(member(meta, META.clientCapabilities)) ?? session.clientCapabilities;
  noteRevision(session, textMember(meta, META.protocolVersion));
}

/** Notes what a result says of the server; the answer to initialize settles the revision. */
export function noteResultIdentity(session: Session, method: string, result: unknown): void {
  if (method === 'initialize') {
    session.server = implementation(member(result, 'serverInfo')) ?? session.server;
    noteRevision(session, textMember(result, 'protocolVersion'));
  } else {
    session.server = implementation(member(result, '_meta', META.serverInfo)) ?? session.server;
  }
  if (method === 'initialize' || method === 'server/discover') {
    session.serverCapabilities =
      object(member(result, 'capabilities')) ?? session.serverCapabilities;
  }
}

function noteRevision(session: Session, revision: string | undefined): void {
  if (revision === undefined) return;
  session.revision = revision;
  session.era = eraOf(revision);
}

function implementation(value: unknown): Implementation | undefined {
  const name = textMember(value, 'name');
  return name === undefined ? undefined : { name, version: textMember(value, 'version') ?? '' };
}

function object(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}
