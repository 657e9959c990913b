/**
 * Whether doing something twice is more than doing it once, from what a tool is called, says of
 * itself and was given. What a server says in its hints can only make us more careful.
 */
import { isObject, member } from '../../model/json.ts';
import type { Access, AccessKind } from '../footprint/access.ts';
import { argumentsOf, type Operation } from '../footprint/operation.ts';
import { wordsOf } from '../footprint/words.ts';

/** Verbs that reach somebody or move something, and that footprints know nothing of. */
const REACHES: ReadonlySet<string> = new Set([
  ...['send', 'post', 'publish', 'submit', 'notify', 'email', 'mail', 'tweet', 'reply', 'forward'],
  ...['pay', 'charge', 'refund', 'transfer', 'withdraw', 'deposit', 'order', 'buy', 'purchase'],
  ...['book', 'reserve', 'schedule', 'invite', 'enqueue', 'push', 'dispatch', 'trigger', 'invoice'],
]);

/** Changes that build on what is there, so that each run changes it again. */
const COUNTS: ReadonlySet<string> = new Set(['increment', 'decrement', 'toggle', 'adjust']);

/** Names that say that what is there already is taken as done. */
const ONCE: ReadonlySet<string> = new Set(['ensure', 'upsert', 'or', 'if', 'sync', 'find', 'get']);

/** What is kept as a set, so that adding it again changes nothing, and what is made only once. */
const SETS: ReadonlySet<string> = new Set([
  ...['tag', 'tags', 'label', 'labels', 'member', 'members', 'user', 'users', 'role', 'roles'],
  ...['reaction', 'star', 'watcher', 'watchers', 'permission', 'permissions', 'collaborator'],
  ...['directory', 'directories', 'folder', 'dir', 'branch', 'database', 'table', 'schema'],
  ...['entities', 'relations', 'collection', 'index'],
]);

/** An argument by which a server can tell the same request again from another one. */
const SAME_REQUEST: ReadonlySet<string> = new Set(['idempotency', 'idempotent', 'dedupe', 'dedup']);
const ASKED: ReadonlySet<string> = new Set(['request', 'client', 'operation', 'transaction']);
const TOKEN: ReadonlySet<string> = new Set(['id', 'token', 'key', 'uuid', 'nonce']);

/** How sure it is that a second run of this does something more; 0: it does not, or nobody knows. */
export function harmOfRepeating(operation: Operation): number {
  const harm = harmOfTool(operation);
  return harm > 0 && isTold(operation) ? 0 : harm;
}

function harmOfTool({ tool, kind, definition, accesses }: Operation): number {
  if (accesses.some(isSaid)) {
    return accesses.some((one) => isSaid(one) && ADDS.has(one.kind)) ? 1 : 0;
  }
  if (isSafe(kind)) return 0;
  const readOnly = member(definition, 'annotations', 'readOnlyHint');
  const idempotent = member(definition, 'annotations', 'idempotentHint');
  if (readOnly === true || idempotent === true) return 0;
  const words = wordsOf(tool);
  if (words.some((word) => ONCE.has(word) || SETS.has(word))) return 0;
  const isKnown =
    kind === 'C' ||
    kind === 'A' ||
    (kind === 'M' && words.some((word) => COUNTS.has(word))) ||
    (kind === 'X' && words.some((word) => REACHES.has(word)));
  if (isKnown) return 0.9;
  return kind === 'X' && readOnly === false && idempotent === false ? 0.6 : 0;
}

function isSaid({ provenance }: Access): boolean {
  return provenance === 'user';
}

/** Kinds of accesses of which a second one does something more. */
const ADDS: ReadonlySet<AccessKind> = new Set(['A', 'I', 'C'] as const);

/** Reading and overwriting do the same twice as once. */
function isSafe(kind: Operation['kind']): boolean {
  return kind === 'R' || kind === 'L' || kind === 'W' || kind === 'D';
}

/** Whether each run makes something of its own, with a name that the server gives. */
export function makesAnew({ tool, kind }: Operation): boolean {
  return kind === 'C' || (kind === 'X' && wordsOf(tool).some((word) => REACHES.has(word)));
}

/** What a call made, where its answer gives it an id of its own. */
export function madeBy({ accesses }: Operation): Access | undefined {
  return accesses.find(({ kind, provenance }) => kind === 'C' && provenance === 'flow');
}

/** Whether anything outside changes when it runs: verbs that write, and those that reach somebody. */
export function changesSomething(operation: Operation): boolean {
  const { kind } = operation;
  return kind === 'X' ? makesAnew(operation) : kind !== 'R' && kind !== 'L';
}

function isTold(operation: Operation): boolean {
  const args = argumentsOf(operation);
  if (!isObject(args)) return false;
  return Object.keys(args).some((name) => {
    const words = wordsOf(name);
    const isOfRequest =
      words.length === 2 && ASKED.has(words[0] ?? '') && TOKEN.has(words[1] ?? '');
    return isOfRequest || words.some((word) => SAME_REQUEST.has(word));
  });
}
