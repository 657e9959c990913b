/**
 * What a run mints anew, by another name: the same in each recording of the same behaviour. A thing
 * that comes back keeps its name, so that what refers to what can still be read.
 */
import { isObject, type JsonObject } from '../model/json.ts';
import { META } from '../model/methods.ts';
import { PLACEHOLDER } from '../model/placeholder.ts';

export interface Minted {
  /** The JSON of params or of a result. */
  json(value: unknown): string | undefined;
  text(text: string): string;
  /** What a call is about: a task is minted, a tool is not. */
  subject(method: string | undefined, subject: string | undefined): string | undefined;
}

/** Members of `_meta` that a client mints for each request, and that nothing later refers to. */
const DROPPED: ReadonlySet<string> = new Set([
  META.progressToken,
  META.traceparent,
  META.tracestate,
  META.baggage,
]);

/** Where the protocol puts what a peer mints, in params and results and their `_meta` and `task`. */
const NAMED: Readonly<Record<string, string>> = {
  progressToken: 'token',
  requestId: 'request',
  requestState: 'state',
  taskId: 'task',
  elicitationId: 'elicitation',
  [META.subscriptionId]: 'subscription',
};

/** Shapes that no two runs share; a placeholder has a hash under the key of one user. */
const SHAPES: readonly (readonly [kind: string, shape: RegExp])[] = [
  ['uuid', /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi],
  ['ulid', /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g],
  ['time', /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g],
  ['secret', PLACEHOLDER],
];

export function createMinted(): Minted {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const nameOf = (kind: string, value: string): string => {
    // Times pass; that two are equal says nothing.
    if (kind === 'time') return '<time>';
    const key = `${kind} ${value}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const name = `<${kind}-${count}>`;
    names.set(key, name);
    return name;
  };
  const text = (given: string): string =>
    SHAPES.reduce(
      (left, [kind, shape]) => left.replace(shape, (found) => nameOf(kind, found)),
      given,
    );
  return {
    text,
    subject: (method, subject) =>
      subject !== undefined && method?.startsWith('tasks/')
        ? nameOf('task', JSON.stringify(subject))
        : subject,
    json(value) {
      const renamed = JSON.stringify(renamedMembers(value, nameOf));
      return renamed === undefined ? undefined : text(renamed);
    },
  };
}

type NameOf = (kind: string, value: string) => string;

function renamedMembers(value: unknown, nameOf: NameOf): unknown {
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, inner]): [string, unknown] => {
    if (name === '_meta') return [name, renamedMeta(inner, nameOf)];
    if (name === 'task') return [name, renamedMembers(inner, nameOf)];
    return [name, renamed(name, inner, nameOf)];
  });
  return Object.fromEntries(members.filter(([, inner]) => inner !== undefined));
}

function renamed(name: string, value: unknown, nameOf: NameOf): unknown {
  const kind = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  const isName = typeof value === 'string' || typeof value === 'number';
  return kind !== undefined && isName ? nameOf(kind, JSON.stringify(value)) : value;
}

function renamedMeta(meta: unknown, nameOf: NameOf): unknown {
  if (!isObject(meta)) return meta;
  const kept = Object.entries(meta).filter(([name]) => !DROPPED.has(name));
  if (kept.length === 0) return undefined;
  const { [META.relatedTask]: task, ...rest } = Object.fromEntries(kept) as JsonObject;
  const named = Object.entries(rest).map(([name, inner]) => [name, renamed(name, inner, nameOf)]);
  const related = task === undefined ? [] : [[META.relatedTask, renamedMembers(task, nameOf)]];
  return Object.fromEntries([...named, ...related]);
}
