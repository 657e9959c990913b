/**
 * Which writes of the recording were made again, and what that allows. What the recording answers
 * after a write is the answer of a server that has seen the write; before and after are those of
 * the recording, by seq. Without knowing what a tool touches, every tool call that does not declare
 * itself read-only is taken for a write, and everything is taken to depend on it.
 */
import { catalogs } from '../model/catalog.ts';
import { member } from '../model/json.ts';
import type { Call, MessageRef } from '../model/session.ts';
import { type ClientItem, isRequest, type Script } from './script.ts';

export interface WrittenState {
  /** What stands in the way of taking the item now. */
  obstacle(
    item: ClientItem,
  ): { readonly reason: 'state-not-reached' | 'state-passed'; readonly write: Call } | undefined;
  matched(item: ClientItem): void;
  /** Whether what the item asked for has no other answer by the end of the recording. */
  isFinal(item: ClientItem): boolean;
}

/** Methods whose answers do not depend on what was written. */
export const STATELESS: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'logging/setLevel',
]);

export function isStateless({ message }: ClientItem): boolean {
  return message.kind === 'request' && STATELESS.has(message.method);
}

export function createWrittenState(script: Script): WrittenState {
  const writes = writesOf(script);
  const answered = writes
    .filter(({ response }) => response !== undefined)
    .sort((a, b) => seqOf(a.response) - seqOf(b.response));
  const isWrite = new Set(writes);
  const last = writes.reduce((most, { request }) => Math.max(most, request.seq), -1);
  const made = new Set<Call>();
  let next = 0;
  let newest: Call | undefined;
  return {
    obstacle(item) {
      if (!isRequest(item) || isStateless(item)) return undefined;
      const { request, response } = item.call;
      if (newest && response && response.seq < newest.request.seq) {
        return { reason: 'state-passed', write: newest };
      }
      const missing = answered[next];
      if (!missing || seqOf(missing.response) >= request.seq) return undefined;
      return { reason: 'state-not-reached', write: missing };
    },
    matched(item) {
      if (!isRequest(item) || !isWrite.has(item.call)) return;
      made.add(item.call);
      if (!newest || item.call.request.seq > newest.request.seq) newest = item.call;
      while (next < answered.length && made.has(answered[next] as Call)) next++;
    },
    isFinal(item) {
      if (!isRequest(item) || isWrite.has(item.call)) return false;
      return isStateless(item) || item.call.request.seq > last;
    },
  };
}

function seqOf(ref: MessageRef | undefined): number {
  return ref?.seq ?? Number.POSITIVE_INFINITY;
}

/** The tool calls of the client whose tool is not declared read-only wherever it was listed. */
export function writesOf({ session }: Script): Call[] {
  const readOnly = new Map<string, boolean>();
  for (const { offers } of catalogs(session)) {
    for (const { kind, name, definition } of offers) {
      if (kind !== 'tool') continue;
      const declared = member(definition, 'annotations', 'readOnlyHint') === true;
      readOnly.set(name, declared && readOnly.get(name) !== false);
    }
  }
  return session.session.calls.filter(
    ({ from, method, subject }) =>
      from === 'client' && method === 'tools/call' && readOnly.get(subject ?? '') !== true,
  );
}
